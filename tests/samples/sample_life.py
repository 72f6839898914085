"""The life of a conversation under any acts in any order: a Hypothesis machine over the pure rules.

It decides as commands do and folds what was decided. `TRANSITIONS` is the table of spec 1 §2 by its numbers; whatever
a fold does to the state must be one of them.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sample_talk import AT, BY_SUPERVISOR, agent, queue, started, workstream

from valvomo.commands.conversations.fire_timers import OVER
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.calls.hearing import Leg, Part, hearing
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.conversations import (
    assign,
    bots,
    call,
    call_end,
    coach,
    consult,
    customer,
    ending,
    force_close,
    hold,
    join,
    leaving,
    message,
    monitor,
    offers,
    pick,
    queueing,
    resolve,
    serving_no_more,
    transfer,
)  # fmt: skip
from valvomo.domain.conversations.event import Event, call_of, ongoing_call
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.marks import Deadline, ScheduledTransfer
from valvomo.domain.conversations.message import Visibility, Words
from valvomo.domain.conversations.model import (
    ASYNCHRONOUS,
    SPOKEN,
    SYNCHRONOUS,
    Channel,
    Conversation,
    Mode,
    OfferKind,
    Role,
    State,
)  # fmt: skip
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.conversations.workstream import Workstream, WrapUpBlock
from valvomo.domain.records.form import RecordForm
from valvomo.domain.refusals import Refusal
from valvomo.queries.verify.stored import future

CHANNELS = (Channel.LIVE_CHAT, Channel.PERSISTENT_CHAT, Channel.EMAIL, Channel.VOICE, Channel.RECORD)
PEOPLE = ("aino", "eino", "onni", "saara")
WHO = st.sampled_from(PEOPLE)
NOT_RECORD = frozenset(Channel) - {Channel.RECORD}
ALL = frozenset(Channel)

# Number, from, to, by which events, for which channels (spec 1 §2).
TRANSITIONS: tuple[tuple[str, str, str, frozenset[str], frozenset[Channel]], ...] = (
    ("T2", "open", "offered", frozenset({"offer_made"}), ALL),
    ("T3", "open", "accepted", frozenset({"picked"}), ALL),
    ("T4", "offered", "accepted", frozenset({"offer_accepted"}), ALL),
    ("T5", "offered", "open", frozenset({"offer_rejected", "offer_expired", "offer_withdrawn"}), ALL),
    ("T6", "open", "closed", frozenset({"abandoned"}), SYNCHRONOUS),
    ("T6", "offered", "closed", frozenset({"abandoned"}), SYNCHRONOUS),
    ("T7", "accepted", "wrap_up", frozenset({"ended"}), NOT_RECORD),
    ("T7", "bot", "closed", frozenset({"bot_ended"}), NOT_RECORD),
    ("T8", "accepted", "open", frozenset({"queued"}), ALL),
    ("T8", "offered", "open", frozenset({"queued"}), ALL),
    ("T8", "bot", "open", frozenset({"queued"}), ALL),
    ("T9", "accepted", "waiting", frozenset({"parked"}), ASYNCHRONOUS),
    ("T10", "bot", "accepted", frozenset({"took_over"}), ALL),
    ("T10", "waiting", "accepted", frozenset({"offer_accepted"}), ASYNCHRONOUS),
    ("T11", "waiting", "accepted", frozenset({"resumed"}), ASYNCHRONOUS),
    ("T12", "waiting", "open", frozenset({"queued"}), ASYNCHRONOUS),
    ("T13", "open", "closed", frozenset({"auto_closed"}), ALL),
    ("T13", "waiting", "closed", frozenset({"auto_closed"}), ALL),
    ("T13", "wrap_up", "closed", frozenset({"auto_closed"}), ALL),
    ("T14", "wrap_up", "closed", frozenset({"wrap_up_completed"}), ALL),
    ("T15", "accepted", "closed", frozenset({"record_resolved"}), frozenset({Channel.RECORD})),
    *(("T16", state, "closed", frozenset({"force_closed"}), ALL)
      for state in ("open", "offered", "accepted", "bot", "waiting", "wrap_up")),
)  # fmt: skip


def place(conversation: Conversation) -> str:
    """The state as the table names it."""
    if conversation.state is not State.ACTIVE:
        return conversation.state.value
    return "bot" if conversation.bot_id else "accepted" if conversation.owner_id else "offered"


class Life(RuleBasedStateMachine):
    """One conversation, four people, time that goes on."""

    transitions = TRANSITIONS
    now: Conversation
    stream: Workstream

    @initialize(
        channel=st.sampled_from(CHANNELS), bot=st.sampled_from((False, False, True)),
        block=st.sampled_from(WrapUpBlock), auto=st.booleans(),
    )  # fmt: skip
    def begin(self, channel: Channel, bot: bool, block: WrapUpBlock, auto: bool) -> None:
        self.at = AT
        self.stream = workstream(channel, wrap_up=block, auto_accept=auto)
        with_bot = (
            {"bot_id": "bot", "bot_name": "Botti", "bot_patience": 30, "bot_idle": 1800}
            if bot and channel is not Channel.RECORD
            else {}
        )
        closes = self.stream.auto_close(self.stream.timers.auto_close_open, AT)
        self.now = fold(None, started(channel, auto_close_at=closes, **with_bot), AT)

    def agent(self, who: str) -> Agent:
        """With the load that this conversation gives them."""
        held = self.now.holds.get(who, 0)
        return agent((who, who.title()), load=held, capacity=2)

    def take(self, decision: tuple[Event, ...] | Refusal) -> None:
        """Fold what was decided, and look at each step."""
        for event in () if isinstance(decision, Refusal) else decision:
            before, self.now = self.now, fold(self.now, event, self.at)
            self.check(before, event)

    def check(self, before: Conversation, event: Event) -> None:
        was, is_ = place(before), place(self.now)
        assert before.state is not State.CLOSED, f"{event.kind} after the end"
        if was != is_:
            assert any(
                (one[1], one[2]) == (was, is_) and event.kind in one[3] and self.now.channel in one[4]
                for one in self.transitions
            ), f"{was} to {is_} by {event.kind}"
        assert self.now.version == before.version + 1
        assert self.now.revision == before.revision + (not event.silent)
        if isinstance(event, monitor.MonitorStarted | monitor.MonitorStopped):
            assert self.now.revision == before.revision + event.shown
        self.check_leaving(before, event)
        assert self.now.created_at == before.created_at
        if not before.bot_id:
            assert self.now.queued_at == before.queued_at, "the place in the queue is kept for life"
        assert self.now.first_accepted_at == before.first_accepted_at or before.first_accepted_at is None

    def check_leaving(self, before: Conversation, event: Event) -> None:
        """Nobody is put out without a fact of their own; taking part in another way is no leaving."""
        for one in before.participants:
            role = self.now.role_of(one.id)
            if isinstance(event, monitor.MonitorStopped) and event.supervisor_id == one.id:
                assert (one.role, role, event.shown) == (Role.MONITOR, None, one.shown)
            elif isinstance(event, join.ParticipantLeft) and event.person_id == one.id:
                assert (one.role, role, event.public) == (event.role, None, one.public)
            elif one.role is Role.MONITOR:
                assert role is Role.MONITOR or event.kind == "supervisor_joined", event.kind
            else:
                assert role is one.role or role is Role.PRIMARY, event.kind
        if before.scheduled_transfer and not self.now.scheduled_transfer:
            assert event.kind in ("call_ended", "transfer_dropped"), f"{event.kind} drops a transfer"
        for asked in before.offers:
            assert asked in self.now.offers or asked == getattr(event, "offer", None), (
                f"{event.kind} cuts an offer"
            )

    @rule(seconds=st.sampled_from((1, 31, 91, 181, 901, 1201)))
    def time_passes(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(who=WHO, overrides=st.booleans(), by=st.sampled_from(("router", "supervisor")))
    def ask(self, who: str, overrides: bool, by: str) -> None:
        asking = self.asking(OfferKind.ASSIGNMENT, by, override_capacity=overrides)
        self.take(assign.assign_to_agent(self.now, self.stream, self.agent(who), asking, at=self.at))

    @rule(act=st.sampled_from(("say", "say", "pause", "unpause", "escalate", "end")), who=WHO)
    def bot(self, act: str, who: str) -> None:
        match act:
            case "say":
                self.write("bot", "bot", Visibility.PUBLIC)
            case "pause":
                self.take(bots.pause((who, who.title()), self.now, at=self.at))
            case "unpause":
                self.take(bots.unpause((who, who.title()), self.now, at=self.at))
            case "escalate":
                why = bots.Context(
                    reason="a hard question", by_id="bot", by_role="bot", answers={"order": "1"}
                )
                here = queue(self.now.queue_id, self.kind())
                self.take(bots.escalate(self.now, self.stream, here, why, at=self.at))
            case _:
                self.take(bots.end_by_bot("bot", self.now))

    @rule(members=st.integers(0, 1))
    def ask_queue(self, members: int) -> None:
        target = queue("billing" if self.now.queue_id == "support" else "support", self.kind(), members)
        self.take(assign.assign_to_queue(self.now, self.stream, target, "saara", at=self.at))

    @rule(who=WHO, stay=st.booleans(), by=st.sampled_from(("agent", "supervisor")))
    def pass_on(self, who: str, stay: bool, by: str) -> None:
        asking = self.asking(OfferKind.TRANSFER, by, stay=stay)
        self.take(transfer.transfer_to_agent(self.now, self.stream, self.agent(who), asking, at=self.at))

    @rule()
    def pass_to_queue(self) -> None:
        target = queue("billing" if self.now.queue_id == "support" else "support", self.kind())
        by = ("saara", "supervisor", None)
        self.take(transfer.transfer_to_queue(self.now, self.stream, target, by, at=self.at))

    @rule(who=st.sampled_from((*PEOPLE, "billing", "support")))
    def pass_on_later(self, who: str) -> None:
        wish = ScheduledTransfer(agent_id=who, agent_name=who.title(), by_id="saara", by_role="supervisor")
        if who not in PEOPLE:
            wish = ScheduledTransfer(queue_id=who, queue_name=who, by_id="saara", by_role="supervisor")
        self.take(transfer.schedule_transfer(self.now, wish))

    @rule()
    def hand_over(self) -> None:
        target = queue(self.now.queue_id, self.kind())
        self.take(bots.escalate(self.now, self.stream, target, BY_SUPERVISOR, at=self.at))

    @rule(who=WHO, shown=st.booleans())
    def consult(self, who: str, shown: bool) -> None:
        by = self.now.owner_id or "aino"
        asking = Asking(offer_id=self.name(), kind=OfferKind.CONSULT, by_id=by, by_role="agent", public=shown)
        self.take(consult.consult(self.now, self.stream, self.agent(who), asking, at=self.at))

    @rule(who=WHO, yes=st.booleans())
    def answer(self, who: str, yes: bool) -> None:
        pending = [one.agent_id for one in self.now.offers]
        who = pending[0] if pending else who
        closes = self.stream.auto_close(self.stream.timers.auto_close_open, self.at)
        self.take(offers.accept(who, self.now) if yes else offers.reject(who, self.now, "busy", closes))

    @rule(who=WHO)
    def pick(self, who: str) -> None:
        self.take(pick.pick(self.agent(who), self.now))

    @rule(
        act=st.sampled_from(("release", "park", "end", "complete", "elevate", "hold", "unhold", "resume")),
        stranger=st.booleans(),
    )
    def serve(self, act: str, stranger: bool) -> None:
        me = "onni" if stranger else self.now.owner_id or "aino"
        closes = self.at + timedelta(minutes=20)
        match act:
            case "release":
                self.take(queueing.release(me, self.now, closes, "Support"))
            case "park":
                self.take(queueing.park(me, self.now, closes))
            case "end":
                self.end(me)
            case "complete":
                self.take(ending.complete(me, self.now, "solved"))
            case "elevate":
                self.take(call.elevate(me, self.now, Mode.VOICE, self.name(), at=self.at))
            case "hold":
                self.take(hold.hold(me, self.now))
            case "unhold":
                self.take(hold.unhold(me, self.now, at=self.at))
            case _:
                if queueing.resume_refusal(me, self.now) is None:
                    resumed = queueing.Resumed(
                        agent_id=me, agent_name=me, cause="agent", units=self.now.units
                    )
                    self.take((resumed,))

    def end(self, me: str) -> None:
        """A record has no wrap-up: whoever ends it resolves it."""
        if self.now.channel is Channel.RECORD:
            self.take(resolve.resolve(me, self.now, RecordForm(), resolve.Resolution()))
        else:
            self.take(ending.end(me, self.now, self.stream, self.at))

    @rule(answer=st.sampled_from((Mode.VOICE, Mode.VIDEO, None)))
    def answer_call(self, answer: Mode | None) -> None:
        if answer is None:
            self.take(call.decline_call(self.now, "declined"))
        else:
            self.take(call.accept_call(self.now, answer))

    @rule()
    def end_call(self) -> None:
        wish = self.now.scheduled_transfer
        target = None
        if wish is not None:
            target = self.agent(wish.agent_id) if wish.agent_id else queue(wish.target[0], self.kind())
        self.take(call_end.end_call(self.now, self.stream, target, self.name(), at=self.at))

    @rule(
        act=st.sampled_from(("monitor", "monitor", "stop", "join", "leave", "take_over", "coach", "quiet")), who=WHO,
        shown=st.booleans(),
    )  # fmt: skip
    def step_in(self, act: str, who: str, shown: bool) -> None:
        me = (who, who.title())
        match act:
            case "monitor":
                self.take(monitor.monitor(me, self.now, shown=shown))
            case "stop":
                self.take(monitor.stop_monitor(me, self.now))
            case "join":
                self.take(join.join(me, self.now))
            case "leave":
                self.take(join.leave(who, self.now))
            case "coach":
                self.take(coach.coach(me, self.now))
            case "quiet":
                self.take(coach.stop_coach(me, self.now))
            case _:
                self.take(join.take_over(me, self.now, 0))

    @rule(act=st.sampled_from(("connect", "disconnect", "write", "end")))
    def guest(self, act: str) -> None:
        match act:
            case "connect":
                self.take(customer.connected(self.now))
            case "disconnect":
                self.take(customer.disconnected(self.now, self.stream, self.at))
            case "end":
                self.take(ending.customer_end(self.now, self.stream, self.at, cause="customer_ended"))
            case _:
                self.write("kaisa", "customer", Visibility.PUBLIC)
                self.take(bots.awaited(self.now, self.at))
                owner = self.agent(self.now.owner_id) if self.now.owner_id else None
                self.take(customer.revived(self.now, self.stream, owner, "Support", at=self.at))

    @rule(who=WHO, visibility=st.sampled_from(Visibility))
    def say(self, who: str, visibility: Visibility) -> None:
        role = self.now.role_of(who)
        self.write(who, role.value if role else "monitor", visibility)

    @rule()
    def owner_lost(self) -> None:
        self.take(queueing.owner_lost(self.now, self.stream, self.at))

    @rule(who=WHO, ago=st.sampled_from((1, 149, 151, 901)))
    def supervisor_lost(self, who: str, ago: int) -> None:
        self.take(leaving.gone(self.now, who, self.at - timedelta(seconds=ago), self.at))

    @rule(who=WHO, sure=st.sampled_from((False,) * 4 + (True,)))
    def serves_no_more(self, who: str, sure: bool) -> None:
        if sure:
            self.take(serving_no_more.without(who, self.now, self.stream, "Support", at=self.at))
            assert self.now.role_of(who) is None or self.now.state is State.CLOSED
            assert self.now.offer_to(who) is None

    @rule()
    def fire(self) -> None:
        """As the timers do: each deadline in the state that the one before has left."""
        closes = self.stream.auto_close(self.stream.timers.auto_close_open, self.at)
        for name in Deadline:
            if not ending.due(self.now, name, self.at):
                continue
            match name:
                case Deadline.OFFER | Deadline.CONSULT_OFFER:
                    self.take(offers.expire(self.now, self.at, closes))
                case Deadline.RECONNECT:
                    self.take(ending.customer_end(self.now, self.stream, self.at, cause="customer_gone"))
                case Deadline.AGENT_GONE:
                    self.take(queueing.queued_again(self.now, "Support", "agent_gone", closes))
                case Deadline.WRAP_UP_BLOCK | Deadline.CALL:
                    self.take((OVER[name],))
                case Deadline.AUTO_CLOSE:
                    self.take(ending.auto_close(self.now))
                case Deadline.WINDOW | Deadline.DIAL | Deadline.RECALL | Deadline.TALK:
                    self.take(self.of_telephone(name))
                case Deadline.BOT:
                    here = queue(self.now.queue_id, self.kind())
                    self.take(bots.bot_due(self.now, self.stream, here, unreached=False, at=self.at))
            assert not ending.due(self.now, name, self.at), f"{name} fires for ever"

    def of_telephone(self, name: Deadline) -> tuple[Event, ...]:
        raise AssertionError(f"{name}: nobody here is reached over an account, or by telephone")

    @rule(sure=st.sampled_from((False,) * 9 + (True,)))
    def force_close(self, sure: bool) -> None:
        if sure:
            self.take(force_close.force_close(("saara", "Saara"), self.now, "test"))

    @invariant()
    def a_bot_has_its_hour_and_only_a_bot(self) -> None:
        has_it = self.now.bot_id is not None and self.now.state is State.ACTIVE
        assert has_it is ("bot" in self.now.deadlines), "what a bot has is never forgotten"
        assert not (self.now.bot_id and (self.now.owner_id or self.now.offers))
        assert self.now.bot_paused is None or has_it or self.now.state is State.CLOSED

    @invariant()
    def somebody_has_it(self) -> None:
        assert list(future(self.now)) == []

    @invariant()
    def what_is_held_is_held_by_those_who_are_in_it(self) -> None:
        assert all(units > 0 for units in self.now.holds.values())
        asked = {one.agent_id for one in self.now.offers if one.kind is not OfferKind.CONSULT}
        assert set(self.now.holds) <= {self.now.owner_id, *asked}
        assert asked <= set(self.now.holds), "an offer costs its units from the moment it is made"
        if self.now.state is State.ACTIVE and self.now.owner_id:
            assert self.now.owner_id in self.now.holds
        if self.now.state in (State.OPEN, State.CLOSED):
            assert not self.now.holds
        assert len([one for one in self.now.offers if one.kind is not OfferKind.CONSULT]) <= 1

    @invariant()
    def a_call_has_an_end_and_whoever_is_in_it_is_in_the_conversation(self) -> None:
        mine = call_of(self.now)
        asked = mine is not None and mine.asked
        assert asked is ("call" in self.now.deadlines), "a question that nobody answers is over some time"
        if self.now.elevated:
            assert ongoing_call(self.now) is not None
            assert self.now.offer is None, "nothing is transferred in a call (T10)"
        elif self.now.channel not in SPOKEN:
            assert mine is None or asked
        legs = [leg for who in (*PEOPLE, self.now.contact_id) if (leg := leg_of(self.now, who))]
        for leg in legs:
            assert leg.part is Part.CUSTOMER or self.now.role_of(leg.id) is not None
        for one in self.now.participants:
            if one.coaching:
                assert leg_of(self.now, one.id) == Leg(id=one.id, part=Part.WHISPERER)
                heard = hearing(legs)
                assert all(one.id not in heard[leg.id].sources for leg in legs if leg.part is not Part.AGENT)

    @invariant()
    def who_speaks_is_in_a_call_and_nobody_puts_them_aside(self) -> None:
        if self.now.channel in SPOKEN:
            assert self.now.state is not State.WAITING
            assert self.now.state is not State.ACTIVE or ongoing_call(self.now) is not None

    @invariant()
    def nobody_is_in_it_twice(self) -> None:
        inside = [one.id for one in self.now.participants]
        assert len(inside) == len(set(inside))
        assert self.now.owner_id not in inside
        asked = [one.agent_id for one in self.now.offers]
        assert len(asked) == len(set(asked))
        assert self.now.owner_id not in asked
        assert sum(one.role.value == "consult" for one in self.now.participants) <= 6, (
            "five asked for, one stayed"
        )

    @invariant()
    def every_offer_has_its_end(self) -> None:
        deadlines, offer = self.now.deadlines, self.now.offer
        assert deadlines.get("offer") == (offer.expires_at if offer else None)
        if self.now.state in (State.OPEN, State.CLOSED, State.WAITING):
            assert "agent_gone" not in deadlines
        if self.now.state is State.OPEN:
            assert not self.now.participants
            assert not self.now.scheduled_transfer

    def asking(
        self, kind: OfferKind, by: str, *, override_capacity: bool = False, stay: bool = False
    ) -> Asking:
        return Asking(
            offer_id=self.name(), kind=kind, by_id=None if by == "router" else "saara", by_role=by,
            override_capacity=override_capacity, stay=stay,
        )  # fmt: skip

    def write(self, who: str, role: str, visibility: Visibility) -> None:
        words = Words(
            message_id=self.name(), author_id=who, author_role=role, visibility=visibility, digest=""
        )
        posted = message.post(words, self.now)
        if isinstance(posted, Refusal):
            return
        assert posted.seq == self.now.seq + 1
        self.take((posted,))
        assert self.now.seq == posted.seq

    def kind(self) -> str:
        return {Channel.VOICE: "voice", Channel.RECORD: "record"}.get(self.now.channel, "messaging")

    def name(self) -> str:
        return f"id-{self.now.version}"
