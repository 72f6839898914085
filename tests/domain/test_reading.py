"""Who reads for which side, and how far: whoever only watches leaves no trace with the customer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_talk import AGENT, SUPERVISOR, accepted, aino, participant, saara

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.conversations.reading import Side, read_to, reads_as

TALK = accepted()


def customer(conversation_id: str) -> Actor:
    return Actor(
        id="k", organization_id="o", name="Kaisa", kind=ActorKind.CUSTOMER, conversation_id=conversation_id
    )


def with_saara(role: Role, *, public: bool = False) -> Conversation:
    return replace(TALK, participants=(replace(participant(SUPERVISOR, role), public=public),))


@pytest.mark.parametrize(
    ("actor", "conversation", "side"),
    [
        (aino, TALK, Side.HOUSE),
        (saara, TALK, None),
        (saara, with_saara(Role.MONITOR), None),
        (saara, with_saara(Role.MONITOR, public=True), None),
        (saara, with_saara(Role.CONSULT), None),
        (saara, with_saara(Role.CONSULT, public=True), Side.HOUSE),
        (saara, with_saara(Role.SUPERVISOR, public=True), Side.HOUSE),
        (customer(TALK.id), TALK, Side.CUSTOMER),
        (customer("another"), TALK, None),
        (Actor(id="bot", organization_id="o", name="Bot", kind=ActorKind.BOT), TALK, None),
    ],
)
def test_for_which_side_one_reads(actor: Actor, conversation: Conversation, side: Side | None) -> None:
    assert reads_as(actor, conversation) is side
    assert conversation.owner_id == AGENT[0]


@pytest.mark.parametrize(
    ("side", "seq", "read"),
    [
        (Side.CUSTOMER, 2, 2),
        (Side.CUSTOMER, 99, 3),
        (Side.HOUSE, 5, 3),
        (Side.HOUSE, 99, 3),
        (Side.HOUSE, 4, 0),
    ],
)
def test_how_far(side: Side, seq: int, read: int) -> None:
    assert read_to(side, replace(TALK, seq=5, public_seq=3), seq) == read
