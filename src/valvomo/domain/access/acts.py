"""May this person do this to this conversation now? The one function that buttons, interface and tests ask.

Supervisors' acts are guarded by account, switch, narrowing and scope first, then by the rule of the act itself;
agents' acts by the rule alone, which asks for the part they have in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import may_see, serves_in
from valvomo.domain.access.supervision import (
    Right,
    Supervision,
    account_refusal,
    supervisor_refusal,
    watcher_refusal,
)
from valvomo.domain.conversations.ask import ask_refusal, withdraw_refusal
from valvomo.domain.conversations.assign import assign_refusal
from valvomo.domain.conversations.bots import handled_refusal, pause_refusal, unpause_refusal
from valvomo.domain.conversations.call import elevate_refusal
from valvomo.domain.conversations.call_end import end_call_refusal
from valvomo.domain.conversations.coach import coach_refusal, stop_coach_refusal
from valvomo.domain.conversations.consult import consult_refusal
from valvomo.domain.conversations.details import details_refusal
from valvomo.domain.conversations.ending import complete_refusal, end_refusal
from valvomo.domain.conversations.force_close import force_close_refusal
from valvomo.domain.conversations.hold import hold_refusal, unhold_refusal
from valvomo.domain.conversations.join import join_refusal, leave_refusal, take_over_refusal
from valvomo.domain.conversations.message import (
    instruct_refusal,
    note_refusal,
    reply_refusal,
    whisper_refusal,
)
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.conversations.monitor import monitor_refusal
from valvomo.domain.conversations.mute import mute_refusal, pin_refusal, unmute_refusal, unpin_refusal
from valvomo.domain.conversations.offers import answer_refusal
from valvomo.domain.conversations.pick import pick_refusal
from valvomo.domain.conversations.queueing import owner_refusal, park_refusal, resume_refusal
from valvomo.domain.conversations.recording import pause_recording_refusal, resume_recording_refusal
from valvomo.domain.conversations.telephone import keys_refusal, redial_refusal
from valvomo.domain.conversations.transfer import schedule_refusal, transfer_refusal
from valvomo.domain.conversations.vip import vip_refusal
from valvomo.domain.refusals import Reason, Refusal


class Act(StrEnum):
    """What people do to conversations; the same word in every layer."""

    MONITOR = "monitor"
    STOP_MONITOR = "stop_monitor"
    JOIN = "join"
    LEAVE = "leave"
    TAKE_OVER = "take_over"
    COACH = "coach"
    STOP_COACH = "stop_coach"
    ASSIGN_AGENT = "assign_agent"
    ASSIGN_QUEUE = "assign_queue"
    TRANSFER_AGENT = "transfer_agent"
    TRANSFER_QUEUE = "transfer_queue"
    TRANSFER_WHEN_CALL_ENDS = "transfer_when_call_ends"
    HAND_OVER = "hand_over"
    PAUSE_BOT = "pause_bot"
    RESUME_BOT = "resume_bot"
    FORCE_CLOSE = "force_close"
    ACCEPT = "accept"
    REJECT = "reject"
    PICK = "pick"
    RELEASE = "release"
    PARK = "park"
    RESUME = "resume"
    END = "end"
    COMPLETE = "complete"
    CONSULT = "consult"
    ELEVATE = "elevate"
    END_CALL = "end_call"
    HOLD = "hold"
    UNHOLD = "unhold"
    KEYS = "keys"
    REDIAL = "redial"
    FORWARD = "forward"
    PAUSE_RECORDING = "pause_recording"
    RESUME_RECORDING = "resume_recording"
    REPLY = "reply"
    NOTE = "note"
    WHISPER = "whisper"
    INSTRUCT = "instruct"
    DETAILS = "details"
    ASK_SUPERVISOR = "ask_supervisor"
    WITHDRAW_ASK = "withdraw_ask"
    MUTE = "mute"
    UNMUTE = "unmute"
    PIN = "pin"
    UNPIN = "unpin"
    MARK_VIP = "mark_vip"


RIGHTS: Mapping[Act, Right] = {
    Act.MONITOR: Right.MONITOR,
    Act.JOIN: Right.MONITOR,
    Act.COACH: Right.MONITOR,
    Act.TAKE_OVER: Right.TRANSFER,
    Act.ASSIGN_AGENT: Right.ASSIGN,
    Act.ASSIGN_QUEUE: Right.ASSIGN,
    Act.TRANSFER_AGENT: Right.TRANSFER,
    Act.TRANSFER_QUEUE: Right.TRANSFER,
    Act.TRANSFER_WHEN_CALL_ENDS: Right.TRANSFER,
    Act.HAND_OVER: Right.TRANSFER,
    Act.PAUSE_BOT: Right.TRANSFER,
    Act.RESUME_BOT: Right.TRANSFER,
    Act.FORCE_CLOSE: Right.FORCE_CLOSE,
}
"""The switch behind each supervisor's act."""

SUPERVISORS = frozenset({Act.MUTE, Act.UNMUTE, Act.PIN, Act.UNPIN})
"""What supervisors do to what they see, in the queues they supervise: it touches nobody, so no switch is behind it."""

OWNERS_TOO = frozenset({Act.TRANSFER_AGENT, Act.TRANSFER_QUEUE, Act.TRANSFER_WHEN_CALL_ENDS})
"""Acts that an agent may also do to what they serve, without any supervisor's right (spec 1 §4)."""

TO_COLLEAGUES = frozenset({Act.PICK, Act.ACCEPT, Act.REJECT})
"""Acts that agents of one queue race for: whoever comes second is told who has it now, not that it never was."""

Rule = Callable[[Actor, Conversation], Refusal | None]

RULES: Mapping[Act, Rule] = {
    Act.MONITOR: lambda actor, one: monitor_refusal(actor.id, one),
    Act.STOP_MONITOR: lambda actor, one: _stop_monitor_refusal(actor.id, one),
    Act.JOIN: lambda actor, one: join_refusal(actor.id, one),
    Act.LEAVE: lambda actor, one: leave_refusal(actor.id, one),
    Act.TAKE_OVER: lambda actor, one: take_over_refusal(actor.id, one),
    Act.COACH: lambda actor, one: coach_refusal(actor.id, one),
    Act.STOP_COACH: lambda actor, one: stop_coach_refusal(actor.id, one),
    Act.ASSIGN_AGENT: lambda actor, one: assign_refusal(one),
    Act.ASSIGN_QUEUE: lambda actor, one: assign_refusal(one),
    Act.TRANSFER_AGENT: lambda actor, one: transfer_refusal(one),
    Act.TRANSFER_QUEUE: lambda actor, one: transfer_refusal(one),
    Act.TRANSFER_WHEN_CALL_ENDS: lambda actor, one: schedule_refusal(one),
    Act.HAND_OVER: lambda actor, one: handled_refusal(one),
    Act.PAUSE_BOT: lambda actor, one: pause_refusal(actor.id, one),
    Act.RESUME_BOT: lambda actor, one: unpause_refusal(actor.id, one),
    Act.FORCE_CLOSE: lambda actor, one: force_close_refusal(one),
    Act.ACCEPT: lambda actor, one: answer_refusal(actor.id, one),
    Act.REJECT: lambda actor, one: answer_refusal(actor.id, one),
    Act.PICK: lambda actor, one: pick_refusal(actor.queues, one),
    Act.RELEASE: lambda actor, one: owner_refusal(actor.id, one),
    Act.PARK: lambda actor, one: park_refusal(actor.id, one),
    Act.RESUME: lambda actor, one: resume_refusal(actor.id, one),
    Act.END: lambda actor, one: end_refusal(actor.id, one),
    Act.COMPLETE: lambda actor, one: complete_refusal(actor.id, one),
    Act.CONSULT: lambda actor, one: consult_refusal(actor.id, one),
    Act.ELEVATE: lambda actor, one: elevate_refusal(actor.id, one),
    Act.END_CALL: lambda actor, one: end_call_refusal(actor.id, one),
    Act.HOLD: lambda actor, one: hold_refusal(actor.id, one),
    Act.UNHOLD: lambda actor, one: unhold_refusal(actor.id, one),
    Act.KEYS: lambda actor, one: keys_refusal(actor.id, one),
    Act.REDIAL: lambda actor, one: redial_refusal(actor.id, one),
    Act.FORWARD: lambda actor, one: keys_refusal(actor.id, one),
    Act.PAUSE_RECORDING: lambda actor, one: pause_recording_refusal(actor.id, one),
    Act.RESUME_RECORDING: lambda actor, one: resume_recording_refusal(actor.id, one),
    Act.REPLY: lambda actor, one: reply_refusal(actor.id, one),
    Act.NOTE: lambda actor, one: note_refusal(actor.id, one),
    Act.WHISPER: lambda actor, one: whisper_refusal(actor.id, one),
    Act.INSTRUCT: lambda actor, one: instruct_refusal(actor.id, one),
    Act.DETAILS: lambda actor, one: details_refusal(actor.id, one, watches=keeps_records(actor, one)),
    Act.ASK_SUPERVISOR: lambda actor, one: ask_refusal(actor.id, one),
    Act.WITHDRAW_ASK: lambda actor, one: withdraw_refusal(actor.id, one),
    Act.MUTE: lambda actor, one: mute_refusal(one),
    Act.UNMUTE: lambda actor, one: unmute_refusal(one),
    Act.PIN: lambda actor, one: pin_refusal(one),
    Act.UNPIN: lambda actor, one: unpin_refusal(one),
    Act.MARK_VIP: lambda actor, one: vip_refusal(actor.id, one, supervises=actor.supervises(one.queue_id)),
}


def keeps_records(actor: Actor, conversation: Conversation) -> bool:
    """Whether the actor keeps records of this queue that others serve: supervisors, and programs that made them."""
    return actor.supervises(conversation.queue_id) or actor.is_(UserRole.INTEGRATION)


def act_refusal(
    act: Act, actor: Actor, conversation: Conversation, supervision: Supervision
) -> Refusal | None:
    """Why not; None when it is allowed."""
    if refusal := act_account_refusal(act, actor, supervision, owner=_owns(act, actor, conversation)):
        return refusal
    if not may_see(actor, conversation) and not (act in TO_COLLEAGUES and serves_in(actor, conversation)):
        return Refusal(Reason.NOT_FOUND)
    if act in RIGHTS and not _owns(act, actor, conversation):
        refusal = supervisor_refusal(RIGHTS[act], actor, conversation, supervision)
        if refusal:
            return refusal
    if act in SUPERVISORS and not actor.supervises(conversation.queue_id):
        return Refusal(Reason.NOT_FOUND)
    return RULES[act](actor, conversation)


def act_account_refusal(
    act: Act, actor: Actor, supervision: Supervision, *, owner: bool = False
) -> Refusal | None:
    """The part of the answer that no conversation is needed for: asked before any row is touched."""
    if act in SUPERVISORS:
        return watcher_refusal(actor)
    if act not in RIGHTS or owner:
        return None
    return account_refusal(RIGHTS[act], actor, supervision)


def _owns(act: Act, actor: Actor, conversation: Conversation) -> bool:
    return act in OWNERS_TOO and conversation.owner_id == actor.id and not actor.is_(UserRole.INTEGRATION)


def _stop_monitor_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    if conversation.role_of(supervisor_id) is Role.MONITOR:
        return None
    return Refusal(Reason.NOT_MONITORING)
