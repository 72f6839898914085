"""Overflow: what happens when a queue is closed, too long, or too slow; before and while somebody waits in it.

Nobody is ever turned away in silence: closing and messages need words, and moving somebody to a queue that cannot
serve them either is not a remedy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from valvomo.domain.routing.hours import Hours, is_open


class Trigger(StrEnum):
    """What is the matter: outside its hours, so many wait already, somebody has waited for so long."""

    CLOSED = "closed"
    LENGTH = "length"
    WAIT = "wait"


BY_THE_CLOCK = frozenset({Trigger.CLOSED, Trigger.WAIT})
"""What may become the case while somebody waits; how long the queue is matters when they come into it."""


class Remedy(StrEnum):
    """What is done: another queue, words to the customer who waits on, or the end with the reason told."""

    QUEUE = "queue"
    MESSAGE = "message"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class OverflowRule:
    """`over`: conversations that wait already (length) or seconds of waiting (wait). `texts` by language."""

    trigger: Trigger
    remedy: Remedy
    over: int = 0
    queue_id: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A queue as overflow sees it: its rules and hours, how many wait in it, whether anybody serves in it."""

    id: str
    name: str
    kind: str
    members: int = 1
    waiting: int = 0
    hours: Hours | None = None
    overflow: tuple[OverflowRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """Whom it concerns: since when they wait in this queue, and which rules have already been applied to them.

    Whom an agent has `served` once is never sent away: what was begun is not ended by a rule for who arrives.
    """

    since: datetime
    applied: frozenset[str] = frozenset()
    served: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """A rule that applies now. `key` is remembered so that it applies once; `to` is the queue for that remedy."""

    key: str
    rule: OverflowRule
    to: Place | None = None


def text_for(rule: OverflowRule, language: str) -> str:
    """The rule's words in this language, else in English, else in whichever there is."""
    texts = rule.texts
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def key_of(place: Place, rule: OverflowRule) -> str:
    """One queue, trigger and threshold; stays the same when other rules are added or removed."""
    return f"{place.id}:{rule.trigger.value}:{rule.over}:{rule.remedy.value}"


def overflow(
    place: Place,
    waiter: Waiter,
    places: Mapping[str, Place],
    at: datetime,
    *,
    triggers: frozenset[Trigger] = frozenset(Trigger),
) -> Overflow | None:
    """The first rule that applies and has not been applied.

    Passed by are a queue that cannot take over, and the end for whom an agent has served.
    """
    for rule in place.overflow:
        key = key_of(place, rule)
        if rule.trigger not in triggers or key in waiter.applied or not applies(rule, place, waiter, at):
            continue
        if waiter.served and rule.remedy is Remedy.CLOSE:
            continue
        if rule.remedy is not Remedy.QUEUE:
            return Overflow(key=key, rule=rule)
        to = places.get(rule.queue_id or "")
        if to is not None and _can_take(to, place, waiter, at):
            return Overflow(key=key, rule=rule, to=to)
    return None


def applies(rule: OverflowRule, place: Place, waiter: Waiter, at: datetime) -> bool:
    """Whether what the rule is for is the case."""
    match rule.trigger:
        case Trigger.CLOSED:
            return not is_open(place.hours, at)
        case Trigger.LENGTH:
            return place.waiting >= rule.over
        case Trigger.WAIT:
            return at - waiter.since >= timedelta(seconds=rule.over)


def entering(
    place: Place,
    at: datetime,
    places: Mapping[str, Place],
    applied: frozenset[str] = frozenset(),
    *,
    served: bool = False,
) -> tuple[Overflow, ...]:
    """Everything that applies to somebody who comes into a queue now, in order, until they rest or are turned away.

    Moves follow each other from queue to queue, through each at most once. What has been `applied` is not again,
    and whom an agent has `served` is not turned away.
    """
    found: list[Overflow] = []
    waiter = Waiter(since=at, applied=applied, served=served)
    seen = {place.id}
    while (now := overflow(place, waiter, places, at)) is not None:
        waiter = replace(waiter, applied=waiter.applied | {now.key})
        if now.to is not None:
            if now.to.id in seen:
                continue
            seen.add(now.to.id)
            place = now.to
        found.append(now)
        if now.rule.remedy is Remedy.CLOSE:
            break
    return tuple(found)


def unsound(
    rules: Iterable[OverflowRule], own_id: str | None, known: Mapping[str, str], kind: str
) -> str | None:
    """What is wrong with a queue's rules, as a path such as `2.texts`; None when they can work.

    `known` maps queue ids to their kinds. Words are needed wherever the customer is told something.
    """
    for number, rule in enumerate(rules):
        if rule.remedy is Remedy.QUEUE:
            if rule.queue_id is None or rule.queue_id == own_id or known.get(rule.queue_id) != kind:
                return f"{number}.queue_id"
        elif not any(text.strip() for text in rule.texts.values()):
            return f"{number}.texts"
        if rule.trigger is not Trigger.CLOSED and rule.over < 1:
            return f"{number}.over"
    return None


def _can_take(to: Place, place: Place, waiter: Waiter, at: datetime) -> bool:
    visited = any(key.split(":", 1)[0] == to.id for key in waiter.applied)
    return to.kind == place.kind and to.members > 0 and is_open(to.hours, at) and not visited
