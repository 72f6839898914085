"""Transfer to an agent or a queue, when the call ends, hand-over, elevation (T8, T10; notes c, e, f)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_talk import (
    AGENT,
    AT,
    BY_SUPERVISOR,
    MINUTE,
    OTHER,
    accepted,
    after,
    agent,
    an_open,
    elevated,
    offer,
    offered,
    participant,
    queue,
    waiting,
    with_bot,
    workstream,
)  # fmt: skip

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.bots import escalate
from valvomo.domain.conversations.call import CallDeclined, accept_call, elevate, elevate_refusal
from valvomo.domain.conversations.call_end import CallEnded, end_call
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.ending import end
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.model import (
    Channel,
    Conversation,
    Mode,
    OfferKind,
    Role,
    State,
)
from valvomo.domain.conversations.offers import OfferMade, OfferWithdrawn
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferDropped
from valvomo.domain.conversations.targets import Asking, Queue
from valvomo.domain.conversations.told import notified
from valvomo.domain.conversations.transfer import (
    schedule_transfer,
    transfer_refusal,
    transfer_to_agent,
    transfer_to_queue,
)  # fmt: skip
from valvomo.domain.refusals import Reason, Refusal

ASKING = Asking(offer_id="o1", kind=OfferKind.TRANSFER, by_id="saara", by_role="supervisor", stay=True)
BY = ("saara", "supervisor", "please")
WISH = ScheduledTransfer(agent_id="eino", agent_name="Eino", by_id="saara", by_role="supervisor")


def test_the_first_agent_stays_primary_while_it_is_pending() -> None:
    decision = transfer_to_agent(accepted(), workstream(), agent(), ASKING, at=AT)
    now = after(accepted(), decision)
    assert (now.owner_id, now.offers[0].agent_id, now.offers[0].kind) == ("aino", "eino", OfferKind.TRANSFER)
    assert transfer_refusal(now) == Refusal(Reason.TRANSFER_PENDING, {"agent": "Eino"})


def test_an_offer_that_nobody_accepted_gives_way() -> None:
    before = offered(to=AGENT)
    decision = transfer_to_agent(before, workstream(), agent(), ASKING, at=AT)
    assert isinstance(decision, tuple)
    assert [type(event) for event in decision] == [OfferWithdrawn, OfferMade]
    now = after(before, decision)
    assert ([one.agent_id for one in now.offers], now.holds, now.declines) == (["eino"], {"eino": 1}, {})


TARGETS: dict[str, tuple[dict[str, Any], Reason | None]] = {
    "another queue's agent": ({"queues": frozenset({"billing"})}, None),
    "away": ({"chosen": Presence.AWAY}, Reason.PRESENCE_NOT_ALLOWED),
    "full": ({"load": 3}, Reason.NO_CAPACITY),
    "a bot": ({"is_bot": True}, Reason.BOT_TARGET),
    "its primary": ({"id": "aino", "name": "Aino"}, Reason.SAME_AGENT),
}


@pytest.mark.parametrize("case", TARGETS)
def test_whom_it_can_be_given_to(case: str) -> None:
    values, expected = TARGETS[case]
    decision = transfer_to_agent(accepted(), workstream(), agent(**values), ASKING, at=AT)
    assert (decision.reason if isinstance(decision, Refusal) else None) is expected


def test_the_agent_who_is_asked_already_is_not_asked_twice() -> None:
    decision = transfer_to_agent(offered(), workstream(), agent(), ASKING, at=AT)
    assert decision == Refusal(Reason.OFFER_PENDING, {"agent": "Eino"})


FROM: dict[str, Conversation] = {
    "accepted": replace(
        accepted(), participants=(participant(OTHER, Role.CONSULT), participant(OTHER, Role.MONITOR))
    ),
    "offered": offered(),
    "waiting": waiting(),
}


@pytest.mark.parametrize("state", FROM)
def test_to_a_queue_it_is_open_at_once_with_its_age(state: str) -> None:
    before = FROM[state]
    decision = transfer_to_queue(before, workstream(before.channel), queue(), BY, at=AT + MINUTE)
    now = after(before, decision)
    assert (now.state, now.queue_id, now.owner_id, now.holds) == (State.OPEN, "billing", None, {})
    assert (now.offers, now.participants, now.transfers) == ((), (), 1)
    assert (now.queued_at, now.session_queued_at) == (AT, AT + MINUTE)
    assert isinstance(decision, tuple)
    *left, queued = decision
    assert len(left) == len(before.participants) + len(before.offers)
    assert isinstance(queued, Queued)
    assert (queued.cause, queued.from_id, queued.by_id, queued.note) == (
        "transferred", before.owner_id, "saara", "please",
    )  # fmt: skip


def test_a_live_chat_back_in_a_queue_closes_by_itself_a_persistent_one_does_not() -> None:
    for channel, deadlines in ((Channel.LIVE_CHAT, {"auto_close": AT + 20 * MINUTE}), (Channel.EMAIL, {})):
        before = accepted(channel)
        decision = transfer_to_queue(before, workstream(channel), queue(), BY, at=AT)
        assert after(before, decision).deadlines == deadlines


class TestWhenTheCallEnds:
    """Note e."""

    def test_it_is_made_when_the_call_ends(self) -> None:
        scheduled = after(elevated(), schedule_transfer(elevated(), WISH))
        decision = end_call(scheduled, workstream(), agent(), "o1", at=AT)
        now = after(scheduled, decision)
        assert (now.mode, now.scheduled_transfer, now.owner_id) == (Mode.TEXT, None, "aino")
        assert now.offer is not None
        assert (now.offer.agent_id, now.offer.by_id, now.offer.stay) == ("eino", "saara", True)

    @pytest.mark.parametrize(
        ("target", "cause"),
        [
            (None, "not_possible"),
            (agent(chosen=Presence.AWAY), "not_available"),
            (agent(load=3), "no_capacity"),
            (queue(members=0), "not_possible"),
            (replace(queue(), open=False), "closed"),
        ],
        ids=["gone", "away", "full", "deserted", "closed"],
    )
    def test_whoever_wanted_it_hears_that_it_could_not_be_made(
        self, target: Agent | Queue | None, cause: str
    ) -> None:
        scheduled = replace(elevated(), scheduled_transfer=WISH)
        decision = end_call(scheduled, workstream(), target, "o1", at=AT)
        assert decision == (CallEnded(), TransferDropped(transfer=WISH, cause=cause))
        assert notified(decision[1], scheduled) == ("saara",)

    def test_with_the_overrides_that_were_given(self) -> None:
        wish = replace(WISH, override_presence=True, override_capacity=True)
        scheduled = replace(elevated(), scheduled_transfer=wish)
        now = after(
            scheduled, end_call(scheduled, workstream(), agent(chosen=Presence.AWAY, load=3), "o1", at=AT)
        )
        assert now.offer is not None
        assert (now.offer.override_presence, now.offer.override_capacity, now.offer.excess_units) == (
            True,
            True,
            1,
        )

    def test_to_a_queue(self) -> None:
        wish = ScheduledTransfer(
            queue_id="billing", queue_name="Billing", by_id="saara", by_role="supervisor"
        )
        scheduled = after(elevated(), schedule_transfer(elevated(), wish))
        now = after(scheduled, end_call(scheduled, workstream(), queue(), "o1", at=AT))
        assert (now.state, now.queue_id, now.mode, now.transfers) == (State.OPEN, "billing", Mode.TEXT, 1)
        own = replace(wish, queue_id="support", queue_name="Support")
        assert schedule_transfer(elevated(), own) == Refusal(Reason.SAME_QUEUE, {"queue": "Support"})

    def test_it_goes_with_what_it_was_of(self) -> None:
        scheduled = replace(elevated(), scheduled_transfer=WISH)
        decision = end("aino", scheduled, workstream(), AT)
        assert isinstance(decision, tuple)
        assert decision[0] == TransferDropped(transfer=WISH, cause="ended")

    def test_it_dies_with_the_agent_it_was_to_be_taken_from(self) -> None:
        scheduled = replace(elevated(), scheduled_transfer=WISH)
        queued = Queued(queue_id="support", queue_name="Support", cause="released", from_id="aino")
        assert after(scheduled, (queued,)).scheduled_transfer is None

    def test_not_to_who_has_it(self) -> None:
        mine = replace(WISH, agent_id="aino", agent_name="Aino")
        assert schedule_transfer(elevated(), mine) == Refusal(Reason.SAME_AGENT, {"agent": "Aino"})


ASKED = Call(id="call", video=True, since=AT + MINUTE, asked=True)
ELEVATIONS = {
    "text": (accepted(), "aino", None),
    "lasting": (accepted(Channel.PERSISTENT_CHAT), "aino", None),
    "without a window": (accepted(Channel.SMS), "aino", Reason.NOT_CALLABLE),
    "asked already": (replace(accepted(), call=ASKED), "aino", Reason.CALL_OFFERED),
    "in a call": (elevated(), "aino", Reason.ELEVATED),
    "a call": (accepted(Channel.VOICE), "aino", Reason.ELEVATED),
    "a record": (accepted(Channel.RECORD), "aino", Reason.NO_CUSTOMER),
    "not yours": (accepted(), "eino", Reason.NOT_YOURS),
    "open": (an_open(), "aino", Reason.NOT_ACTIVE),
}


@pytest.mark.parametrize("case", ELEVATIONS)
def test_elevation(case: str) -> None:
    conversation, who, expected = ELEVATIONS[case]
    decision = elevate(who, conversation, Mode.VIDEO, "call", at=AT)
    if expected:
        assert isinstance(decision, Refusal)
        assert decision.reason is expected
    else:
        asked = after(conversation, decision)
        assert (asked.mode, asked.elevated, asked.call) == (Mode.TEXT, False, ASKED)
        now = after(asked, accept_call(asked, Mode.VIDEO))
        assert (now.mode, now.elevated, now.channel) == (Mode.VIDEO, True, conversation.channel)


class TestNothingIsTransferredInACall:
    """T10: all but elevated."""

    def test_who_asks_somebody_else_cannot_ask_the_customer_into_a_call(self) -> None:
        asked = after(accepted(), transfer_to_agent(accepted(), workstream(), agent(), ASKING, at=AT))
        assert elevate_refusal("aino", asked) == Refusal(Reason.TRANSFER_PENDING, {"agent": "Eino"})
        advised = replace(accepted(), offers=(offer(kind=OfferKind.CONSULT),))
        assert elevate_refusal("aino", advised) is None, "advice is no transfer"

    def test_a_transfer_takes_the_question_back(self) -> None:
        before = replace(accepted(), call=ASKED, deadlines={"call": AT + MINUTE})
        decision = transfer_to_agent(before, workstream(), agent(), ASKING, at=AT)
        assert isinstance(decision, tuple)
        assert decision[0] == CallDeclined(cause="transfer_asked")
        now = after(before, decision)
        assert (now.call, set(now.deadlines)) == (None, {"offer"})
        assert accept_call(now, Mode.VOICE) == Refusal(Reason.NO_CALL)

    def test_the_customer_cannot_come_while_it_is_pending(self) -> None:
        both = replace(accepted(), call=ASKED, offers=(offer(kind=OfferKind.TRANSFER),))
        assert accept_call(both, Mode.VOICE) == Refusal(Reason.NO_CALL)


class TestHandOver:
    """Note f: a bot's conversation escalates like the bot itself would."""

    @pytest.mark.parametrize("target", ["support", "billing"])
    def test_to_its_own_queue_or_another(self, target: str) -> None:
        decision = escalate(with_bot(), workstream(), queue(target), BY_SUPERVISOR, at=AT + MINUTE)
        now = after(with_bot(), decision)
        assert (now.state, now.queue_id, now.bot_id, now.bot_name) == (State.OPEN, target, None, None)
        assert (now.queued_at, now.session_queued_at) == (AT + MINUTE, AT + MINUTE), (
            "the wait begins with escalation"
        )
        assert isinstance(decision, tuple)
        assert isinstance(decision[-1], Queued)
        assert (decision[-1].cause, decision[-1].from_name, now.transfers) == ("handed_over", "Botti", 0)

    def test_never_where_nobody_serves(self) -> None:
        refusal = escalate(with_bot(), workstream(), queue(members=0), BY_SUPERVISOR, at=AT)
        assert refusal == Refusal(Reason.NO_MEMBERS, {"queue": "Billing"})
