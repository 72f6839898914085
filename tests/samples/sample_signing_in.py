"""A browser that signs in by the stand-in of a provider, and the house that believes it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx
from sample_identities import CLIENT, SECRET, Identities
from sample_place import Place

SETTINGS = "/api/v1/settings/sign-in"
PROVIDER = f"{SETTINGS}/provider"
BEGIN = "/api/v1/session/oidc"


def believing(identities: Identities, **more: Any) -> dict[str, Any]:
    """What an administrator sends."""
    return {
        "issuer": identities.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "label": "Example ID",
        **more,
    }


async def set_up(place: Place, identities: Identities, **more: Any) -> None:
    """The house believes it."""
    admin = await place.as_("admin")
    answer = await admin.put(PROVIDER, json=believing(identities, **more))
    assert answer.status_code == 200, answer.text


def way(location: str) -> str:
    """Path and query of an address."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Browser:
    """Somebody's, with nobody signed in yet."""

    def __init__(self, place: Place) -> None:
        self.client = place.anybody()

    async def away(self, **query: str) -> str:
        """Begun: where it is sent."""
        begun = await self.client.get(BEGIN, params=query)
        assert begun.status_code == 302, (begun.status_code, begun.headers.get("location"), begun.text)
        return str(begun.headers["location"])

    async def there(self, location: str) -> str:
        """At the provider, which sends it back: to where."""
        async with httpx.AsyncClient() as plain:
            answer = await plain.get(location)
        assert answer.status_code == 302, answer.text
        return way(answer.headers["location"])

    async def back(self, path: str) -> str:
        """Back with us: where it lands."""
        answer = await self.client.get(path)
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return str(answer.headers["location"])

    async def through(self, **query: str) -> str:
        """All of it: where it lands."""
        return await self.back(await self.there(await self.away(**query)))

    async def who(self) -> str | None:
        """Whose session it has; None while it has none."""
        answer = await self.client.get("/api/v1/me")
        return str(answer.json()["email"]) if answer.status_code == 200 else None
