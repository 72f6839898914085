"""The real application in this process, and people who are signed in to it."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from valvomo.commands.settings.sign_in import Session
from valvomo.demo.organization import PASSWORD
from valvomo.edge.http.authentication import COOKIE
from valvomo.edge.parts import Parts

ORIGIN = "http://valvomo.test"


@dataclass
class Place:
    """The running application, and people signed in to it."""

    house: Any
    app: Any
    parts: Parts
    clients: dict[str, httpx.AsyncClient] = field(default_factory=dict)

    def anybody(self) -> httpx.AsyncClient:
        """Somebody who is not signed in."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN)

    async def as_(self, person: str) -> httpx.AsyncClient:
        """One of the sample's people, signed in by their cookie."""
        if person not in self.clients:
            session = await self.parts.gate.sign_in(f"{person}@demo.example", PASSWORD)
            assert isinstance(session, Session), session
            client = self.anybody()
            client.cookies.set(COOKIE, session.token)
            self.clients[person] = client
        return self.clients[person]

    async def start(self, **body: Any) -> str:
        """A conversation in the queue Support, by the supervisor of everything; its id."""
        wanted = {"channel": "live_chat", "queue": "Support", "customer": "Ada", **body}
        answer = await (await self.as_("saara")).post("/api/v1/conversations", json=wanted)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def served(self, person: str = "eino", **body: Any) -> str:
        """A conversation that this agent serves."""
        conversation = await self.start(**body)
        answer = await (await self.as_(person)).post(f"/api/v1/conversations/{conversation}/pick")
        assert answer.status_code == 200, answer.text
        return conversation
