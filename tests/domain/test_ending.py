"""The ends of a conversation: T6, T7, T13 to T16."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sample_talk import (
    AGENT,
    AT,
    MINUTE,
    OTHER,
    accepted,
    after,
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

from valvomo.domain.conversations.bot_end import BotEnded
from valvomo.domain.conversations.ending import (
    Abandoned,
    AutoClosed,
    CapacityFreed,
    Ended,
    auto_close,
    complete,
    customer_end,
    due,
    end,
)  # fmt: skip
from valvomo.domain.conversations.force_close import ForceClosed, force_close
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import Channel, Conversation, Mode, OfferKind, Role, State
from valvomo.domain.conversations.offers import OfferWithdrawn
from valvomo.domain.conversations.resolve import Resolution, resolve
from valvomo.domain.conversations.workstream import Timers, WrapUpBlock, default_timers
from valvomo.domain.records.form import RecordForm
from valvomo.domain.refusals import Reason, Refusal

ASYNC, RECORD = Channel.PERSISTENT_CHAT, Channel.RECORD


def why(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None


# Who the customer leaves behind; the event, or the reason why they cannot end it.
LEAVING: dict[str, tuple[Conversation, type | Reason]] = {
    "open": (an_open(), Abandoned),
    "offered": (offered(), Abandoned),
    "a call in the queue": (an_open(Channel.VOICE), Abandoned),
    "video in the queue": (an_open(Channel.VIDEO), Abandoned),
    "with a bot": (with_bot(), BotEnded),
    "accepted": (accepted(), Ended),
    "an accepted call": (accepted(Channel.VOICE), Ended),
    "accepted, asynchronous": (accepted(ASYNC), Ended),
    "open, asynchronous": (an_open(ASYNC), Reason.NOT_ENDABLE),
    "offered, asynchronous": (offered(ASYNC), Reason.NOT_ENDABLE),
    "parked": (waiting(ASYNC), Reason.NOT_ENDABLE),
    "a record": (accepted(RECORD), Reason.NO_CUSTOMER),
    "in wrap-up": (wrap_up(), Reason.ENDED),
    "closed": (closed(), Reason.ENDED),
}


@pytest.mark.parametrize("case", LEAVING)
def test_the_customer_leaves(case: str) -> None:
    conversation, expected = LEAVING[case]
    decision = customer_end(conversation, workstream(conversation.channel), AT, cause="customer_ended")
    if isinstance(expected, Reason):
        assert why(decision) is expected
        return
    assert isinstance(decision, tuple)
    withdrawn = [OfferWithdrawn] * len(conversation.offers)
    assert [type(event) for event in decision] == [*withdrawn, expected]
    now = after(conversation, decision)
    if expected is Abandoned:
        assert (now.state, now.closed_as, now.closed_at) == (State.CLOSED, "abandoned", AT + MINUTE)
        assert (now.holds, now.deadlines, now.offers) == ({}, {}, ())
    elif expected is BotEnded:
        assert decision == (BotEnded(bot_id="bot", bot_name="Botti", cause="customer_ended"),)
        assert (now.state, now.closed_as) == (State.CLOSED, "bot_ended")
    else:
        assert (now.state, now.owner_id) == (State.WRAP_UP, "aino")


# How wrap-up blocks; what is held at once, which timer runs, what is held after it.
BLOCKS = {
    WrapUpBlock.ALWAYS: ({"aino": 1}, {"auto_close"}),
    WrapUpBlock.NEVER: ({}, {"auto_close"}),
    WrapUpBlock.SECONDS: ({"aino": 1}, {"auto_close", "wrap_up_block"}),
}


@pytest.mark.parametrize("block", BLOCKS)
def test_wrap_up_holds_units_as_the_workstream_says(block: WrapUpBlock) -> None:
    held, timers = BLOCKS[block]
    rules = workstream(wrap_up=block, timers=Timers(wrap_up_block=60))
    now = after(accepted(), end("aino", accepted(), rules, AT), AT)
    assert (now.state, now.owner_id, now.wrap_up_at) == (State.WRAP_UP, "aino", AT)
    assert (now.holds, set(now.deadlines)) == (held, timers)
    assert now.deadlines["auto_close"] == AT + 15 * MINUTE
    if block is WrapUpBlock.SECONDS:
        assert now.deadlines["wrap_up_block"] == AT + MINUTE
        freed = after(now, (CapacityFreed(),))
        assert (freed.state, freed.holds, set(freed.deadlines)) == (State.WRAP_UP, {}, {"auto_close"})


def test_ending_takes_everybody_out_but_owner_and_monitors() -> None:
    crowd = (participant(OTHER, Role.CONSULT), participant(("saara", "Saara"), Role.SUPERVISOR),
             participant(("sulo", "Sulo"), Role.MONITOR))  # fmt: skip
    before = elevated(
        participants=crowd, offers=(offer(kind=OfferKind.TRANSFER),), holds={"aino": 1, "eino": 1},
        deadlines={"offer": AT + MINUTE, "agent_gone": AT + MINUTE, "reconnect": AT + MINUTE}, unanswered_since=AT,
    )  # fmt: skip
    now = after(before, end("aino", before, workstream(), AT))
    assert [one.role for one in now.participants] == [Role.MONITOR]
    assert (now.offers, now.holds, set(now.deadlines)) == ((), {"aino": 1}, {"auto_close"})
    assert now.unanswered_since is None


def test_a_record_is_resolved_without_wrap_up() -> None:
    now = after(accepted(RECORD), resolve("aino", accepted(RECORD), RecordForm(), Resolution()))
    assert (now.state, now.closed_as, now.holds) == (State.CLOSED, "resolved", {})


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        (accepted(by=OTHER), Reason.NOT_YOURS), (an_open(), Reason.NOT_ACTIVE), (waiting(), Reason.NOT_ACTIVE),
        (wrap_up(), Reason.NOT_ACTIVE), (closed(), Reason.CLOSED), (with_bot(), Reason.NOT_YOURS),
    ],
)  # fmt: skip
def test_only_its_primary_ends_it(conversation: Conversation, reason: Reason) -> None:
    assert why(end("aino", conversation, workstream(), AT)) is reason


class TestComplete:
    """T14."""

    @pytest.mark.parametrize(("given", "kept"), [("sold", "sold"), (None, "before")])
    def test_closes_with_the_disposition(self, given: str | None, kept: str) -> None:
        before = wrap_up(disposition="before")
        now = after(before, complete("aino", before, given))
        assert (now.state, now.closed_as, now.disposition, now.holds) == (State.CLOSED, "completed", kept, {})

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (accepted(), Reason.NOT_IN_WRAP_UP), (wrap_up(owner_id="eino"), Reason.NOT_YOURS),
            (closed(), Reason.CLOSED), (an_open(), Reason.NOT_IN_WRAP_UP),
        ],
    )  # fmt: skip
    def test_only_ones_own_wrap_up(self, conversation: Conversation, reason: Reason) -> None:
        assert why(complete("aino", conversation, None)) is reason


@pytest.mark.parametrize("conversation", [an_open(), waiting(), wrap_up()])
def test_auto_close_in_the_states_that_have_one(conversation: Conversation) -> None:
    events = auto_close(conversation)
    assert events == (AutoClosed(state=conversation.state),)
    assert after(conversation, events).closed_as == "auto_closed"


@pytest.mark.parametrize("conversation", [accepted(), offered(), with_bot(), closed()])
def test_nothing_that_is_served_closes_by_itself(conversation: Conversation) -> None:
    assert auto_close(conversation) == ()


def test_a_timer_that_does_not_stand_any_more_is_not_due() -> None:
    running = an_open(deadlines={"auto_close": AT + MINUTE})
    assert not due(running, Deadline.AUTO_CLOSE, AT)
    assert due(running, Deadline.AUTO_CLOSE, AT + MINUTE)
    assert not due(an_open(), Deadline.AUTO_CLOSE, AT + MINUTE)


FORCED = [an_open(), offered(), accepted(), elevated(), waiting(), wrap_up(), with_bot(), accepted(RECORD),
          accepted(Channel.VOICE)]  # fmt: skip


@pytest.mark.parametrize("conversation", FORCED)
def test_force_close_goes_straight_to_closed(conversation: Conversation) -> None:
    decision = force_close(("saara", "Saara"), conversation, "abuse")
    now = after(conversation, decision)
    assert (now.state, now.closed_as, now.holds, now.deadlines, now.offers, now.participants) == (
        State.CLOSED, "force_closed", {}, {}, (), (),
    )  # fmt: skip
    assert not now.elevated, "a live call is hung up"
    assert isinstance(decision, tuple)
    *_, event = decision
    assert isinstance(event, ForceClosed)
    assert (event.reason, event.state, event.owner_id) == ("abuse", conversation.state, conversation.owner_id)
    assert event.cut_offers == tuple(one.agent_id for one in conversation.offers)
    assert event.cut_call == (conversation.mode is not Mode.TEXT)


def test_what_is_closed_stays_as_it_was_closed() -> None:
    assert why(force_close(("saara", "Saara"), closed(), "again")) is Reason.CLOSED


def test_force_close_cancels_a_pending_transfer() -> None:
    pending = accepted(offers=(offer(kind=OfferKind.TRANSFER),), holds={"aino": 1, "eino": 1})
    decision = force_close(AGENT, pending, "abuse")
    assert isinstance(decision, tuple)
    assert isinstance(decision[-1], ForceClosed)
    assert decision[-1].cut_offers == ("eino",)
    assert after(pending, decision).holds == {}


def test_default_timers() -> None:
    chat, call, other = (default_timers(one) for one in (Channel.LIVE_CHAT, Channel.VOICE, Channel.EMAIL))
    assert (chat.offer, call.offer, other.offer) == (120, 30, 120)
    assert (chat.reconnect, chat.agent_gone) == (180, 90)
    assert (chat.auto_close_open, call.auto_close_open, other.auto_close_open) == (1200, None, None)
    assert {one.auto_close_wrap_up for one in (chat, call, other)} == {900}
    assert timedelta(seconds=other.auto_close_waiting or 0) == timedelta(days=28)
