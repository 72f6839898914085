"""Monitor, join, leave, take over, consult (spec 1 §3, §4): who is in it as what, and who cannot notice."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_talk import (
    AGENT,
    AT,
    MINUTE,
    OTHER,
    SUPERVISOR,
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

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import knows_of_monitoring
from valvomo.domain.conversations.consult import MAX_CONSULTS, consult
from valvomo.domain.conversations.join import TookOver, join, leave, leave_refusal, take_over
from valvomo.domain.conversations.model import Conversation, OfferKind, Role, State
from valvomo.domain.conversations.monitor import MonitorStopped, monitor, stop_monitor
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Reason, Refusal

MONITORED = accepted(participants=(participant(SUPERVISOR, Role.MONITOR),))
JOINED = accepted(participants=(participant(SUPERVISOR, Role.SUPERVISOR, public=True),))


def why(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None


class TestMonitor:
    """Unseen."""

    @pytest.mark.parametrize(
        "make", [accepted, elevated, waiting, wrap_up, with_bot], ids=lambda make: make.__name__
    )
    def test_silence_is_not_visible_even_as_a_number(self, make: type) -> None:
        before: Conversation = make()
        begun = after(before, monitor(SUPERVISOR, before, shown=False))
        assert begun.role_of("saara") is Role.MONITOR
        ended = after(begun, stop_monitor(SUPERVISOR, begun))
        assert (begun.revision, ended.revision) == (before.revision, before.revision)
        assert ended.version == before.version + 2
        assert replace(ended, version=before.version) == before

    def test_shown_when_the_organization_chose_so(self) -> None:
        begun = after(accepted(), monitor(SUPERVISOR, accepted(), shown=True))
        ended = after(begun, stop_monitor(SUPERVISOR, begun))
        assert (begun.revision, ended.revision) == (accepted().revision + 1, accepted().revision + 2)

    @pytest.mark.parametrize("shown", [True, False])
    def test_the_end_is_as_silent_as_the_beginning_was(self, shown: bool) -> None:
        begun = after(accepted(), monitor(SUPERVISOR, accepted(), shown=shown))
        decision = stop_monitor(SUPERVISOR, begun)
        assert isinstance(decision, tuple)
        assert isinstance(decision[0], MonitorStopped)
        assert decision[0].silent is not shown

    def test_once(self) -> None:
        assert why(monitor(SUPERVISOR, MONITORED, shown=False)) is Reason.ALREADY_MONITORING
        assert why(monitor(SUPERVISOR, JOINED, shown=False)) is Reason.ALREADY_IN_CONVERSATION
        assert why(stop_monitor(SUPERVISOR, accepted())) is Reason.NOT_MONITORING
        assert why(stop_monitor(SUPERVISOR, JOINED)) is Reason.NOT_MONITORING

    def test_several_at_once(self) -> None:
        now = after(MONITORED, monitor(("sulo", "Sulo"), MONITORED, shown=False))
        assert [one.id for one in now.participants] == ["saara", "sulo"]

    def test_it_costs_nothing(self) -> None:
        assert after(accepted(), monitor(SUPERVISOR, accepted(), shown=False)).holds == {"aino": 1}

    def test_who_may_know(self) -> None:
        def someone(name: str, role: UserRole, supervised: str) -> Actor:
            return Actor(
                id=name, organization_id="o", roles=frozenset({role}), supervised=frozenset({supervised})
            )

        agent_, saara = someone("aino", UserRole.AGENT, "-"), someone("saara", UserRole.SUPERVISOR, "-")
        colleague = someone("sulo", UserRole.SUPERVISOR, "support")
        for actor, hidden, shown in ((agent_, False, True), (saara, True, True), (colleague, True, True)):
            assert knows_of_monitoring(actor, MONITORED, shown_to_agents=False) is hidden
            assert knows_of_monitoring(actor, MONITORED, shown_to_agents=True) is shown


class TestJoin:
    """Visible."""

    def test_from_outside_and_from_monitoring(self) -> None:
        for before in (accepted(), MONITORED):
            now = after(before, join(SUPERVISOR, before))
            assert [(one.id, one.role, one.public) for one in now.participants] == [
                ("saara", Role.SUPERVISOR, True)
            ]
            assert now.revision == before.revision + 1
            assert (now.owner_id, now.holds) == ("aino", {"aino": 1})

    def test_once(self) -> None:
        assert why(join(SUPERVISOR, JOINED)) is Reason.ALREADY_JOINED
        consulting = accepted(participants=(participant(SUPERVISOR, Role.CONSULT),))
        assert why(join(SUPERVISOR, consulting)) is Reason.ALREADY_IN_CONVERSATION

    @pytest.mark.parametrize(
        ("role", "public"), [(Role.SUPERVISOR, True), (Role.CONSULT, False), (Role.CONSULT, True)]
    )
    def test_leave(self, role: Role, public: bool) -> None:
        before = accepted(participants=(participant(SUPERVISOR, role, public=public),))
        assert leave_refusal("saara", before) is None
        assert after(before, leave("saara", before)).participants == ()

    @pytest.mark.parametrize("conversation", [accepted(), MONITORED, accepted(by=SUPERVISOR)])
    def test_only_who_joined_leaves(self, conversation: Conversation) -> None:
        assert why(leave("saara", conversation)) is Reason.NOT_JOINED


class TestTakeOver:
    """The supervisor becomes primary, the agent consult."""

    def test_swaps_both(self) -> None:
        before = replace(JOINED, deadlines={"agent_gone": AT + MINUTE})
        now = after(before, take_over(SUPERVISOR, before, 1))
        assert (now.owner_id, now.owner_name, now.holds, now.excess_units) == (
            "saara",
            "Saara",
            {"saara": 1},
            1,
        )
        assert [(one.id, one.role, one.public) for one in now.participants] == [("aino", Role.CONSULT, True)]
        assert (now.deadlines, now.served_by, now.first_accepted_at) == ({}, ("aino", "saara"), AT)

    def test_nothing_is_pending_after_it(self) -> None:
        pending = replace(JOINED, offers=(offer(kind=OfferKind.TRANSFER),), deadlines={"offer": AT + MINUTE})
        now = after(pending, take_over(SUPERVISOR, pending, 0))
        assert (now.offers, now.deadlines, now.holds) == ((), {}, {"saara": 1})

    def test_from_a_bot(self) -> None:
        before = replace(with_bot(), participants=JOINED.participants)
        now = after(before, take_over(SUPERVISOR, before, 0))
        assert (now.owner_id, now.bot_id, now.participants) == ("saara", None, ())

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (accepted(), Reason.NOT_JOINED), (MONITORED, Reason.NOT_JOINED), (closed(), Reason.CLOSED),
            (accepted(by=SUPERVISOR), Reason.OWN_CONVERSATION), (an_open(), Reason.NOT_JOINED),
        ],
    )  # fmt: skip
    def test_join_first(self, conversation: Conversation, reason: Reason) -> None:
        assert why(take_over(SUPERVISOR, conversation, 0)) is reason

    def test_the_fact_says_from_whom(self) -> None:
        decision = take_over(SUPERVISOR, JOINED, 0)
        assert isinstance(decision, tuple)
        assert isinstance(decision[0], TookOver)
        assert (decision[0].from_id, decision[0].from_name) == AGENT


class TestConsult:
    """At most five, asked ones included."""

    ASKING = Asking(offer_id="o1", kind=OfferKind.CONSULT, by_id="aino", by_role="agent")

    def ask(self, conversation: Conversation, **values: Any) -> object:
        return consult(conversation, workstream(), agent(**values), self.ASKING, at=AT)

    def test_costs_no_capacity(self) -> None:
        decision = self.ask(accepted(), load=3, chosen="available")
        assert why(decision) in (None, Reason.PRESENCE_NOT_ALLOWED)
        now = after(accepted(), self.ask(accepted()))
        assert (now.offers[0].units, now.holds, now.state) == (0, {"aino": 1}, State.ACTIVE)

    @pytest.mark.parametrize(("inside", "asked"), [(5, 0), (4, 1), (0, 5)])
    def test_at_most_five(self, inside: int, asked: int) -> None:
        people = [(f"p{number}", f"P{number}") for number in range(MAX_CONSULTS)]
        full = accepted(
            participants=tuple(participant(one, Role.CONSULT) for one in people[:inside]),
            offers=tuple(offer(one, OfferKind.CONSULT) for one in people[inside : inside + asked]),
        )
        assert self.ask(full) == Refusal(Reason.TOO_MANY_CONSULTS, {"limit": 5})
        one_less = replace(
            full, participants=full.participants[1:], offers=full.offers[: 5 - inside - bool(not inside)]
        )
        assert why(self.ask(one_less)) is None

    @pytest.mark.parametrize(
        ("conversation", "reason"),
        [
            (accepted(by=OTHER), Reason.NOT_YOURS), (offered(), Reason.NOT_YOURS), (waiting(), Reason.NOT_ACTIVE),
            (accepted(participants=(participant(OTHER, Role.CONSULT),)), Reason.ALREADY_IN_CONVERSATION),
            (accepted(participants=(participant(OTHER, Role.MONITOR),)), None),
            (accepted(offers=(offer(OTHER, OfferKind.TRANSFER),)), Reason.OFFER_PENDING),
        ],
    )  # fmt: skip
    def test_by_its_primary_and_not_twice(self, conversation: Conversation, reason: Reason | None) -> None:
        assert why(self.ask(conversation)) is reason
