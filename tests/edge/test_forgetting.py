"""Removing a customer over HTTP: who may, what it takes, what stands against it, what is left to see."""

from __future__ import annotations

from typing import Any

from sample_place import Place

from valvomo.jobs.retention import Retention

API = "/api/v1"


async def read(client: Any, path: str) -> Any:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_what_it_takes_is_said_and_what_goes_on_stands_against_it(place: Place) -> None:
    one = await place.served(customer={"name": "Zelda Zachary", "email": "zelda@example.org"})
    eino, admin, saara = [await place.as_(who) for who in ("eino", "admin", "saara")]
    said = await eino.post(f"{API}/conversations/{one}/messages", json={"text": "hello", "client_id": "c1"})
    assert said.is_success, said.text
    contact = (await read(saara, f"{API}/conversations/{one}"))["customer"]["id"]
    path = f"{API}/contacts/{contact}"
    assert (await read(admin, path))["may_forget"] is True
    assert (await read(saara, path))["may_forget"] is False
    for client in (eino, saara):
        assert (await client.get(f"{path}/forget")).status_code == 403
        assert (await client.post(f"{path}/forget")).status_code == 403
    takes = await read(admin, f"{path}/forget")
    counts = [takes[name] for name in ("contacts", "conversations", "messages", "files", "recordings")]
    assert counts == [1, 1, 1, 0, 0]
    assert [(row["id"], row["state"]) for row in takes["ongoing"]] == [(one, "active")]
    refused = await admin.post(f"{path}/forget")
    assert (refused.status_code, refused.json()["type"]) == (409, "contact/ongoing")
    assert (await admin.get(f"{API}/contacts/nobody/forget")).status_code == 404
    assert (await admin.post(f"{API}/contacts/nobody/forget")).status_code == 404
    for act in ("end", "complete"):
        assert (await eino.post(f"{API}/conversations/{one}/{act}")).is_success
    assert (await read(admin, f"{path}/forget"))["ongoing"] == []
    gone = await admin.post(f"{path}/forget")
    assert gone.status_code == 200, gone.text
    left = gone.json()
    assert (left["contact"]["name"], left["contact"]["email"]) == ("", None)
    assert (left["forgotten"]["remaining"], left["forgotten"]["emptied_at"]) == (1, None)
    assert (await read(saara, f"{API}/contacts?q=zelda"))["items"] == []
    assert (await saara.patch(path, json={"revision": 1, "name": "Zelda"})).status_code == 404
    # Whatever the process of the place has done of it, or is about to.
    await place.house.database._pool.execute(
        "INSERT INTO leases VALUES ('retention', 'here', now() + interval '1 hour') ON CONFLICT (name) DO UPDATE"
        " SET holder = 'here', until = now() + interval '1 hour'"
    )
    await Retention(place.parts.executor, place.parts.clock, "here").round()
    after = await read(admin, path)
    assert after["forgotten"]["remaining"] == 0
    assert after["forgotten"]["emptied_at"] is not None
    (row,) = (await read(saara, f"{path}/conversations"))["items"]
    assert row["customer"]["name"] == "–"
    audit = await read(admin, f"{API}/audit")
    (entry,) = [row for row in audit["items"] if row["kind"] == "contact_forgotten"]
    assert "Zelda" not in str(audit)
    assert entry["text"] == "A customer was removed for good. Conversations: 1."
