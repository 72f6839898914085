"""Calls of conversations: the customer's answer, hold, coaching, and as what everybody is in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_talk import AT, MINUTE, accepted, after, an_open, closed, elevated, offered, workstream, wrap_up

from valvomo.domain.calls.hearing import Leg, Part
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.conversations.call import ASKED_SECONDS, accept_call, decline_call, elevate
from valvomo.domain.conversations.call_end import end_call, end_call_refusal
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.coach import coach, stop_coach
from valvomo.domain.conversations.ending import Ended
from valvomo.domain.conversations.event import call_of, ongoing_call
from valvomo.domain.conversations.hold import Unheld, hold, unhold
from valvomo.domain.conversations.join import join
from valvomo.domain.conversations.model import Channel, Conversation, Mode, Participant, Role
from valvomo.domain.conversations.queueing import Parked, Queued
from valvomo.domain.refusals import Reason, Refusal

SAARA = ("saara", "Saara")


def why(decision: object) -> Reason | None:
    return decision.reason if isinstance(decision, Refusal) else None


def asked(mode: Mode = Mode.VIDEO) -> Conversation:
    return after(accepted(), elevate("aino", accepted(), mode, "call", at=AT))


def with_(*people: Participant, of: Conversation | None = None) -> Conversation:
    return replace(of or elevated(), participants=people)


def one(role: Role, *, public: bool = False, coaching: bool = False) -> Participant:
    return Participant(id="saara", name="Saara", role=role, since=AT, public=public, coaching=coaching)


class TestTheCustomersAnswer:
    @pytest.mark.parametrize(
        ("wanted", "given", "expected"),
        [
            (Mode.VIDEO, Mode.VIDEO, Mode.VIDEO),
            (Mode.VIDEO, Mode.VOICE, Mode.VOICE),
            (Mode.VOICE, Mode.VOICE, Mode.VOICE),
            (Mode.VOICE, Mode.VIDEO, Mode.VOICE),
        ],
    )
    def test_sound_always_and_a_picture_if_it_was_asked_for(
        self, wanted: Mode, given: Mode, expected: Mode
    ) -> None:
        now = after(asked(wanted), accept_call(asked(wanted), given))
        assert now.mode is expected
        assert call_of(now) == Call(id="call", video=expected is Mode.VIDEO, since=AT + MINUTE)
        assert "call" not in now.deadlines

    def test_it_has_an_end(self) -> None:
        assert asked().deadlines["call"] == AT + timedelta(seconds=ASKED_SECONDS)

    def test_no(self) -> None:
        now = after(asked(), decline_call(asked(), "declined"))
        assert (now.call, now.mode, now.deadlines) == (None, Mode.TEXT, accepted().deadlines)

    @pytest.mark.parametrize("make", [accepted, elevated, an_open, closed], ids=lambda it: it.__name__)
    def test_nobody_was_asked(self, make: object) -> None:
        conversation: Conversation = make()  # type: ignore[operator]
        assert why(accept_call(conversation, Mode.VOICE)) is Reason.NO_CALL
        assert why(decline_call(conversation, "declined")) is Reason.NO_CALL

    def test_the_question_goes_with_whoever_asked_and_with_parking(self) -> None:
        queued = Queued(queue_id="support", queue_name="Support", cause="released", from_id="aino")
        parked = Parked(agent_id="aino")
        for event in (queued, parked):
            now = after(asked(), (event,))
            assert (now.call, now.deadlines.get("call")) == (None, None)

    def test_only_its_primary_takes_it_back(self) -> None:
        assert end_call_refusal("aino", asked()) is None
        assert why(end_call_refusal("eino", asked())) is Reason.NOT_YOURS
        assert why(end_call_refusal("aino", accepted())) is Reason.NOT_ELEVATED

    def test_what_began_as_a_call_is_ended_and_not_turned_into_text_also_on_hold(self) -> None:
        voice = accepted(Channel.VOICE)
        held = after(voice, hold("aino", voice))
        assert why(end_call_refusal("aino", held)) is Reason.NOT_ELEVATED


@pytest.mark.parametrize(
    ("channel", "waits"),
    [(Channel.LIVE_CHAT, True), (Channel.PERSISTENT_CHAT, False)],
    ids=["live", "lasting"],
)
def test_after_a_call_only_a_live_chat_still_waits_for_its_customer(channel: Channel, waits: bool) -> None:
    gone = elevated(channel, customer_online=False, deadlines={"reconnect": AT + MINUTE})
    decision = end_call(gone, workstream(channel), None, "offer", cause="customer_gone", at=AT)
    now = after(gone, decision)
    assert (now.mode, now.call, "reconnect" in now.deadlines) == (Mode.TEXT, None, waits)


class TestHold:
    @pytest.mark.parametrize("make", [elevated, lambda: accepted(Channel.VOICE)], ids=["elevated", "voice"])
    def test_on_and_off(self, make: object) -> None:
        conversation: Conversation = make()  # type: ignore[operator]
        held = after(conversation, hold("aino", conversation))
        call = call_of(held)
        assert call is not None
        assert call.held_since is not None
        assert why(hold("aino", held)) is Reason.ALREADY_HELD
        decision = unhold("aino", held, at=call.held_since + MINUTE)
        assert decision == (Unheld(seconds=60.0),)
        free = after(held, decision)
        assert why(unhold("aino", free, at=AT)) is Reason.NOT_HELD

    @pytest.mark.parametrize(
        ("conversation", "expected"),
        [
            (accepted(), Reason.NO_CALL),
            (asked(), Reason.NO_CALL),
            (an_open(Channel.VOICE), Reason.NOT_ACTIVE),
            (wrap_up(Channel.VOICE), Reason.NOT_ACTIVE),
            (replace(elevated(), owner_id="eino"), Reason.NOT_YOURS),
        ],
        ids=["text", "asked", "queue", "wrap-up", "not yours"],
    )
    def test_only_by_its_primary_in_a_call(self, conversation: Conversation, expected: Reason) -> None:
        assert why(hold("aino", conversation)) is expected
        assert why(unhold("aino", conversation, at=AT)) is expected

    def test_nobody_is_left_on_hold_in_a_queue(self) -> None:
        voice = accepted(Channel.VOICE)
        held = after(voice, hold("aino", voice))
        queued = Queued(queue_id="support", queue_name="Support", cause="agent_gone", from_id="aino")
        call = call_of(after(held, (queued,)))
        assert call is not None
        assert call.held_since is None


class TestCoaching:
    def test_on_and_off(self) -> None:
        listening = with_(one(Role.MONITOR))
        speaking = after(listening, coach(SAARA, listening))
        assert leg_of(speaking, "saara") == Leg(id="saara", part=Part.WHISPERER)
        assert why(coach(SAARA, speaking)) is Reason.ALREADY_COACHING
        quiet = after(speaking, stop_coach(SAARA, speaking))
        assert leg_of(quiet, "saara") == Leg(id="saara", part=Part.LISTENER)
        assert why(stop_coach(SAARA, quiet)) is Reason.NOT_COACHING

    @pytest.mark.parametrize(
        ("conversation", "expected"),
        [
            (elevated(), Reason.NOT_MONITORING),
            (with_(one(Role.SUPERVISOR, public=True)), Reason.NOT_MONITORING),
            (with_(one(Role.CONSULT)), Reason.NOT_MONITORING),
            (with_(one(Role.MONITOR), of=accepted()), Reason.NO_CALL),
            (with_(one(Role.MONITOR), of=asked()), Reason.NO_CALL),
        ],
        ids=["nobody", "joined", "consult", "text", "asked"],
    )
    def test_only_who_monitors_a_call(self, conversation: Conversation, expected: Reason) -> None:
        assert why(coach(SAARA, conversation)) is expected

    def test_it_ends_with_the_call_and_with_joining(self) -> None:
        speaking = with_(one(Role.MONITOR, coaching=True), of=accepted(Channel.VOICE))
        over = after(speaking, (Ended(cause="agent_ended"),))
        assert [it.coaching for it in over.participants] == [False]
        joined = after(speaking, join(SAARA, speaking))
        assert leg_of(joined, "saara") == Leg(id="saara", part=Part.SPEAKER)


class TestParts:
    @pytest.mark.parametrize(
        ("participant", "leg"),
        [
            (one(Role.CONSULT), Leg(id="saara", part=Part.CONSULT, private=True)),
            (one(Role.CONSULT, public=True), Leg(id="saara", part=Part.CONSULT)),
            (one(Role.MONITOR), Leg(id="saara", part=Part.LISTENER)),
            (one(Role.MONITOR, coaching=True), Leg(id="saara", part=Part.WHISPERER)),
            (one(Role.SUPERVISOR, public=True), Leg(id="saara", part=Part.SPEAKER)),
            (one(Role.BOT, public=True), None),
        ],
    )
    def test_beside_agent_and_customer(self, participant: Participant, leg: Leg | None) -> None:
        assert leg_of(with_(participant), "saara") == leg

    def test_agent_and_customer(self) -> None:
        conversation = elevated()
        assert leg_of(conversation, "aino", muted=True) == Leg(id="aino", part=Part.AGENT, muted=True)
        assert leg_of(conversation, conversation.contact_id) == Leg(
            id=conversation.contact_id, part=Part.CUSTOMER
        )
        assert leg_of(conversation, "eino") is None

    def test_who_is_asked_is_not_in_it(self) -> None:
        voice = offered(Channel.VOICE)
        assert ongoing_call(voice) is not None
        assert leg_of(voice, "eino") is None
        assert leg_of(voice, voice.contact_id) is not None

    @pytest.mark.parametrize(
        "conversation",
        [accepted(), asked(), wrap_up(Channel.VOICE), closed(Channel.VOICE)],
        ids=["text", "asked", "wrap-up", "closed"],
    )
    def test_nobody_is_in_a_call_that_is_none(self, conversation: Conversation) -> None:
        assert leg_of(conversation, "aino") is None
        assert leg_of(conversation, conversation.contact_id) is None
