"""An organization of a test's own on a running server, and people who come to it, by browser or by program."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import httpx
from argon2 import PasswordHasher
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, WebError
from sample_server import NOBODY

from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, Sample, create_sample
from valvomo.main.clock import now

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
PATIENCE_MS = 60_000.0
"""For what a page is to show: so long only where it never will, or where a machine has a great deal else to do."""
CALM: dict[str, Any] = {"reduced_motion": "reduce"}
"""What breathes while a page loads is drawn sixty times a second: two fifths of what a load costs a processor."""
ASKED = ("agent_monitoring", "supervisor_purpose")
"""What people acknowledge once; in most tests they have done so."""


@dataclass(slots=True)
class Caller:
    """Somebody who uses the interface without a browser."""

    http: httpx.AsyncClient

    async def get(self, path: str, **query: Any) -> Any:
        """Read; it must be allowed."""
        answer = await self.http.get(f"/api/v1{path}", params=query)
        assert answer.is_success, answer.text
        return answer.json()

    async def ask(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Whatever the answer is."""
        return await self.http.request(method, f"/api/v1{path}", json=body)

    async def do(self, method: str, path: str, body: object = None) -> Any:
        """Act; it must be done."""
        answer = await self.ask(method, path, body)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json() if answer.content else None


@dataclass
class Watch:
    """Collects what must not happen in a browser: errors, policy violations, requests to anybody else."""

    address: str
    faults: list[str] = field(default_factory=list)
    elsewhere: tuple[str, ...] = ()
    """Where else pages may go in this story."""
    expected: set[int] = field(default_factory=lambda: {401})
    """Statuses that are part of the story: 401 is how the console finds out that nobody is signed in."""

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        context.on("response", self._response)

    def expect(self, *statuses: int) -> None:
        """These answers belong to the story of this test."""
        self.expected.update(statuses)

    def _console(self, message: ConsoleMessage) -> None:
        # What a failed request writes to the console is judged by its status, below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")
        elif "Content Security Policy" in message.text:
            self.faults.append(f"policy: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(f"page: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.address}/", "data:", "blob:", *self.elsewhere)):
            self.faults.append(f"foreign request: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status < 400 or response.status in self.expected:
            return
        if not reads_on(response):
            self.faults.append(f"{response.status} {response.request.method} {response.url}")


def reads_on(response: Response) -> bool:
    """Whether a page was told no that read a conversation at the very moment at which its reader left it."""
    reading = response.request.method == "GET" and "/api/v1/conversations/" in response.url
    return reading and response.status == 409


@dataclass(slots=True)
class Office:
    """Everybody's address is ``<name>@<domain>``; what they do is seen by nobody of another office."""

    address: str
    sample: Sample
    domain: str
    browser: Browser
    watch: Watch
    contexts: list[BrowserContext] = field(default_factory=list)
    callers: dict[str, Caller] = field(default_factory=dict)
    whole: Callable[[], Awaitable[Browser]] | None = None
    """For who speaks: another browser, if the first has no microphone."""

    @classmethod
    async def open(
        cls,
        address: str,
        database: Database,
        browser: Browser,
        whole: Callable[[], Awaitable[Browser]] | None = None,
    ) -> Self:
        """Found the organization; everybody has acknowledged what they are asked to."""
        name = f"house-{secrets.token_hex(4)}"
        executor = Executor(database, now, Doorbell())
        sample = await create_sample(executor, QUICK, name=name, domain=f"{name}.example")
        return cls(address, sample, f"{name}.example", browser, Watch(address), whole=whole)

    async def close(self) -> None:
        """Everybody goes."""
        for caller in self.callers.values():
            await caller.http.aclose()
        for context in self.contexts:
            await context.close()

    def key(self, workstream: str = "Web chat") -> str:
        """What the shop's page carries."""
        return self.sample.keys[workstream]

    async def caller(self, person: str) -> Caller:
        """One of the people, signed in."""
        if person not in self.callers:
            http = httpx.AsyncClient(
                base_url=self.address, timeout=PATIENCE_MS / 1000, trust_env=False, verify=NOBODY
            )
            body = {"email": f"{person}@{self.domain}", "password": PASSWORD}
            answer = await http.post("/api/v1/session", json=body)
            assert answer.is_success, answer.text
            self.callers[person] = Caller(http)
        return self.callers[person]

    async def acknowledge(self, person: str) -> None:
        """Say once what one is asked to say before monitoring, or being monitored."""
        caller = await self.caller(person)
        for item in (await caller.get("/acknowledgements"))["items"]:
            body = {key: item[key] for key in ("kind", "version", "language")}
            await caller.do("POST", "/acknowledgements", body)

    async def page(
        self, person: str | None = None, *, acknowledged: bool = True, script: str = "", **how: Any
    ) -> Page:
        """A browser of somebody's own, in English unless said otherwise; signed in when they are staff.

        `script` runs in all of its pages before anything else does; `ears`: they speak, or are called by the browser.
        """
        browser = await self.whole() if how.pop("ears", False) and self.whole else self.browser
        how = {"locale": "en-GB", "viewport": {"width": 1920, "height": 1000}, **CALM, **how}
        context = await browser.new_context(base_url=self.address, **how)
        context.set_default_timeout(PATIENCE_MS)
        self.watch.over(context)
        self.contexts.append(context)
        if script:
            await context.add_init_script(script)
        if person:
            if acknowledged:
                await self.acknowledge(person)
            body = {"email": f"{person}@{self.domain}", "password": PASSWORD}
            answer = await context.request.post("/api/v1/session", data=body)
            assert answer.ok, await answer.text()
        return await context.new_page()

    # What tests arrange without a browser, because it is not what they are about.

    async def present(self, *people: str, presence: str = "available") -> None:
        """These agents choose a presence."""
        for person in people:
            caller = await self.caller(person)
            agent = self.sample.people[person]
            await caller.do("PUT", f"/agents/{agent}/presence", {"presence": presence})

    async def token(self) -> Caller:
        """An integration, by its token."""
        admin = await self.caller("admin")
        account = {"email": f"robot@{self.domain}", "name": "Robot", "roles": ["integration"]}
        user = await admin.do("POST", "/users", account)
        made = await admin.do("POST", "/tokens", {"name": "Shop system", "user": user["id"]})
        secret = {"Authorization": f"Bearer {made['secret']}"}
        http = httpx.AsyncClient(
            base_url=self.address, headers=secret, timeout=PATIENCE_MS / 1000, trust_env=False, verify=NOBODY
        )
        self.callers["robot"] = Caller(http)
        return self.callers["robot"]

    async def switch(self, **settings: Any) -> None:
        """The administrator changes what supervisors may do."""
        await (await self.caller("admin")).do("PUT", "/settings/supervision", settings)

    async def timers(self, workstream: str = "Web chat", **seconds: int) -> None:
        """The administrator changes how long something may take."""
        admin, path = await self.caller("admin"), f"/workstreams/{self.sample.workstreams[workstream]}"
        timers = (await admin.get(path))["timers"]
        await admin.do("PATCH", path, {"timers": {**timers, **seconds}})

    async def matter(self, customer: str = "Ada Lovelace", **what: Any) -> str:
        """A conversation that waits in Support, by the interface; its id."""
        body = {"channel": "live_chat", "queue": "Support", "customer": customer, **what}
        return str((await (await self.caller("saara")).do("POST", "/conversations", body))["id"])

    async def served(self, person: str = "eino", customer: str = "Ada Lovelace", **what: Any) -> str:
        """A conversation that this agent serves; its id."""
        conversation = await self.matter(customer, **what)
        await (await self.caller(person)).do("POST", f"/conversations/{conversation}/pick")
        return conversation

    async def state(self, conversation: str) -> dict[str, Any]:
        """The whole state, as the supervisor of everything is told."""
        found: dict[str, Any] = await (await self.caller("saara")).get(f"/conversations/{conversation}")
        return found
