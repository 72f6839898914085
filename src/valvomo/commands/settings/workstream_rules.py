"""The rules of workstreams, and what makes them unfit (spec 1 §1, §2, §5)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.limits import Limits, unsound_limits
from valvomo.domain.conversations.call_marks import Kept
from valvomo.domain.conversations.model import SPOKEN, Channel, ConsentPolicy
from valvomo.domain.conversations.place import MOST_MINUTES
from valvomo.domain.conversations.targets import queue_kind
from valvomo.domain.conversations.told import ANNOUNCED
from valvomo.domain.conversations.workstream import Timers, WrapUpBlock
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


def rules_of(row: Any) -> Rules:
    """A row of `workstreams`."""
    kept = {one.name: row[one.name] for one in fields(Rules)}
    return msgspec.convert(kept | {"attachments": row["attachments"] or {}}, Rules)


async def rules_refusal(work: Work, channel: Channel, given: tuple[str | None, Rules]) -> Refusal | None:
    """Why these cannot be the rules of a workstream of the channel: a new one, or the one of this id."""
    workstream_id, rules = given
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
    refused = refused or await _callback_refusal(work, channel, rules.callback_account_id)
    return refused or await _consent_refusal(work, workstream_id, rules.consent)


async def _consent_refusal(work: Work, workstream_id: str | None, consent: ConsentPolicy) -> Refusal | None:
    """What comes in writing over a channel account can be asked nothing first: no conversation would begin there."""
    if workstream_id is None or consent is not ConsentPolicy.CONSENT:
        return None
    rows = await work.tx.rows("channels.leading_to", work.organization_id, workstream_id)
    names = [row["name"] for row in rows if row["provider"] not in TRUNKS]
    if not names:
        return None
    return malformed("body.consent", f"nobody can give it before writing over {', '.join(names)}")


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
