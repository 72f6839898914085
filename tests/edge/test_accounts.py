"""Lists of accounts over HTTP: by words, by role, by ids, page by page."""

from __future__ import annotations

from typing import Any

API = "/api/v1"


async def test_accounts_are_found_by_name_or_address_page_by_page(place: Any) -> None:
    admin = await place.as_("admin")

    async def found(words: str, limit: int = 100) -> list[str]:
        query: dict[str, Any] = {"q": words, "limit": limit}
        names: list[str] = []
        while True:
            page = (await admin.get(f"{API}/users", params=query)).json()
            names += [one["name"] for one in page["items"]]
            if page["next"] is None:
                return names
            query["cursor"] = page["next"]

    assert await found("MÄKELÄ") == ["Eino Mäkelä"]
    assert await found("lumi@demo") == [name for name in await found("") if name.startswith("Lumi")]
    everybody = await found("@demo.example")
    assert len(everybody) > 8
    assert await found("@demo.example", limit=2) == everybody
    assert await found("%") == []
    assert (await (await place.as_("saara")).get(f"{API}/users?q=eino")).status_code == 403


async def test_accounts_are_found_by_role_by_their_ids_and_by_whether_they_may_still(place: Any) -> None:
    admin = await place.as_("admin")

    async def found(**query: Any) -> list[dict[str, Any]]:
        answer = await admin.get(f"{API}/users", params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    everybody = await found()
    supervisors = [one for one in everybody if "supervisor" in one["roles"]]
    assert 0 < len(supervisors) < len(everybody)
    assert await found(role="supervisor") == supervisors
    ids = [everybody[3]["id"], everybody[1]["id"], "01890000-0000-7000-8000-000000000000"]
    assert await found(id=ids) == [everybody[1], everybody[3]]
    gone = everybody[3]
    assert (await admin.patch(f"{API}/users/{gone['id']}", json={"disabled": True})).status_code == 200
    assert [one["id"] for one in await found(disabled="true")] == [gone["id"]]
    assert gone["id"] not in [one["id"] for one in await found(disabled="false")]
    assert [one["id"] for one in await found(id=[gone["id"]])] == [gone["id"]]
    for bad in ({"role": "king"}, {"id": ["x"] * 101}, {"disabled": "perhaps"}):
        assert (await admin.get(f"{API}/users", params=bad)).status_code == 422, bad
