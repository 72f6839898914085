"""Trying a workstream's rules on a sample before they are saved: what is sent, and what would become of it (spec 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.routing.overflow import Overflow, Remedy, Trigger, text_for
from valvomo.domain.routing.rules import Classified, Condition, Verdict
from valvomo.protocol.candidates import Skill
from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Answers, Context, Language, Line, Request
from valvomo.protocol.settings_requests import QueueRules, SkillRules


class SampleCustomer(Request, frozen=True, kw_only=True):
    """Who it would be; `known` is whether the house has had to do with them."""

    name: Line = ""
    email: Line = ""
    phone: Line = ""
    known: bool = False


class Sample(Request, frozen=True, kw_only=True):
    """A conversation as it might arrive, now or `at` another moment."""

    language: Language = ""
    subject: Line = ""
    customer: SampleCustomer = msgspec.field(default_factory=SampleCustomer)
    answers: Answers = msgspec.field(default_factory=dict)
    context: Context = msgspec.field(default_factory=dict)
    at: Annotated[datetime, Meta(tz=True)] | None = None


class TryRequest(Request, frozen=True, kw_only=True):
    """The rules to try, those of the workstream where they are left out, and what to try them on."""

    sample: Sample
    queue_rules: QueueRules | None = None
    skill_rules: SkillRules | None = None


class VerdictItem(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a rule (`kind` queue or skill): it matched, or which condition failed and what was there."""

    rule: str
    kind: str
    matched: bool
    failed: Condition | None
    found: str


class OverflowItem(msgspec.Struct, frozen=True, kw_only=True):
    """What the queue would do at once: move it `to` another queue, say the `text`, or close it with the text."""

    trigger: Trigger
    remedy: Remedy
    to: Named | None
    text: str


class AgentCount(msgspec.Struct, frozen=True, kw_only=True):
    """Agents of the queue in which it would wait who may take such work, and those of them who could be asked now."""

    fit: int
    free: int


class TriedDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Into which queue it would come by which rule (null: the workstream's own queue), and what of agents it would ask.

    Queue rules after the one that matched are not looked at. `open` is the queue's at that moment.
    """

    queue: Named
    rule: str | None
    verdicts: tuple[VerdictItem, ...]
    needs: tuple[Skill, ...]
    priority: int
    open: bool
    overflow: tuple[OverflowItem, ...]
    agents: AgentCount


def verdict_items(found: Classified) -> tuple[VerdictItem, ...]:
    """Of queue rules, then of skill rules, each in their order."""
    queue = [_verdict(one, "queue") for one in found.queue_verdicts]
    return (*queue, *(_verdict(one, "skill") for one in found.skill_verdicts))


def overflow_item(one: Overflow, language: str) -> OverflowItem:
    """A rule that would be applied, in the customer's language."""
    return OverflowItem(
        trigger=one.rule.trigger,
        remedy=one.rule.remedy,
        to=Named(one.to.id, one.to.name) if one.to else None,
        text=text_for(one.rule, language),
    )


def _verdict(one: Verdict, kind: str) -> VerdictItem:
    return VerdictItem(rule=one.rule, kind=kind, matched=one.matched, failed=one.failed, found=one.found)
