"""The topic `calls`: how the calls of the floor do right now, for supervisors, of conversations in their scope.

It is no fold of the journal: whoever carries a call measures its ways and says so again and again, over a bus that may
lose it. So what is shown has an age of its own: a call that nobody has told of for a while is `stale`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live.audience import Net
from valvomo.live.calls import CallSignal
from valvomo.live.connection import Connection, Subscription
from valvomo.live.delivery import Delivery
from valvomo.live.floor import LiveFloor
from valvomo.protocol.calls import CallGrade, CallGradeGone

CALLS = "calls"
STALE_SECONDS = 6.0
"""It is said every two seconds how a call does: three times it was not."""


def grades_refusal(actor: Actor) -> Refusal | None:
    """Why the actor may not watch this."""
    return None if actor.is_(UserRole.SUPERVISOR) else Refusal(Reason.ROLE_NEEDED, {"role": "supervisor"})


@dataclass(slots=True)
class _Known:
    grade: CallGrade
    heard: float


class CallGrades:
    """Of one organization. `timer` counts seconds."""

    def __init__(
        self, floor: Callable[[], LiveFloor], delivery: Delivery, timer: Callable[[], float]
    ) -> None:
        self._floor = floor
        self._delivery = delivery
        self._timer = timer
        self._known: dict[str, _Known] = {}
        self._news: set[str] = set()
        self._told: dict[Subscription, set[str]] = {}

    def heard(self, signal: CallSignal) -> None:
        """What whoever carries a call says of it."""
        conversation = self._floor().conversation(signal.conversation_id)
        call = ongoing_call(conversation) if conversation is not None else None
        if conversation is None or call is None or call.id != signal.call_id:
            return
        found: dict[Part, int | None] = {}
        for one in signal.legs:
            if one.connected and (leg := leg_of(conversation, one.person_id)) is not None:
                found[leg.part] = one.quality
        grade = CallGrade(
            id=conversation.id, call=call.id, customer=found.get(Part.CUSTOMER), agent=found.get(Part.AGENT)
        )
        known = self._known.get(conversation.id)
        if known is None or known.grade != grade:
            self._news.add(conversation.id)
        self._known[conversation.id] = _Known(grade, self._timer())

    def changed(self, nets: Iterable[Net]) -> None:
        """Conversations are other than before: their calls may be over, and others may see them."""
        self._news.update(net.after.id for net in nets if net.after.id in self._known)

    def publish(self) -> None:
        """Tell what is new since the last time; once a tick."""
        now = self._timer()
        for one, known in self._known.items():
            if not known.grade.stale and now - known.heard > STALE_SECONDS:
                known.grade = CallGrade(
                    id=one, call=known.grade.call, customer=known.grade.customer, agent=known.grade.agent, stale=True
                )  # fmt: skip
                self._news.add(one)
        if not self._news:
            return
        news, self._news = sorted(self._news), set()
        for one in news:
            if not self._goes_on(one):
                self._known.pop(one, None)
        for subscription, told in self._told.items():
            data = list(self._for(subscription.connection.actor, news, told))
            if data:
                number = self._floor().number(subscription.connection.actor)
                frame = self._delivery.frame(CALLS, "changes", number, data)
                self._delivery.tell(subscription, frame)

    def watch(self, subscription: Subscription) -> None:
        """Begin."""
        self.begin_again(subscription)

    def unwatch(self, subscription: Subscription) -> None:
        """No more of this."""
        self._told.pop(subscription, None)

    def catch_up(self, connection: Connection) -> None:
        """A slow reader has drained."""
        subscription = connection.subscriptions.get(CALLS)
        if subscription is not None and subscription.behind:
            subscription.stale = False
            self.begin_again(subscription)

    def begin_again(self, subscription: Subscription) -> None:
        """Everything that the reader may see."""
        told = self._told[subscription] = set()
        actor = subscription.connection.actor
        data = list(self._for(actor, [one for one in self._known if self._goes_on(one)], told))
        number = self._floor().number(actor)
        self._delivery.send(subscription, self._delivery.frame(CALLS, "snapshot", number, data))

    def _for(self, actor: Actor, ids: Iterable[str], told: set[str]) -> Iterable[CallGrade | CallGradeGone]:
        """What this reader is told of these, and noted as `told`: gone is only what they knew of."""
        for one in ids:
            conversation, known = self._floor().conversation(one), self._known.get(one)
            if known is not None and conversation is not None and actor.supervises(conversation.queue_id):
                told.add(one)
                yield known.grade
            elif one in told:
                told.discard(one)
                yield CallGradeGone(id=one)

    def _goes_on(self, conversation_id: str) -> bool:
        conversation, known = self._floor().conversation(conversation_id), self._known.get(conversation_id)
        call = ongoing_call(conversation) if conversation is not None else None
        return known is not None and call is not None and call.id == known.grade.call
