"""The SIP side of a trunk, in its own process: the stack, whether we are registered, and the calls there are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import IPv4Address, ip_network

import uuid_utils
from baresip import BaresipError, Call, Event, RegistrationError, Runtime, StackEvent, UserAgent

from valvomo.trunks.port import Ended, Sound, State, TrunkError, Why
from valvomo.trunks.sip import sources, stack
from valvomo.trunks.sip.line import Line
from valvomo.trunks.sip.native import Native
from valvomo.trunks.sip.reflecting import reflecting
from valvomo.trunks.sip.talk import Alive, Open, Rings, Said

ANSWERS_WITHIN = 10.0
FIRST_PAUSE, REFUSED_PAUSE, LONGEST_PAUSE = 1.0, 15.0, 120.0
"""Seconds until we register again: after no answer, after a refusal, and twice as long each time up to the last."""
REFUSED = range(400, 500)
"""Statuses after which asking again at once would only lock us out; others say that the server has trouble."""
LEAVES_WITHIN = 2.0
LIVES_EVERY = 2.0
"""Seconds between two signs of life."""
NAMELESS = "valvomo"
"""Who we are where the provider has not given us a name."""
MOST_NUMBERS = 100
"""Of ours that are shown to who is called; each is a user of its own to the stack."""
Tell = Callable[[Said], None]


class Phone:
    """One for a process. Made by `running`."""

    def __init__(self, opened: Open, runtime: Runtime, reflector: str, tell: Tell) -> None:
        self.lines: dict[str, Line] = {}
        self._settings = opened.settings
        self._password = opened.password
        self._outbound = stack.outbound(opened.settings, opened.addresses[0])
        self._runtime = runtime
        self._native = Native(runtime)
        self._reflector = reflector
        self._tell = tell
        self._by_handle: dict[int, Line] = {}
        self._agents: dict[str, UserAgent] = {}
        # What happens to a call that is dialled may be told before its number is.
        self._unclaimed: deque[StackEvent] = deque(maxlen=256)
        self._lapsed = asyncio.Event()
        self._state: State | None = None
        self._port = 0

    @classmethod
    @asynccontextmanager
    async def running(cls, opened: Open, tell: Tell) -> AsyncIterator[Phone]:
        """It listens, and hears only whom it is to hear.

        Raises `BaresipError`, `OSError`, `ValueError` or `UnguardedError` where there is no trunk to be had.
        """
        settings = opened.settings
        port = stack.port(settings)
        async with AsyncExitStack() as left:
            reflector = ""
            if settings.public_address:
                host = settings.local_address or "127.0.0.1"
                at = await left.enter_async_context(reflecting(IPv4Address(settings.public_address), host))
                reflector = f"{host}:{at}"
            runtime = Runtime(command_timeout=30.0, watchdog_interval=60.0)
            await runtime.start(stack.config(settings, port))
            left.push_async_callback(runtime.close)
            peers = (*map(ip_network, opened.addresses), *sources.networks_in(settings.peers))
            sources.guard((port,), peers)
            phone = cls(opened, runtime, reflector, tell)
            phone._port = port
            runtime.subscribe(phone._happened)
            await phone._agent(settings.username or settings.number or NAMELESS)
            left.push_async_callback(phone._leave)
            yield phone

    async def be_known(self) -> None:
        """Be registered for as long as the process is there; without registration there is nothing to do."""
        if not self._settings.registers:
            self._say(State(ready=True))
            return
        agent, pause = self._agents[self._settings.username], 0.0
        while True:
            self._lapsed.clear()
            try:
                await agent.register(timeout=ANSWERS_WITHIN)
            except BaresipError as error:
                refused = isinstance(error, RegistrationError) and (error.status or 0) in REFUSED
                self._say(State(ready=False, why=str(error)[:200]))
                pause = min(LONGEST_PAUSE, pause * 2 or (REFUSED_PAUSE if refused else FIRST_PAUSE))
                await asyncio.sleep(pause)
            else:
                pause = 0.0
                await self._lapsed.wait()

    async def live(self) -> None:
        """Say again and again that the stack lives, and how much came from where nobody is heard.

        Its thread may stand still, or end, while this one goes on: then nothing is said, and the house ends us.
        """
        before = 0
        while True:
            await asyncio.sleep(LIVES_EVERY)
            with suppress(BaresipError):
                await self._native.answers(ANSWERS_WITHIN)
                now = sources.dropped(self._port)
                self._tell(Alive(max(0, now - before)))
                before = now

    async def dial(self, name: str, to: str, caller: str) -> Line:
        """See `Trunk.dial`. Raises `TrunkError`."""
        if name in self.lines:
            raise TrunkError(Why.FAILED, "there is a call of this name")
        line = self.lines[name] = Line(name, self._native, self._told)
        user = caller or self._settings.number or self._settings.username or NAMELESS
        try:
            call = await (await self._agent(user)).dial(self.uri_of(to))
        except (BaresipError, ValueError) as error:
            del self.lines[name]
            raise TrunkError(Why.FAILED, str(error)) from error
        self._by_handle[call.handle] = line
        await line.dialled(call)
        for event in [one for one in self._unclaimed if one.call == call.handle]:
            # The stack's Python side was not told either.
            call._on_stack_event(event)  # noqa: SLF001
            self._happened(event)
        return line

    def uri_of(self, to: str) -> str:
        """A number, as the provider wants it, as a URI."""
        return f"sip:{to}@{stack.domain(self._settings)}"

    def heard(self, now: float) -> list[Sound]:
        """What the other sides have said since this was last asked."""
        sounds = ((one.name, one.speech.read(now)) for one in self.lines.values() if one.speech is not None)
        return [Sound(name, pcm) for name, pcm in sounds if pcm]

    async def _agent(self, user: str) -> UserAgent:
        """Us, as the user of this name or number."""
        if user in self._agents:
            return self._agents[user]
        if len(self._agents) >= MOST_NUMBERS:
            raise TrunkError(Why.FAILED, f"more than {MOST_NUMBERS} numbers of ours")
        settings = self._settings
        made = stack.account(
            settings, self._password, outbound=self._outbound, user=user, reflector=self._reflector,
            registers=settings.registers and user == settings.username,
        )  # fmt: skip
        # Nobody outside can have us call anybody.
        agent = await UserAgent.create(self._runtime, made, transfer_policy="reject")
        agent.on_incoming(self._rings)
        self._agents[user] = agent
        return agent

    def _rings(self, call: Call) -> None:
        line = Line(uuid_utils.uuid7().hex, self._native, self._told, call)
        self.lines[line.name] = self._by_handle[call.handle] = line
        self._tell(Rings(line.name, call.headers))

    def _happened(self, event: StackEvent) -> None:
        if event.event in {Event.REGISTER_OK, Event.REGISTER_FAIL}:
            self._registered(event)
            return
        if not event.call:
            return
        line = self._by_handle.get(event.call)
        if line is None:
            self._unclaimed.append(event)
            return
        line.happened(event, asyncio.get_running_loop().time())

    def _told(self, said: Said) -> None:
        if isinstance(said, Ended):
            line = self.lines.pop(said.call, None)
            if line is not None and line.call is not None:
                self._by_handle.pop(line.call.handle, None)
        self._tell(said)

    def _registered(self, event: StackEvent) -> None:
        if event.event is Event.REGISTER_OK:
            self._say(State(ready=True))
        else:
            self._say(State(ready=False, why=f"registration failed: {event.text or 'no answer'}"[:200]))
            self._lapsed.set()

    def _say(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self._tell(state)

    async def _leave(self) -> None:
        """Hang up every call, and say that we are gone."""
        for line in list(self.lines.values()):
            await line.end()
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVES_WITHIN):
                await self._runtime.drain()
        if self._settings.registers:
            with suppress(BaresipError):
                await self._agents[self._settings.username].unregister(timeout=LEAVES_WITHIN)
