"""The same for customers on a telephone, who may be called back: dialled, answered, missed, connected elsewhere."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule
from sample_life import WHO, Life
from sample_talk import AT, started, workstream

from valvomo.domain.conversations import call_lost, ending, telephone
from valvomo.domain.conversations.call_marks import Line, Telephone
from valvomo.domain.conversations.event import Event, ongoing_call, postponed_until
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import Channel, State
from valvomo.domain.conversations.workstream import Workstream, WrapUpBlock
from valvomo.domain.refusals import Refusal

WHY = st.sampled_from(
    ("hung_up", "ended", "busy", "no_answer", "declined", "failed", "unreachable", "forbidden")
)


class LifeByTelephone(Life):
    """One conversation whose customer has called, or has been called by an agent first."""

    @initialize(
        how=st.sampled_from(("calls", "is called", "is called back")),
        block=st.sampled_from(WrapUpBlock),
        auto=st.booleans(),
    )
    def begin(self, how: str, block: WrapUpBlock, auto: bool) -> None:
        self.at = AT
        self.stream = workstream(Channel.VOICE, wrap_up=block, auto_accept=auto)
        closes = self.stream.auto_close(self.stream.timers.auto_close_open, AT)
        line = Line.WANTED if how == "is called" else Line.UP
        number = Telephone(account_id="a", number="+358401234567", line=line)
        owner = {"owner_id": "aino", "owner_name": "Aino"} if how == "is called" else {}
        begun = started(Channel.VOICE, telephone=number, auto_close_at=closes, **owner)
        self.now = fold(None, begun, AT)
        if how == "is called back":
            self.wants_to_be_called()

    @property
    def phone(self) -> Telephone | None:
        return telephone.telephone_of(self.now)

    @property
    def place(self) -> tuple[Workstream, str]:
        return self.stream, "Support"

    @property
    def call_id(self) -> str:
        return self.now.call.id if self.now.call else ""

    @rule(
        act=st.sampled_from(("connect", "disconnect", "write", "end")),
        sure=st.sampled_from((False, False, True)),
    )
    def guest(self, act: str, sure: bool) -> None:
        """Most stay for longer than that: there is more to be seen."""
        if sure:
            super().guest(act)

    @rule(
        why=st.sampled_from(("busy", "no_answer", "failed", "unreachable", None)),
        seconds=st.sampled_from((1, 31, 301)),
        steps=st.integers(1, 6),
    )
    def it_takes_its_course(self, why: str | None, seconds: int, steps: int) -> None:
        """Somebody is asked, and accepts; they are called, and answer or do not; then they are called again in time."""
        for _ in range(steps):
            self.at += timedelta(seconds=seconds)
            if self.now.state is State.OPEN and postponed_until(self.now) is None:
                self.ask("aino", True, "router")
            elif self.now.offers:
                self.answer("aino", True)
            elif self.phone is not None and self.phone.line is Line.DIALLING:
                self.answers() if why is None else self.is_gone(why)
            else:
                self.fire()

    @rule()
    def wants_to_be_called(self) -> None:
        number = ("a", "+358401234567")
        self.take(telephone.request_callback(self.now, number, self.name(), by="keys", offered=True))

    @rule()
    def answers(self) -> None:
        self.take(telephone.answered(self.now, self.call_id))

    @rule(why=WHY, called_back=st.booleans())
    def is_gone(self, why: str, *, called_back: bool = False) -> None:
        told, before = (self.call_id, why), self.now
        lost = call_lost.is_lost(before, *told)
        back = call_lost.back_to(self.name(), ("a", "+358401234567")) if called_back else None
        self.take(call_lost.gone(before, self.place, told, back, at=self.at))
        if lost:
            assert self.now.closed_as not in ("abandoned", "completed")
            is_back = self.phone is not None and self.phone.line is Line.WANTED
            assert is_back is (called_back and call_lost.may_be_called(before))
            assert self.now.queued_at == before.queued_at

    @rule(why=WHY)
    def what_is_told_of_a_former_call_changes_nothing(self, why: str) -> None:
        assert call_lost.gone(self.now, self.place, ("former", why), None, at=self.at) == ()
        assert telephone.answered(self.now, "former") == ()

    @rule(who=st.one_of(st.none(), WHO))
    def calls_again(self, who: str | None) -> None:
        self.take(telephone.redial(who or self.now.owner_id or "aino", self.now, self.name()))

    @rule(who=st.one_of(st.none(), WHO), sure=st.sampled_from((False, False, True)))
    def connects_elsewhere(self, who: str | None, sure: bool) -> None:
        if sure:
            me = who or self.now.owner_id or "aino"
            self.take(telephone.forwarded(me, self.now, self.stream, "+35891234", at=self.at))

    def of_telephone(self, name: Deadline) -> tuple[Event, ...]:
        match name:
            case Deadline.DIAL:
                return telephone.dial(self.now, self.name())
            case Deadline.RECALL:
                return telephone.recall_due(self.now, self.place, self.at)
            case _:
                return ending.talk_over(self.now, self.stream, self.at)

    @invariant()
    def who_speaks_is_in_a_call_and_nobody_puts_them_aside(self) -> None:
        assert self.now.state is not State.WAITING
        phone = self.phone
        if phone is None:
            assert self.now.state in (State.WRAP_UP, State.CLOSED)
            return
        on = phone.line in (Line.UP, Line.DIALLING)
        assert (ongoing_call(self.now) is not None) is on

    @invariant()
    def whoever_was_not_reached_is_in_the_queue_until_it_is_time(self) -> None:
        if postponed_until(self.now) is None:
            return
        assert self.phone is not None
        assert (self.now.state, self.phone.line) == (State.OPEN, Line.WANTED)
        assert 0 < self.phone.tries < telephone.MOST_BY_ITSELF
        assert self.now.affinity_id in self.now.served_by or self.now.affinity_id is None

    @invariant()
    def who_is_to_be_called_is_called_once_somebody_is_there(self) -> None:
        phone = self.phone
        wanted = phone is not None and phone.line is Line.WANTED
        there = self.now.state is State.ACTIVE and self.now.owner_id is not None
        assert ("dial" in self.now.deadlines) is (wanted and there)

    @invariant()
    def nobody_is_called_too_often(self) -> None:
        again = telephone.redial_refusal(self.now.owner_id or "", self.now)
        if self.phone is None:
            assert isinstance(again, Refusal)
        else:
            assert self.phone.tries <= telephone.MOST_TRIES
            assert isinstance(again, Refusal) or self.phone.line is Line.MISSED


LifeByTelephone.TestCase.settings = settings(
    max_examples=300, stateful_step_count=50, deadline=None, derandomize=True, database=None
)
test_any_acts_in_any_order = LifeByTelephone.TestCase
