"""Talks in which files are sent, over HTTP as people and programs do."""

from typing import Any

import httpx
from sample_place import Place


async def widget(place: Place, workstream: str = "Web chat") -> tuple[httpx.AsyncClient, str]:
    """A customer with a conversation that Eino serves; the customer's client, and the conversation's id."""
    client = place.anybody()
    body = {"key": place.house.sample.keys[workstream], "name": "Ada", "language": "en"}
    answer = await client.post("/widget/v1/conversations", json=body)
    assert answer.status_code == 201, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    conversation = answer.json()["conversation"]["id"]
    picked = await (await place.as_("eino")).post(f"/api/v1/conversations/{conversation}/pick")
    assert picked.status_code == 200, picked.text
    return client, conversation


async def send(
    client: httpx.AsyncClient,
    where: str,
    data: bytes,
    *,
    name: str = "a.png",
    kind: str = "image/png",
    **query: str,
) -> httpx.Response:
    """Upload a file."""
    return await client.post(
        f"{where}/attachments", params={"name": name, **query}, content=data, headers={"Content-Type": kind}
    )


async def sent(client: httpx.AsyncClient, where: str, data: bytes, **how: str) -> dict[str, Any]:
    """Upload a file that is taken."""
    answer = await send(client, where, data, **how)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def known(client: httpx.AsyncClient, where: str, *ids: str) -> list[dict[str, Any]]:
    """What is told of these files."""
    answer = await client.get(f"{where}/attachments", params={"ids": ",".join(ids)})
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])
