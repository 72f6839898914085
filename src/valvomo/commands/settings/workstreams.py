"""Create and change workstreams: one channel account and the rules for what arrives there (spec 1 §1, §2, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, within_constraints
from valvomo.commands.settings.texts import add_defaults
from valvomo.commands.settings.workstream_rules import SHOWN_A_TEXT, Rules, rules_of, rules_refusal
from valvomo.commands.work import Work
from valvomo.db.ids import new_secret
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.limits import Limits
from valvomo.domain.conversations.call_marks import Kept
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.conversations.workstream import Timers, WrapUpBlock, default_timers
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.rules import QueueRule, SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWorkstream(Command):
    """A new workstream; what is None gets the default of its channel.

    `texts` are the words of the notice or of the question for consent, by language; where there are none, the
    house's own are taken. The public `key` is random unless it is given. `timers` are those that are given.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    name: str
    channel: Channel
    queue_id: str
    units: int = 1
    allowed_presences: frozenset[Presence] | None = None
    auto_accept: bool = False
    wrap_up: WrapUpBlock = WrapUpBlock.ALWAYS
    timers: Mapping[str, int | None] = field(default_factory=dict)
    consent: ConsentPolicy | None = None
    origins: tuple[str, ...] = ()
    queue_rules: tuple[QueueRule, ...] = ()
    skill_rules: tuple[SkillRule, ...] = ()
    affinity: bool = True
    template_id: str | None = None
    bot_id: str | None = None
    attachments: Limits | None = None
    announced: tuple[str, ...] | None = None
    place_minutes: int = 0
    survey_minutes: int = 0
    calls_kept: Kept = Kept.OFF
    calls_days: int = 90
    callback_account_id: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWorkstream(Command):
    """Change what is given; None leaves a thing as it is. Conversations that are under way keep their consent.

    Empty `template_id`, `bot_id` or `callback_account_id` means none. Rules are replaced as a whole, timers one
    by one.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    workstream_id: str
    name: str | None = None
    queue_id: str | None = None
    units: int | None = None
    allowed_presences: frozenset[Presence] | None = None
    auto_accept: bool | None = None
    wrap_up: WrapUpBlock | None = None
    timers: Mapping[str, int | None] = field(default_factory=dict)
    consent: ConsentPolicy | None = None
    origins: tuple[str, ...] | None = None
    queue_rules: tuple[QueueRule, ...] | None = None
    skill_rules: tuple[SkillRule, ...] | None = None
    affinity: bool | None = None
    template_id: str | None = None
    bot_id: str | None = None
    attachments: Limits | None = None
    announced: tuple[str, ...] | None = None
    place_minutes: int | None = None
    survey_minutes: int | None = None
    calls_kept: Kept | None = None
    calls_days: int | None = None
    callback_account_id: str | None = None


@handles(CreateWorkstream)
@within_constraints
async def create_workstream(work: Work, command: CreateWorkstream) -> Outcome:
    """Workstream, public key and the first version of its texts in one commit."""
    rules = _rules(command)
    await work.tx.row("house.lock_organization", work.organization_id)
    if refusal := await rules_refusal(work, command.channel, (None, rules)):
        return refusal
    workstream_id, key = work.new_id(), command.key or new_secret("pk")
    await work.tx.run(
        "settings.create_workstream", *_row(work, workstream_id, rules), command.channel.value, key, work.now
    )
    texts = await _texts(work, workstream_id, rules, command.texts)
    after = {"channel": command.channel.value, **rules.shown(), **texts}
    note_created(work, "workstream", (workstream_id, rules.name), after)
    return {"id": workstream_id, "key": key}


@handles(ChangeWorkstream)
@within_constraints
async def change_workstream(work: Work, command: ChangeWorkstream) -> Outcome:
    """Effective for the next event of its conversations."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("house.workstream", work.organization_id, command.workstream_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = rules_of(row)
    given = {one.name: getattr(command, one.name) for one in fields(Rules)}
    given["timers"] = _timed(before.timers, command.timers)
    after = replace(before, **{name: value for name, value in given.items() if value is not None})
    after = replace(after, template_id=after.template_id or None, bot_id=after.bot_id or None,
                    callback_account_id=after.callback_account_id or None)  # fmt: skip
    if refusal := await rules_refusal(work, Channel(row["channel"]), (row["id"], after)):
        return refusal
    await work.tx.run("settings.change_workstream", *_row(work, row["id"], after))
    await _texts(work, row["id"], after, {})
    note_changed(work, "workstream", (row["id"], after.name), (before.shown(), after.shown()))
    return {"id": row["id"]}


def _rules(command: CreateWorkstream) -> Rules:
    shown = command.channel in SHOWN_A_TEXT
    default = Rules(name=command.name, queue_id=command.queue_id)
    return replace(
        default,
        units=command.units,
        allowed_presences=default.allowed_presences
        if command.allowed_presences is None
        else command.allowed_presences,
        auto_accept=command.auto_accept,
        wrap_up=command.wrap_up,
        timers=_timed(default_timers(command.channel), command.timers),
        consent=command.consent or (ConsentPolicy.NOTICE if shown else ConsentPolicy.NONE),
        origins=command.origins,
        queue_rules=command.queue_rules,
        skill_rules=command.skill_rules,
        affinity=command.affinity,
        template_id=command.template_id,
        bot_id=command.bot_id,
        attachments=command.attachments or Limits(),
        announced=default.announced if command.announced is None else command.announced,
        place_minutes=command.place_minutes,
        survey_minutes=command.survey_minutes,
        calls_kept=command.calls_kept,
        calls_days=command.calls_days,
        callback_account_id=command.callback_account_id or None,
    )


def _timed(timers: Timers, given: Mapping[str, int | None]) -> Timers:
    return msgspec.convert(msgspec.to_builtins(timers) | dict(given), Timers)


def _row(work: Work, workstream_id: str, rules: Rules) -> tuple[object, ...]:
    return (
        work.organization_id, workstream_id, rules.name, rules.queue_id, rules.units, sorted(rules.allowed_presences),
        rules.auto_accept, rules.wrap_up.value, msgspec.to_builtins(rules.timers), rules.consent.value,
        list(rules.origins), msgspec.to_builtins(rules.queue_rules), msgspec.to_builtins(rules.skill_rules),
        rules.affinity, rules.template_id, rules.bot_id,
        msgspec.to_builtins(rules.attachments, order="deterministic"), list(rules.announced), rules.place_minutes,
        rules.survey_minutes,
        rules.calls_kept.value, rules.calls_days, rules.callback_account_id,
    )  # fmt: skip


async def _texts(work: Work, workstream_id: str, rules: Rules, own: Mapping[str, str]) -> dict[str, object]:
    """What the policy needs to be said: nobody is asked without words."""
    if rules.consent is ConsentPolicy.NONE:
        return {}
    return {"texts": await add_defaults(work, workstream_id, rules.consent.value, own)}
