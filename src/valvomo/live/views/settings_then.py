"""Settings as they were: those of now, with every change since then taken back, the newest first.

Each change says what it changed from (`SettingChanged.before`), so that no copy of the settings has to be kept. Rights
are not among them: who may see what is judged by the rights of whoever looks, as they are now.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import SettingChanged
from valvomo.domain.agents.presence import Presence, Status
from valvomo.domain.attention.rules import AttentionRules
from valvomo.live.views.past import SERVING
from valvomo.protocol.clock import spans_of
from valvomo.protocol.lookups import Lookups, QueueFacts


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who serves or once did, as the floor needs them; without what they chose and what they carry."""

    agent: Agent
    roles: frozenset[str]
    disabled: bool

    def seated(self) -> Agent:
        """As they may be asked."""
        serves = not self.disabled and not SERVING.isdisjoint(self.roles)
        return replace(self.agent, serves=serves, is_agent="agent" in self.roles)


@dataclass(slots=True, kw_only=True)
class SettingsThen:
    """Names, accounts and hours. They are changed in place.

    `calendars` are rows of `hours` by id, `duty` and `opening` say which of them agents and queues have.
    """

    organization_id: str
    lookups: Lookups
    accounts: dict[str, Account]
    calendars: dict[str, dict[str, Any]] = field(default_factory=dict)
    duty: dict[str, str] = field(default_factory=dict)
    opening: dict[str, str] = field(default_factory=dict)
    queues: dict[str, QueueFacts] = field(init=False)
    workstreams: dict[str, str] = field(init=False)
    people: dict[str, str] = field(init=False)
    statuses: dict[str, Status] = field(init=False)
    skills: dict[str, str] = field(init=False)
    attention: AttentionRules = field(init=False)

    def __post_init__(self) -> None:
        """What can be taken back is a copy of its own."""
        for name in _NAMES:
            setattr(self, name, dict(getattr(self.lookups, name)))
        self.attention = self.lookups.attention

    def shown(self) -> Lookups:
        """What rows are made with."""
        return replace(self.lookups, **{name: getattr(self, name) for name in (*_NAMES, "attention")})


_OF_QUEUE = (
    "name", "service_level_seconds", "short_abandon_seconds", "sentiment_alert_agent", "sentiment_alert_supervisor",
)  # fmt: skip
_NAMES = ("queues", "workstreams", "people", "statuses", "skills")


def take_back(settings: SettingsThen, event: SettingChanged) -> None:
    """The settings before this change."""
    undo = _UNDO.get(event.subject)
    if undo is not None:
        undo(settings, event)


def _queue(settings: SettingsThen, event: SettingChanged) -> None:
    one, before = event.subject_id, _before(event)
    _reassign(settings.opening, one, before)
    if before is None:
        settings.queues.pop(one, None)
        _members(settings, one, frozenset())
        return
    now = settings.queues.get(one, QueueFacts(id=one, name=event.name))
    settings.queues[one] = msgspec.convert(
        {**msgspec.to_builtins(now), **{name: before[name] for name in _OF_QUEUE if name in before}},
        QueueFacts,
    )
    if "members" in before:
        _members(settings, one, frozenset(_list(before["members"])))


def take_usual(settings: SettingsThen, seconds: Mapping[str, float]) -> None:
    """What is usual in each queue is what was known then."""
    for one, queue in settings.queues.items():
        settings.queues[one] = replace(queue, usual_handle_seconds=seconds.get(one))


def _attention(settings: SettingsThen, event: SettingChanged) -> None:
    now = msgspec.to_builtins(settings.attention)
    settings.attention = msgspec.convert({**now, **(event.before or {})}, AttentionRules)


def _members(settings: SettingsThen, queue: str, members: frozenset[str]) -> None:
    for one, account in settings.accounts.items():
        queues = account.agent.queues - {queue} | ({queue} if one in members else set())
        settings.accounts[one] = replace(account, agent=replace(account.agent, queues=queues))


def _user(settings: SettingsThen, event: SettingChanged) -> None:
    one, before = event.subject_id, _before(event)
    _reassign(settings.duty, one, before)
    if before is None:
        settings.people.pop(one, None)
        settings.accounts.pop(one, None)
        return
    if "name" in before:
        settings.people[one] = before["name"]
    account = settings.accounts.get(one)
    if account is None:
        return
    given: dict[str, Any] = {
        name: before[name] for name in ("name", "capacity", "limits", "skills") if name in before
    }
    if "queues" in before:
        given["queues"] = frozenset(_list(before["queues"]))
    settings.accounts[one] = Account(
        agent=replace(account.agent, **given),
        roles=frozenset(_list(before["roles"])) if "roles" in before else account.roles,
        disabled=bool(before.get("disabled", account.disabled)),
    )


def _hours(settings: SettingsThen, event: SettingChanged) -> None:
    one, before = event.subject_id, _before(event)
    if before is None:
        settings.calendars.pop(one, None)
        return
    given = {
        name: _stored(value) if name in ("weekly", "special") else value for name, value in before.items()
    }
    settings.calendars[one] = {**settings.calendars.get(one, {"id": one}), **given}


def _stored(days: Mapping[str, Any]) -> dict[str, list[list[int]]]:
    """Times of the clock, as facts tell them, as minutes from midnight, as rows hold them."""
    return {day: [[one.start, one.end] for one in spans_of(pairs)] for day, pairs in days.items()}


def _reassign(hours: dict[str, str], one: str, before: Mapping[str, Any] | None) -> None:
    """Which hours it had; none before there was such a thing."""
    if before is not None and "hours_id" not in before:
        return
    if before is None or before["hours_id"] is None:
        hours.pop(one, None)
    else:
        hours[one] = before["hours_id"]


def _workstream(settings: SettingsThen, event: SettingChanged) -> None:
    _name(settings.workstreams, event)


def _skill(settings: SettingsThen, event: SettingChanged) -> None:
    _name(settings.skills, event)


def _presence(settings: SettingsThen, event: SettingChanged) -> None:
    one, before = event.subject_id, _before(event)
    if before is None:
        settings.statuses.pop(one, None)
        return
    now = settings.statuses.get(one, Status(id=one, name=event.name))
    settings.statuses[one] = replace(
        now,
        name=before.get("name", now.name),
        names=before.get("names", now.names),
        presence=Presence(before.get("presence", now.presence)),
    )


def _name(names: dict[str, str], event: SettingChanged) -> None:
    if event.before is None:
        names.pop(event.subject_id, None)
    elif "name" in event.before or event.after is None:
        names[event.subject_id] = str(event.before.get("name", event.name))


def _before(event: SettingChanged) -> Mapping[str, Any] | None:
    return event.before


def _list(value: Any) -> list[str]:
    return [str(one) for one in value]


_UNDO: Mapping[str, Callable[[SettingsThen, SettingChanged], None]] = {
    "queue": _queue,
    "attention": _attention,
    "user": _user,
    "workstream": _workstream,
    "skill": _skill,
    "presence": _presence,
    "hours": _hours,
}
