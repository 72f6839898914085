"""Which topics there are, and who may watch them."""

from __future__ import annotations

from valvomo.domain.access.actor import ActorKind
from valvomo.domain.refusals import Reason, Refusal
from valvomo.live.audience import watchable
from valvomo.live.call_grades import CALLS, grades_refusal
from valvomo.live.connection import MAX_TOPICS, Connection
from valvomo.live.health import HEALTH, health_refusal
from valvomo.live.signals import READERS, signal_refusal
from valvomo.live.subscriptions import SHARED_TOPICS
from valvomo.live.transcripts import CUSTOMER_TOPIC, PREFIX

OF_THE_HOUSE = frozenset({*READERS, HEALTH, CALLS})
"""Topics that are about the house, and no fold of its floor."""


def topic_refusal(connection: Connection, topic: str) -> Refusal | None:
    """Why the reader may not watch this topic. Whether they may read a conversation is judged by its transcript."""
    if connection.actor.kind is ActorKind.CUSTOMER:
        own = (CUSTOMER_TOPIC, f"{PREFIX}{connection.actor.conversation_id}")
        return None if topic in own else Refusal(Reason.NOT_FOUND, {"topic": topic})
    known = topic in SHARED_TOPICS or topic in OF_THE_HOUSE or topic.startswith(PREFIX)
    if not known or len(connection.subscriptions) >= MAX_TOPICS:
        return Refusal(Reason.NOT_FOUND if not known else Reason.RATE_LIMITED, {"topic": topic})
    if topic in READERS:
        return signal_refusal(topic, connection.actor)
    if topic in {HEALTH, CALLS}:
        return (health_refusal if topic == HEALTH else grades_refusal)(connection.actor)
    if topic in SHARED_TOPICS and not watchable(topic, connection.actor):
        return Refusal(Reason.ROLE_NEEDED, {"role": "supervisor"})
    return None
