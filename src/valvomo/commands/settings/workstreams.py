"""Create and change workstreams: one channel account and the rules for what arrives there (spec 1 §1, §2, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, within_constraints
from valvomo.commands.settings.texts import add_defaults
from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.db.ids import new_secret
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.limits import Limits, unsound_limits
from valvomo.domain.conversations.call_marks import Kept
from valvomo.domain.conversations.model import SPOKEN, Channel, ConsentPolicy
from valvomo.domain.conversations.place import MOST_MINUTES
from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.conversations.told import ANNOUNCED
from valvomo.domain.conversations.workstream import Timers, WrapUpBlock, default_timers
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.routing.rules import QueueRule, SkillRule
from valvomo.domain.routing.soundness import unsound_rules
from valvomo.trunks.kinds import TRUNKS

SHOWN_A_TEXT = frozenset({Channel.LIVE_CHAT, Channel.PERSISTENT_CHAT, *SPOKEN})
"""Where customers can be shown a text before they write or call: in a window of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of a workstream that may change.

    `origins` are the web sites that may open conversations here, such as `https://shop.example`; none means any.
    `announced` are the lines that customers are told over a channel of what happens, such as who joined; their place in
    the queue they are told at the beginning and at most every `place_minutes`, 0 is not at all. In the end they are
    asked how it went, and answer within `survey_minutes`, 0 is not at all.
    `calls_kept` is what is kept of calls, for so many `calls_days`; customers are told before. Who waits in a call may
    ask to be called back over the trunk's account, where there is one.
    A template takes the place of `auto_accept` and of the offer time of `timers`. Conversations begin with the bot.
    """

    name: str
    queue_id: str
    units: int = 1
    allowed_presences: frozenset[Presence] = frozenset({Presence.AVAILABLE, Presence.BUSY})
    auto_accept: bool = False
    wrap_up: WrapUpBlock = WrapUpBlock.ALWAYS
    timers: Timers = field(default_factory=Timers)
    consent: ConsentPolicy = ConsentPolicy.NOTICE
    origins: tuple[str, ...] = ()
    queue_rules: tuple[QueueRule, ...] = ()
    skill_rules: tuple[SkillRule, ...] = ()
    affinity: bool = True
    template_id: str | None = None
    bot_id: str | None = None
    attachments: Limits = field(default_factory=Limits)
    announced: tuple[str, ...] = ANNOUNCED
    place_minutes: int = 0
    survey_minutes: int = 0
    calls_kept: Kept = Kept.OFF
    calls_days: int = 90
    callback_account_id: str | None = None

    def shown(self) -> dict[str, object]:
        """As kept with facts."""
        plain: dict[str, object] = msgspec.to_builtins(self, order="deterministic")
        return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateWorkstream(Command):
    """A new workstream; what is None gets the default of its channel.

    `texts` are the words of the notice or of the question for consent, by language; where there are none, the
    house's own are taken. The public `key` is random unless it is given.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    name: str
    channel: Channel
    queue_id: str
    units: int = 1
    allowed_presences: frozenset[Presence] | None = None
    auto_accept: bool = False
    wrap_up: WrapUpBlock = WrapUpBlock.ALWAYS
    timers: Timers | None = None
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

    Empty `template_id`, `bot_id` or `callback_account_id` means none. Rules are replaced as a whole.
    """

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    workstream_id: str
    name: str | None = None
    queue_id: str | None = None
    units: int | None = None
    allowed_presences: frozenset[Presence] | None = None
    auto_accept: bool | None = None
    wrap_up: WrapUpBlock | None = None
    timers: Timers | None = None
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
    if refusal := await _refusal(work, command.channel, rules):
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
    after = replace(before, **{name: value for name, value in given.items() if value is not None})
    after = replace(after, template_id=after.template_id or None, bot_id=after.bot_id or None,
                    callback_account_id=after.callback_account_id or None)  # fmt: skip
    if refusal := await _refusal(work, Channel(row["channel"]), after):
        return refusal
    await work.tx.run("settings.change_workstream", *_row(work, row["id"], after))
    await _texts(work, row["id"], after, {})
    note_changed(work, "workstream", (row["id"], after.name), (before.shown(), after.shown()))
    return {"id": row["id"]}


def rules_of(row: Any) -> Rules:
    """A row of `workstreams`."""
    kept = {one.name: row[one.name] for one in fields(Rules)}
    return msgspec.convert(kept | {"attachments": row["attachments"] or {}}, Rules)


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
        timers=command.timers or default_timers(command.channel),
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


async def _refusal(work: Work, channel: Channel, rules: Rules) -> Refusal | None:
    if refusal := _form_refusal(channel, rules):
        return refusal
    queue = await house.queue(work.tx, work.organization_id, rules.queue_id, work.now)
    if queue is None or queue.id != rules.queue_id:
        return Refusal(Reason.UNKNOWN_TARGET, {"queue": rules.queue_id})
    if queue.kind != queue_kind(channel):
        return Refusal(Reason.OTHER_KIND, {"queue": queue.name})
    template = (work.organization_id, rules.template_id)
    if rules.template_id is not None and not await work.tx.value("settings.known_template", *template):
        return Refusal(Reason.UNKNOWN_TARGET, {"template": rules.template_id})
    known = await house.known(work.tx, work.organization_id, queue.kind)
    unsound = unsound_rules(rules.queue_rules, rules.skill_rules, known)
    if unsound:
        return malformed(unsound.at, unsound.problem)
    refused = await _bot_refusal(work, channel, rules.bot_id)
    return refused or await _callback_refusal(work, channel, rules.callback_account_id)


async def _callback_refusal(work: Work, channel: Channel, account_id: str | None) -> Refusal | None:
    """Customers are called back from calls, over a trunk."""
    if account_id is None:
        return None
    if channel is not Channel.VOICE:
        return Refusal(Reason.CALLBACK_OFF)
    row = await work.tx.row("channels.account", work.organization_id, account_id)
    if row is None or row["provider"] not in TRUNKS:
        return Refusal(Reason.UNKNOWN_TARGET, {"account": account_id})
    return None


def _form_refusal(channel: Channel, rules: Rules) -> Refusal | None:
    if channel is Channel.RECORD and rules.consent is not ConsentPolicy.NONE:
        return Refusal(Reason.NO_CUSTOMER, {"field": "consent"})
    if not rules.allowed_presences:
        return malformed("allowed_presences", "none is given")
    if not 0 <= rules.place_minutes <= MOST_MINUTES:
        return malformed("place_minutes", f"from 0 to {MOST_MINUTES}")
    if not 0 <= rules.survey_minutes <= MOST_MINUTES:
        return malformed("survey_minutes", f"from 0 to {MOST_MINUTES}")
    if rules.calls_kept is not Kept.OFF and rules.consent is ConsentPolicy.NONE:
        return Refusal(Reason.TOLD_NOTHING)
    return unsound_limits(rules.attachments)


async def _bot_refusal(work: Work, channel: Channel, bot_id: str | None) -> Refusal | None:
    if bot_id is None:
        return None
    if channel is Channel.RECORD:
        return Refusal(Reason.NO_CUSTOMER, {"field": "bot"})
    known = await work.tx.value("bots.is_bot", work.organization_id, bot_id)
    return None if known else Refusal(Reason.UNKNOWN_TARGET, {"bot": bot_id})


async def _texts(work: Work, workstream_id: str, rules: Rules, own: Mapping[str, str]) -> dict[str, object]:
    """What the policy needs to be said: nobody is asked without words."""
    if rules.consent is ConsentPolicy.NONE:
        return {}
    return {"texts": await add_defaults(work, workstream_id, rules.consent.value, own)}
