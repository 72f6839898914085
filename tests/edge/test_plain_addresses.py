"""An address of a webhook, a bot or a model that anybody on the way could listen to is not kept."""

from __future__ import annotations

from typing import Any

import pytest
from sample_place import Place

from valvomo.addresses import networks_of
from valvomo.commands import plain

PUBLIC, PRIVATE, NEAR = "http://93.184.215.14/in", "http://10.0.0.7/in", "http://127.0.0.1:8080/in"
SAFE = "https://93.184.215.14/in"
API = "/api/v1"


def webhook(url: str) -> dict[str, Any]:
    return {"url": url}


def bot(url: str) -> dict[str, Any]:
    return {"name": "Botti", "kind": "webhook", "url": url}


def model(url: str) -> dict[str, Any]:
    return {"name": "Viisas", "kind": "model", "model": {"url": url, "model": "m"}}


@pytest.fixture(autouse=True)
def _near(place: Place) -> None:
    place.parts.plain._allowed = networks_of(["127.0.0.0/8"])


@pytest.mark.parametrize(
    ("path", "body", "at"),
    [("webhooks", webhook, "url"), ("bots", bot, "url"), ("bots", model, "rules.url")],
    ids=["a webhook", "a bot", "a model"],
)
async def test_it_is_refused_when_made_and_when_changed(place: Place, path: str, body: Any, at: str) -> None:
    admin = await place.as_("admin")
    for url in (PUBLIC, PRIVATE):
        refused = await admin.post(f"{API}/{path}", json=body(url))
        assert (refused.status_code, refused.json()["type"]) == (422, "request/malformed")
        assert refused.json()["errors"][0]["at"] == at
    assert (await admin.get(f"{API}/{path}")).json()["items"] == []
    for url in (NEAR, SAFE):
        made = await admin.post(f"{API}/{path}", json=body(url))
        assert made.status_code == 201, made.text
        one = made.json().get("webhook") or made.json()["bot"]
        changed = {key: value for key, value in body(PUBLIC).items() if key in ("url", "model")}
        refused = await admin.patch(f"{API}/{path}/{one['id']}", json=changed)
        assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, at)
        changed = {key: value for key, value in body(SAFE).items() if key in changed}
        kept = await admin.patch(f"{API}/{path}/{one['id']}", json=changed)
        assert kept.status_code == 200, kept.text
        assert (await admin.delete(f"{API}/{path}/{one['id']}")).status_code == 204


async def test_only_an_administrator_has_names_looked_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def looked(*_: object) -> bool:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(plain, "may_be_plain", looked)
    refused = await (await place.as_("eino")).post(f"{API}/webhooks", json=webhook("http://inside.example/"))
    assert refused.json()["type"] == "access/role-needed"
