"""Offers: accepted, rejected, expired, withdrawn (T2, T4, T5, T10)."""

from __future__ import annotations

from dataclasses import replace

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
    offer,
    offered,
    participant,
    waiting,
    workstream,
)  # fmt: skip

from valvomo.domain.conversations.assign import assign_to_agent
from valvomo.domain.conversations.model import Conversation, Offer, OfferKind, Role, Stage, State
from valvomo.domain.conversations.offers import (
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OfferWithdrawn,
    accept,
    answer_refusal,
    expire,
    reject,
)  # fmt: skip
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Reason, Refusal

ROUTER = Asking(offer_id="offer-eino", kind=OfferKind.ASSIGNMENT, by_id=None, by_role="router")
CLOSES = AT + 20 * MINUTE


def ask(conversation: Conversation, one: Offer) -> Conversation:
    return after(conversation, (OfferMade(offer=one),), AT)


def pending_transfer(*, stay: bool = True) -> Conversation:
    return ask(accepted(), offer(OTHER, OfferKind.TRANSFER, stay=stay))


def test_an_offer_takes_an_open_conversation_out_of_the_queue_and_costs_its_units() -> None:
    decision = assign_to_agent(
        an_open(deadlines={"auto_close": CLOSES}), workstream(), agent(), ROUTER, at=AT
    )
    now = after(an_open(deadlines={"auto_close": CLOSES}), decision, AT)
    assert (now.state, now.stage) == (State.ACTIVE, Stage.OFFERED)
    assert now.holds == {"eino": 1}
    assert now.deadlines == {"offer": AT + 2 * MINUTE}


def test_accepting_an_assignment() -> None:
    now = after(offered(), accept("eino", offered()))
    assert (now.stage, now.owner_id, now.owner_name) == (Stage.ACCEPTED, "eino", "Eino")
    assert (now.holds, now.offers, now.deadlines) == ({"eino": 1}, (), {})
    assert now.accepted_at == now.first_accepted_at == AT + MINUTE
    assert now.served_by == ("eino",)
    assert now.transfers == 0


def test_a_workstream_may_accept_for_the_agent() -> None:
    decision = assign_to_agent(an_open(), workstream(auto_accept=True), agent(), ROUTER, at=AT)
    assert isinstance(decision, tuple)
    assert [type(event) for event in decision] == [OfferMade, OfferAccepted]
    assert after(an_open(), decision).owner_id == "eino"


BACK: dict[str, OfferRejected | OfferExpired | OfferWithdrawn] = {
    "rejected": OfferRejected(offer=offer(), reason="lunch", auto_close_at=CLOSES),
    "expired": OfferExpired(offer=offer(), auto_close_at=CLOSES),
    "withdrawn": OfferWithdrawn(offer=offer(), cause="connection_lost", auto_close_at=CLOSES),
}


@pytest.mark.parametrize("how", BACK)
def test_an_assignment_that_is_not_taken_goes_back_to_its_old_place(how: str) -> None:
    now = after(offered(), (BACK[how],))
    assert (now.state, now.stage, now.owner_id) == (State.OPEN, None, None)
    assert (now.queued_at, now.session_queued_at) == (AT, AT)
    assert (now.holds, now.offers) == ({}, ())
    assert now.deadlines == {"auto_close": CLOSES}
    assert now.declines == ({} if how == "withdrawn" else {"eino": 1})


def test_declines_are_counted_until_somebody_takes_it() -> None:
    now = an_open()
    for count in (1, 2, 3):
        now = after(ask(now, offer()), (OfferRejected(offer=offer()),))
        assert now.declines == {"eino": count}
    now = ask(now, offer(AGENT))
    assert after(now, accept("aino", now)).declines == {}


class TestTransfer:
    """The first agent keeps talking until the second accepts (note c)."""

    def test_while_it_is_pending_both_pay_and_the_first_is_primary(self) -> None:
        now = pending_transfer()
        assert (now.owner_id, now.stage, now.holds) == ("aino", Stage.ACCEPTED, {"aino": 1, "eino": 1})

    @pytest.mark.parametrize(("stay", "inside"), [(True, [("aino", Role.CONSULT)]), (False, [])])
    def test_accepted(self, stay: bool, inside: list[tuple[str, Role]]) -> None:
        before = pending_transfer(stay=stay)
        now = after(before, accept("eino", before))
        assert (now.owner_id, now.holds, now.transfers) == ("eino", {"eino": 1}, 1)
        assert [(one.id, one.role) for one in now.participants] == inside
        assert now.served_by == ("aino", "eino")
        assert (now.first_accepted_at, now.accepted_at) == (AT, AT + MINUTE)

    @pytest.mark.parametrize("how", BACK)
    def test_not_taken_the_first_agent_keeps_it(self, how: str) -> None:
        before = pending_transfer()
        event = replace(BACK[how], offer=before.offers[0])
        now = after(before, (event,))
        assert (now.owner_id, now.stage, now.holds) == ("aino", Stage.ACCEPTED, {"aino": 1})
        assert (now.offers, now.deadlines) == ((), {})

    @pytest.mark.parametrize("stay", [True, False])
    def test_who_had_parked_it_becomes_consult_as_who_was_talking(self, stay: bool) -> None:
        parked = waiting(deadlines={"auto_close": CLOSES})
        before = ask(parked, offer(OTHER, OfferKind.TRANSFER, stay=stay))
        assert (before.state, before.owner_id, before.holds) == (State.WAITING, "aino", {"eino": 1})
        taken = after(before, accept("eino", before))
        inside = (participant(AGENT, Role.CONSULT, since=AT + MINUTE),) if stay else ()
        assert (taken.state, taken.owner_id, taken.participants) == (State.ACTIVE, "eino", inside)
        assert (taken.holds, taken.waiting_at, taken.deadlines) == ({"eino": 1}, None, {})
        left = after(before, reject("eino", before, None, CLOSES))
        assert (left.state, left.owner_id, left.holds) == (State.WAITING, "aino", {})
        assert left.deadlines == {"auto_close": CLOSES}

    def test_to_one_who_consults_already(self) -> None:
        before = replace(pending_transfer(), participants=(participant(OTHER, Role.CONSULT),))
        now = after(before, accept("eino", before))
        assert [(one.id, one.role) for one in now.participants] == [("aino", Role.CONSULT)]


class TestConsult:
    """Advice costs nothing and changes nobody's part."""

    @pytest.mark.parametrize("public", [True, False])
    def test_accepted(self, public: bool) -> None:
        before = ask(accepted(), offer(OTHER, OfferKind.CONSULT, public=public))
        assert before.holds == {"aino": 1}
        now = after(before, accept("eino", before))
        assert now.participants == (participant(OTHER, Role.CONSULT, since=AT + MINUTE, public=public),)
        assert (now.owner_id, now.holds, now.transfers) == ("aino", {"aino": 1}, 0)

    def test_a_rejected_one_is_no_decline(self) -> None:
        before = ask(accepted(), offer(OTHER, OfferKind.CONSULT))
        assert after(before, reject("eino", before, None, None)).declines == {}

    def test_it_expires_by_itself_beside_a_pending_transfer(self) -> None:
        later = offer(("onni", "Onni"), OfferKind.TRANSFER, expires_at=AT + 5 * MINUTE)
        before = ask(ask(accepted(), offer(OTHER, OfferKind.CONSULT)), later)
        assert before.deadlines == {"offer": AT + 5 * MINUTE, "consult_offer": AT + 2 * MINUTE}
        events = expire(before, AT + 2 * MINUTE, None)
        assert [event.offer.agent_id for event in events if isinstance(event, OfferExpired)] == ["eino"]
        now = after(before, events)
        assert (now.deadlines, now.holds) == ({"offer": AT + 5 * MINUTE}, {"aino": 1, "onni": 1})


def test_expiry_is_to_the_moment() -> None:
    assert expire(offered(), AT + 2 * MINUTE - MINUTE / 60, None) == ()
    assert len(expire(offered(), AT + 2 * MINUTE, None)) == 1


ANSWERS = {
    "nobody asked": (an_open(), Reason.NO_OFFER),
    "another was asked": (offered(to=AGENT), Reason.NO_OFFER),
    "missed it": (an_open(declines={"eino": 1}), Reason.OFFER_GONE),
    "somebody took it": (accepted(), Reason.NO_OFFER),
    "over": (closed(), Reason.CLOSED),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_only_who_is_asked_can_answer(case: str) -> None:
    conversation, expected = ANSWERS[case]
    for refusal in (
        answer_refusal("eino", conversation), accept("eino", conversation), reject("eino", conversation, None, None),
    ):  # fmt: skip
        assert isinstance(refusal, Refusal)
        assert refusal.reason is expected
        assert refusal.facts["state"] == conversation.state.value
