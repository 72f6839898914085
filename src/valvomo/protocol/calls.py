"""Calls as they are shown: to staff in rows, to the customer, and who is in one right now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.domain.access.actor import Actor
from valvomo.domain.calls.hearing import Part
from valvomo.domain.conversations.call_marks import Call, Kept, Line, Trouble, TroubleKind
from valvomo.domain.conversations.event import call_of
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import Conversation, Mode
from valvomo.domain.conversations.telephone import telephone_of
from valvomo.domain.figures.calls import has_call_since
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.requests import Id, Request

TroubleName = Literal["customer", "agent", "overtalk"]
RecordingState = Literal["on", "paused"]
KeptOfCall = Literal["transcript", "recording"]


class TelephoneItem(msgspec.Struct, frozen=True, kw_only=True):
    """The customer's telephone. `number` is E.164, null where it is withheld; `account` the trunk's, with its name.

    `called` is the number of ours that they have called, null where we call or the trunk does not say.

    `line`: `wanted` (to be called as soon as an agent has them), `dialling`, `up`, or `missed`; `why` the last of
    `tries` came to nothing: `busy`, `no_answer`, `declined`, `unreachable`, `forbidden` or `failed`. Until
    `recall_at` nobody is asked to take whoever has asked to be called back and was not reached; who takes them before
    that calls them at once.
    """

    number: str | None
    account: str
    account_name: str | None
    called: str | None
    line: Literal["wanted", "dialling", "up", "missed"]
    tries: int
    why: str | None
    recall_at: datetime | None = None


class CallItem(msgspec.Struct, frozen=True, kw_only=True):
    """The call that a conversation is in, or (`asked`) that its customer is asked to come into.

    `coached_by` are supervisors whom the agent alone hears; named to that agent, and to who may know of monitoring.
    `recording` is whether what is said is kept, null where it is not, and `paused` also on hold; `kept` is what of
    it: the `transcript` alone, or the `recording` too. Nobody is in a call whose customer is to be called (`wanted`),
    or was not reached (`missed`); `telephone` is theirs, null where they have a window. `troubles` is what goes wrong
    now: whose network does badly (`customer`, `agent`), or both speak at once (`overtalk`).

    `with_agent_since`: since when its agent has it, null while nobody has; so many calls count as *in calls*.
    `reconnect_by`: the customer's window is gone, and unless it is back by then it ends.
    """

    id: str
    mode: Literal["voice", "video"]
    state: Literal["asked", "on", "wanted", "missed"]
    since: datetime
    held_since: datetime | None
    coached_by: tuple[Named, ...]
    recording: RecordingState | None
    telephone: TelephoneItem | None
    kept: KeptOfCall | None
    troubles: tuple[TroubleName, ...] = ()
    with_agent_since: datetime | None = None
    reconnect_by: datetime | None = None


class PublicCall(msgspec.Struct, frozen=True, kw_only=True):
    """The same as the customer knows it: they are asked to come, or are in it.

    `held`: they hear music. `recorded`: what is said is kept, `written` in writing only. Who has asked to be called
    back is `wanted`, and then in it by `telephone`: there is nothing for the browser to do.
    """

    id: str
    mode: Literal["voice", "video"]
    state: Literal["asked", "on", "wanted", "telephone"]
    held: bool
    recorded: bool
    written: bool


class CallLeg(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is in a call right now, and how their way does.

    `id` is a user's or contact's, and not told to customers; `you` marks the reader's own. `quality` is from 0 (hardly
    anything arrives) to 4 (all of it), null while it is not known.
    """

    id: str | None = None
    you: bool = False
    name: str
    part: Part
    connected: bool
    muted: bool
    speaking: bool
    quality: int | None


class CallStatus(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="call_status"):
    """Who is in a call right now, of whom the reader may know of; said again and again while it goes on.

    `announcing`: the notice is being played to the customer on a telephone, or they are being asked for their consent;
    until that is over they and the others do not hear each other.
    """

    call: str
    legs: tuple[CallLeg, ...]
    announcing: bool = False


class CallGrade(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the ways of a call on the floor do now: from 0 (hardly anything arrives) to 4 (all of it).

    Null where somebody is not there, or nothing is known. `id` is the conversation's. `stale`: for some seconds nobody
    has told of it.
    """

    id: str
    call: str
    customer: int | None
    agent: int | None
    stale: bool = False


class CallGradeGone(msgspec.Struct, frozen=True, kw_only=True):
    """The conversation is in that call no more, or is not this reader's to see."""

    id: str
    removed: bool = True


class CallKeys(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="call_keys"):
    """Keys that the customer has pressed on their telephone, for the agent alone; they are kept nowhere."""

    call: str
    keys: str


def call_item(conversation: Conversation, actor: Actor, lookups: Lookups) -> CallItem | None:
    """The call as this actor may see it."""
    call = call_of(conversation)
    if call is None:
        return None
    told = actor.id == conversation.owner_id or lookups.knows(actor, conversation)
    return CallItem(
        id=call.id,
        mode="video" if call.video else "voice",
        state=_state(call),
        since=call.since,
        held_since=call.held_since,
        coached_by=tuple(Named(one.id, one.name) for one in conversation.participants if one.coaching)
        if told
        else (),
        recording=_recording(call),
        telephone=_telephone(conversation, lookups),
        kept=_kept(call),
        troubles=tuple(_trouble(one) for one in call.troubles),
        with_agent_since=has_call_since(conversation),
        reconnect_by=conversation.deadlines.get(Deadline.RECONNECT),
    )


def public_call(conversation: Conversation) -> PublicCall | None:
    """The call as its customer knows it."""
    call = call_of(conversation)
    if call is None:
        return None
    return PublicCall(
        id=call.id,
        mode="video" if call.video else "voice",
        state=_public_state(call),
        held=call.held_since is not None,
        recorded=_recording(call) == "on",
        written=_kept(call) == "transcript",
    )


def _state(call: Call) -> Literal["asked", "on", "wanted", "missed"]:
    if call.asked:
        return "asked"
    match call.telephone.line if call.telephone else None:
        case Line.WANTED:
            return "wanted"
        case Line.MISSED:
            return "missed"
        case _:
            return "on"


def _public_state(call: Call) -> Literal["asked", "on", "wanted", "telephone"]:
    if call.telephone is None:
        return "asked" if call.asked else "on"
    return "telephone" if call.going_on else "wanted"


def _telephone(conversation: Conversation, lookups: Lookups) -> TelephoneItem | None:
    phone = telephone_of(conversation)
    if phone is None:
        return None
    return TelephoneItem(
        number=phone.number or None,
        account=phone.account_id,
        account_name=lookups.trunks.get(phone.account_id),
        called=phone.called or None,
        line=phone.line.value,
        tries=phone.tries,
        why=phone.why,
        recall_at=conversation.deadlines.get(Deadline.RECALL.value),
    )


def _trouble(one: Trouble) -> TroubleName:
    if one.kind is TroubleKind.OVERTALK:
        return "overtalk"
    return "customer" if one.side == "customer" else "agent"


def _recording(call: Call) -> RecordingState | None:
    if call.recording is None:
        return None
    return "paused" if call.recording.paused or call.held_since is not None else "on"


def _kept(call: Call) -> KeptOfCall | None:
    if call.recording is None or call.recording.kept is Kept.OFF:
        return None
    return "transcript" if call.recording.kept is Kept.TRANSCRIPT else "recording"


class KeepsCalls(Request, frozen=True, kw_only=True):
    """What a workstream keeps of its calls, and for how many days; null is as it is, or the usual.

    Who waits in a call is called back over `callback_account`, a trunk's; null is nobody.
    """

    calls_kept: Kept | None = None
    calls_days: Annotated[int, Meta(ge=1, le=3660)] | None = None
    callback_account: Id | UnsetType | None = UNSET


class CallModeRequest(Request, frozen=True, kw_only=True):
    """With sound alone, or with pictures too."""

    mode: Literal["voice", "video"]


class KeysRequest(Request, frozen=True, kw_only=True):
    """Keys of a telephone, to be pressed one after the other."""

    keys: Annotated[str, Meta(pattern=r"^[0-9*#A-D]{1,32}$(?!\n)")]


class NumberRequest(Request, frozen=True, kw_only=True):
    """A telephone number with its country code, such as +358401234567."""

    number: Annotated[str, Meta(min_length=4, max_length=40, pattern=r"^\+[0-9 ()./-]+$(?!\n)")]


class PauseRecordingRequest(Request, frozen=True, kw_only=True):
    """Because the agent wants it, or because a payment card is spoken of."""

    cause: Literal["agent", "card"] = "agent"


class IceServer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server as browsers want it (W3C WebRTC §4.2.4); user name and password are good for some hours."""

    urls: tuple[str, ...]
    username: str = ""
    credential: str = ""


class IceServers(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser is given before it offers to come into a call."""

    ice_servers: tuple[IceServer, ...]


CALL_MODES = {"voice": Mode.VOICE, "video": Mode.VIDEO}
"""How calls are asked for and answered."""
