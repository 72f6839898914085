"""Who may see a conversation, and who may read what is said in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_talk import (
    OTHER,
    SUPERVISOR,
    accepted,
    aino,
    an_open,
    closed,
    consent,
    offered,
    participant,
    saara,
    waiting,
)  # fmt: skip

from valvomo.domain.access.actor import Actor, ActorKind, UserRole, system
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.sight import may_see, read_refusal, reads_notes
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.refusals import Reason

eino = replace(aino, id="eino", name="Eino")
outsider = replace(aino, id="onni", queues=frozenset({"billing"}))
elsewhere = replace(saara, supervised=frozenset({"billing"}))
administrator = Actor(id="aatu", organization_id="o", roles=frozenset({UserRole.ADMINISTRATOR}))
auditor = Actor(id="raija", organization_id="o", roles=frozenset({UserRole.AUDITOR}))
ines = Actor(id="ines", organization_id="o", roles=frozenset({UserRole.INTEGRATION}))
kaisa = Actor(id="kaisa", organization_id="o", kind=ActorKind.CUSTOMER, conversation_id="c")
MONITORED = accepted(participants=(participant(SUPERVISOR, Role.MONITOR),))
HIDDEN = Reason.NOT_FOUND

# Who; the conversation; why not to be read, HIDDEN when it does not even exist for them.
READING: dict[str, tuple[Actor, Conversation, Reason | None]] = {
    "its primary": (aino, accepted(), None),
    "its primary, parked": (aino, waiting(), None),
    "a colleague, in the queue": (eino, an_open(), Reason.NOT_PARTICIPANT),
    "a colleague, offered to another": (aino, offered(), HIDDEN),
    "a colleague, accepted": (eino, accepted(), HIDDEN),
    "an agent of another queue": (outsider, an_open(), HIDDEN),
    "who is asked": (eino, offered(), Reason.OFFER_PENDING),
    "who had it": (eino, accepted(served_by=("eino", "aino")), Reason.NOT_PARTICIPANT),
    "who served it, closed": (aino, closed(), None),
    "who never served it, closed": (eino, closed(), HIDDEN),
    "a consult": (eino, accepted(participants=(participant(OTHER, Role.CONSULT),)), None),
    "its supervisor": (saara, accepted(), Reason.MONITOR_FIRST),
    "its supervisor, open": (saara, an_open(), Reason.MONITOR_FIRST),
    "its supervisor, monitoring": (saara, MONITORED, None),
    "its supervisor, closed": (saara, closed(), None),
    "its supervisor, closed, consent refused": (
        saara,
        closed(consent=consent(False)),
        Reason.CONSENT_REFUSED,
    ),
    "its supervisor, closed, never answered": (saara, closed(consent=consent(None)), Reason.CONSENT_PENDING),
    "another queue's supervisor": (elsewhere, accepted(), HIDDEN),
    "another queue's supervisor, closed": (elsewhere, closed(), HIDDEN),
    "an administrator": (administrator, accepted(), HIDDEN),
    "an auditor": (auditor, accepted(), HIDDEN),
    "an integration": (ines, accepted(), Reason.NOT_PARTICIPANT),
    "its customer": (kaisa, accepted(), None),
    "its customer, closed": (kaisa, closed(), None),
    "another customer": (replace(kaisa, conversation_id="d"), accepted(), HIDDEN),
    "a supervisor of another house": (replace(saara, organization_id="p"), accepted(), HIDDEN),
    "a customer of another house": (replace(kaisa, organization_id="p"), accepted(), HIDDEN),
    "the system of another house": (system("p", "timer"), accepted(), HIDDEN),
}


@pytest.mark.parametrize("case", READING)
def test_who_may_read(case: str) -> None:
    actor, conversation, expected = READING[case]
    refusal = read_refusal(actor, conversation)
    assert (refusal.reason if refusal else None) is expected
    assert may_see(actor, conversation) is (expected is not HIDDEN)


def test_colleagues_who_race_are_told_who_was_first() -> None:
    for act, reason in (
        (Act.PICK, Reason.NOT_OPEN),
        (Act.ACCEPT, Reason.NO_OFFER),
        (Act.REJECT, Reason.NO_OFFER),
    ):
        refusal = act_refusal(act, eino, accepted(), Supervision())
        assert refusal is not None
        assert (refusal.reason, refusal.facts["owner"]) == (reason, "Aino")
        for stranger in (outsider, replace(eino, organization_id="p"), administrator):
            hidden = act_refusal(act, stranger, accepted(), Supervision())
            assert hidden is not None
            assert hidden.reason is HIDDEN


def test_words_with_an_offer_are_for_people_of_the_house() -> None:
    assert reads_notes(aino)
    assert reads_notes(saara)
    for outside in (ines, replace(ines, roles=frozenset({*ines.roles, UserRole.SUPERVISOR})), kaisa):
        assert not reads_notes(outside)
