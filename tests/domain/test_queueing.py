"""Release, park, resume, agent gone, customer writes: T3, T8, T9, T11, T12, T17, and what nobody will take."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest
from sample_talk import (
    AGENT,
    AT,
    MINUTE,
    OTHER,
    accepted,
    after,
    agent,
    an_open,
    closed,
    elevated,
    offer,
    offered,
    participant,
    waiting,
    with_bot,
    workstream,
    wrap_up,
)  # fmt: skip

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.customer import (
    connected,
    disconnected,
    hear_customer,
    revived,
    unheard,
)
from valvomo.domain.conversations.model import ASYNCHRONOUS, Channel, Conversation, OfferKind, Role, State
from valvomo.domain.conversations.pick import pick
from valvomo.domain.conversations.queueing import (
    NoLongerOrphaned,
    Orphaned,
    OwnerDisconnected,
    OwnerReturned,
    Queued,
    Resumed,
    owner_lost,
    park,
    queued_again,
    release,
    resume_refusal,
)  # fmt: skip
from valvomo.domain.conversations.telephone import request_callback
from valvomo.domain.refusals import Reason, Refusal

CLOSES = AT + timedelta(days=28)
CROWD = (participant(OTHER, Role.CONSULT), participant(("saara", "Saara"), Role.SUPERVISOR),
         participant(("sulo", "Sulo"), Role.MONITOR))  # fmt: skip


def why(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None


def with_call(
    conversation: Conversation, *, asked: bool = False, telephone: Line | None = None
) -> Conversation:
    """In a call, or not yet, with a customer in a window or at the end of a line."""
    phone = Telephone(account_id="trunk", number="+358401234567", line=telephone) if telephone else None
    return replace(conversation, call=Call(id="call", video=False, since=AT, asked=asked, telephone=phone))


class TestPick:
    """T3."""

    def test_is_accepted_at_once(self) -> None:
        before = an_open(deadlines={"auto_close": CLOSES}, declines={"aino": 3}, orphaned=True)
        now = after(before, pick(agent(AGENT), before))
        assert (now.state, now.owner_id, now.holds, now.orphaned) == (
            State.ACTIVE,
            "aino",
            {"aino": 1},
            False,
        )
        assert (now.deadlines, now.declines, now.first_accepted_at) == ({}, {}, AT + MINUTE)

    def test_may_take_the_agent_over_the_limit_and_keeps_by_how_much(self) -> None:
        now = after(an_open(units=2), pick(agent(AGENT, load=2), an_open(units=2)))
        assert (now.holds, now.excess_units) == ({"aino": 2}, 1)

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (offered(), Reason.NOT_OPEN), (accepted(), Reason.NOT_OPEN), (waiting(), Reason.NOT_OPEN),
            (wrap_up(), Reason.NOT_OPEN), (with_bot(), Reason.NOT_OPEN), (closed(), Reason.CLOSED),
            (an_open(queue_id="billing"), Reason.NOT_MEMBER),
        ],
    )  # fmt: skip
    def test_only_what_is_open_in_a_queue_of_theirs(self, conversation: Conversation, reason: Reason) -> None:
        assert why(pick(agent(AGENT), conversation)) is reason


class TestRelease:
    """T8."""

    def test_open_with_its_age_and_without_anybody(self) -> None:
        before = accepted(participants=CROWD, offers=(offer(kind=OfferKind.TRANSFER),), excess_units=1)
        now = after(before, release("aino", before, CLOSES, "Support"))
        assert (now.state, now.owner_id, now.participants, now.offers) == (State.OPEN, None, (), ())
        assert (now.holds, now.excess_units, now.transfers) == ({}, 0, 0)
        assert (now.queued_at, now.session_queued_at) == (AT, AT + MINUTE)
        assert (now.first_accepted_at, now.accepted_at, now.served_by) == (AT, None, ("aino",))
        assert now.deadlines == {"auto_close": CLOSES}

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (accepted(by=OTHER), Reason.NOT_YOURS), (an_open(), Reason.NOT_ACTIVE), (waiting(), Reason.NOT_ACTIVE),
            (wrap_up(), Reason.NOT_ACTIVE), (closed(), Reason.CLOSED), (offered(to=AGENT), Reason.NOT_YOURS),
        ],
    )  # fmt: skip
    def test_only_what_one_serves(self, conversation: Conversation, reason: Reason) -> None:
        assert why(release("aino", conversation, None, "Support")) is reason


class TestPark:
    """T9."""

    @pytest.mark.parametrize("channel", Channel)
    def test_only_kinds_that_may_wait(self, channel: Channel) -> None:
        decision = park("aino", accepted(channel), CLOSES)
        assert why(decision) is (None if channel in ASYNCHRONOUS else Reason.NOT_PARKABLE)

    def test_a_call_cannot_wait(self) -> None:
        assert why(park("aino", elevated(Channel.SMS), CLOSES)) is Reason.ELEVATED

    def test_costs_nothing_and_keeps_owner_and_monitors_only(self) -> None:
        before = accepted(Channel.SMS, participants=CROWD, offers=(offer(kind=OfferKind.TRANSFER),),
                          deadlines={"offer": AT + MINUTE, "agent_gone": AT + MINUTE})  # fmt: skip
        now = after(before, park("aino", before, CLOSES))
        assert (now.state, now.owner_id, now.holds, now.offers) == (State.WAITING, "aino", {}, ())
        assert [one.role for one in now.participants] == [Role.MONITOR]
        assert (now.deadlines, now.waiting_at) == ({"auto_close": CLOSES}, AT + MINUTE)


class TestResume:
    """T11, T12."""

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (waiting(), None), (accepted(), Reason.NOT_WAITING), (closed(), Reason.NOT_WAITING),
            (waiting(owner_id="eino"), Reason.NOT_YOURS),
            (waiting(offers=(offer(kind=OfferKind.TRANSFER),)), Reason.TRANSFER_PENDING),
        ],
    )  # fmt: skip
    def test_by_who_parked_it(self, conversation: Conversation, reason: Reason | None) -> None:
        assert why(resume_refusal("aino", conversation)) is reason

    # The owner when the customer writes; whether they go on with it.
    OWNERS: ClassVar[dict[str, tuple[Agent | None, bool]]] = {
        "there": (agent(AGENT), True),
        "busy": (agent(AGENT, load=2), True),
        "full": (agent(AGENT, load=3), False),
        "at the limit of the kind": (
            agent(AGENT, load=1, limits={"persistent_chat": 1}, held={"persistent_chat": 1}), False,
        ),
        "away": (agent(AGENT, chosen=Presence.AWAY), False),
        "offline": (agent(AGENT, chosen=Presence.OFFLINE), False),
        "not serving any more": (agent(AGENT, serves=False), False),
        "gone": (None, False),
    }  # fmt: skip

    @pytest.mark.parametrize("case", OWNERS)
    def test_when_the_customer_writes(self, case: str) -> None:
        owner, goes_on = self.OWNERS[case]
        before = waiting(deadlines={"auto_close": CLOSES})
        events = revived(before, workstream(Channel.PERSISTENT_CHAT), owner, "Support", at=AT + MINUTE)
        now = after(before, events)
        assert [type(event) for event in events] == [Resumed if goes_on else Queued]
        if goes_on:
            assert (now.state, now.owner_id, now.holds, now.deadlines) == (
                State.ACTIVE,
                "aino",
                {"aino": 1},
                {},
            )
        else:
            assert (now.state, now.owner_id, now.holds, now.deadlines) == (State.OPEN, None, {}, {})
            assert now.queued_at == AT
            assert isinstance(events[0], Queued)
            assert (events[0].cause, events[0].from_id) == ("affinity_lost", "aino")

    @pytest.mark.parametrize("conversation", [accepted(), an_open(), wrap_up(), closed()])
    def test_only_what_is_parked(self, conversation: Conversation) -> None:
        assert revived(conversation, workstream(), agent(AGENT), "Support", at=AT) == ()

    def test_a_pending_transfer_decides_first_and_the_customer_is_heard_after_it(self) -> None:
        pending = waiting(
            offers=(offer(kind=OfferKind.TRANSFER),),
            unanswered_since=AT + MINUTE,
            last_message_at=AT + MINUTE,
        )
        assert revived(pending, workstream(), agent(AGENT), "Support", at=AT) == ()
        assert not unheard(pending)
        assert unheard(replace(pending, offers=()))
        assert not unheard(waiting())
        assert not unheard(waiting(unanswered_since=AT - MINUTE, last_message_at=AT - MINUTE)), (
            "it was parked so"
        )


class TestOwnerGone:
    """T8 *leaves and does not return in time*."""

    def test_the_clock_starts_once_and_stops(self) -> None:
        events = owner_lost(accepted(), workstream(), AT)
        assert events == (OwnerDisconnected(agent_id="aino", gone_at=AT + timedelta(seconds=90)),)
        now = after(accepted(), events)
        assert now.deadlines == {"agent_gone": AT + timedelta(seconds=90)}
        assert owner_lost(now, workstream(), AT + MINUTE) == ()
        assert after(now, (OwnerReturned(agent_id="aino"),)).deadlines == {}

    @pytest.mark.parametrize(
        "conversation", [an_open(), offered(), waiting(), wrap_up(), with_bot(), closed()]
    )
    def test_only_while_somebody_is_in_conversation(self, conversation: Conversation) -> None:
        assert owner_lost(conversation, workstream(), AT) == ()

    def test_gone_it_is_open_again(self) -> None:
        now = after(accepted(), queued_again(accepted(), "Support", "agent_gone", CLOSES))
        assert (now.state, now.owner_id, now.deadlines) == (State.OPEN, None, {"auto_close": CLOSES})


def test_an_orphan_stays_open_until_somebody_is_asked() -> None:
    now = after(an_open(), (Orphaned(cause="declined"),))
    assert (now.state, now.orphaned) == (State.OPEN, True)
    assert after(now, (NoLongerOrphaned(),)) == replace(now, orphaned=False, version=3, revision=3)


class TestCustomersWindow:
    """Reconnect time of a live chat, and of a call from a window, and of nothing else."""

    # The conversation, and whether a lost window starts the clock.
    CLOCKS: ClassVar[dict[str, tuple[Conversation, bool]]] = {
        "open": (an_open(), True), "offered": (offered(), True), "accepted": (accepted(), True),
        "wrap-up": (wrap_up(), False), "persistent": (accepted(Channel.PERSISTENT_CHAT), False),
        "parked": (waiting(), False), "e-mail": (an_open(Channel.EMAIL), False),
        "a call in the queue": (an_open(Channel.VOICE), True), "video, offered": (offered(Channel.VIDEO), True),
        "in a call": (accepted(Channel.VOICE), True), "after a call": (wrap_up(Channel.VOICE), False),
        "a chat in a call": (elevated(), True),
        "a persistent chat in a call": (elevated(Channel.PERSISTENT_CHAT), True),
        "asked into a call": (with_call(accepted(Channel.PERSISTENT_CHAT), asked=True), False),
        "on a telephone": (with_call(accepted(Channel.VOICE), telephone=Line.UP), False),
        "to be called back": (with_call(an_open(Channel.VOICE), telephone=Line.WANTED), False),
    }  # fmt: skip

    @pytest.mark.parametrize("case", CLOCKS)
    def test_lost_and_back(self, case: str) -> None:
        conversation, runs = self.CLOCKS[case]
        assert disconnected(conversation, workstream(), AT) == (), "nobody was there"
        there = after(conversation, connected(conversation))
        assert there.customer_online is True
        assert connected(there) == ()
        lost = after(there, disconnected(there, workstream(), AT))
        assert lost.customer_online is False
        assert lost.deadlines.get("reconnect") == (AT + 3 * MINUTE if runs else None)
        assert disconnected(lost, workstream(), AT) == ()
        assert "reconnect" not in after(lost, connected(lost)).deadlines

    def test_nothing_to_come_back_to(self) -> None:
        assert connected(closed()) == disconnected(closed(customer_online=True), workstream(), AT) == ()

    def test_who_wants_to_be_called_needs_no_window(self) -> None:
        before = an_open(Channel.VOICE, customer_online=False, deadlines={"reconnect": AT + 3 * MINUTE})
        asked = request_callback(before, ("trunk", "+358401234567"), "call", by="window", offered=True)
        assert after(before, asked).deadlines == {}

    def test_who_is_heard_has_their_time_anew(self) -> None:
        before = accepted(Channel.VOICE, customer_online=False, deadlines={"reconnect": AT + MINUTE})
        heard = after(before, hear_customer(before, workstream(Channel.VOICE), AT + MINUTE))
        assert heard.deadlines == {"reconnect": AT + 4 * MINUTE}
        assert heard.customer_online is False

    @pytest.mark.parametrize(
        "conversation",
        [
            accepted(Channel.VOICE),
            accepted(deadlines={"reconnect": AT}),
            wrap_up(Channel.VOICE),
            with_call(accepted(Channel.VOICE, deadlines={"reconnect": AT}), telephone=Line.UP),
        ],
        ids=["is there", "in no call", "over", "on a telephone"],
    )
    def test_nobody_else_is_heard(self, conversation: Conversation) -> None:
        assert hear_customer(conversation, workstream(), AT) == ()

    def test_the_clock_runs_on_when_an_agent_takes_or_releases_it(self) -> None:
        before = an_open(customer_online=False, deadlines={"reconnect": AT + 3 * MINUTE})
        taken = after(before, pick(_aino(), before))
        assert taken.deadlines == {"reconnect": AT + 3 * MINUTE}
        assert "reconnect" in after(taken, release("aino", taken, None, "Support")).deadlines


def _aino() -> Agent:
    return agent(AGENT)
