"""Who reads what of the audit log: all of it, or what concerns one's queues and oneself (spec 2, 3)."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AATU, AINO, HOUSE, INES, RAIJA, SAARA, SULO
from sample_place import Place

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.audit import AuditScope, audit_scope
from valvomo.domain.refusals import Reason, Refusal

EVERYWHERE = Actor(
    id="aava", organization_id=HOUSE, roles=frozenset({UserRole.SUPERVISOR}), supervises_all=True
)
REFUSED = Refusal(Reason.ROLE_NEEDED, {"role": "auditor"})


@pytest.mark.parametrize(
    ("actor", "scope"),
    [
        (RAIJA, AuditScope(True, None, RAIJA.id)),
        (AATU, AuditScope(True, None, AATU.id)),
        (SULO, AuditScope(False, SULO.supervised, SULO.id)),
        (SAARA, AuditScope(False, SAARA.supervised, SAARA.id)),
        (EVERYWHERE, AuditScope(False, None, "aava")),
        (AINO, REFUSED),
        (INES, REFUSED),
    ],
    ids=["auditor", "administrator", "supervisor", "agent too", "of all queues", "agent", "integration"],
)
def test_whose_entries_are_read(actor: Actor, scope: AuditScope | Refusal) -> None:
    assert audit_scope(actor) == scope


async def log(place: Place, person: str, **query: Any) -> list[tuple[str, str | None, str]]:
    """Page by page, so that nothing hides behind a page whose entries are not for this person."""
    client, found, cursor = await place.as_(person), [], None
    while True:
        params = {"limit": 2, **query, **({"cursor": cursor} if cursor else {})}
        answer = await client.get("/api/v1/audit", params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [(one["kind"], one["conversation"], one["actor"]["name"]) for one in page["items"]]
        if (cursor := page["next"]) is None:
            return found


async def test_supervisors_read_of_their_queues_and_of_themselves(place: Place) -> None:
    billing, support = await place.start(queue="Billing"), await place.start(queue="Support")
    saara = await place.as_("saara")
    for one in (billing, support):
        answer = await saara.post(f"/api/v1/conversations/{one}/force-close", json={"reason": "done"})
        assert answer.status_code == 200, answer.text
    veikko = await log(place, "veikko")
    assert {one[1] for one in veikko} == {billing, None}
    assert ("force_closed", billing) in {one[:2] for one in veikko}
    own = {one for one in veikko if one[1] is None}
    assert own
    assert {one[2] for one in own} == {"Veikko Lindqvist"}
    everybody = await log(place, "saara")
    assert {one[:2] for one in everybody} >= {("force_closed", billing), ("force_closed", support)}
    assert {one[2] for one in everybody if one[1] is None} == {"Saara Virtanen"}
    whole = await log(place, "admin")
    assert set(whole) > set(veikko) | set(everybody)
    assert {one[2] for one in whole if one[0] == "signed_in"} >= {"Veikko Lindqvist", "Saara Virtanen"}


async def test_asking_for_a_foreign_queues_conversation_or_person_finds_nothing(place: Place) -> None:
    support = await place.start(queue="Support")
    saara = await place.as_("saara")
    answer = await saara.post(f"/api/v1/conversations/{support}/force-close", json={"reason": "done"})
    assert answer.status_code == 200, answer.text
    assert await log(place, "veikko", conversation=support) == []
    assert await log(place, "veikko", actor=place.house.sample.people["saara"]) == []
    assert await log(place, "saara", conversation=support) != []
    answer = await (await place.as_("eino")).get("/api/v1/audit")
    assert (answer.status_code, answer.json()["type"]) == (403, "access/role-needed")
