"""Serving: one socket, one server, until a signal comes; then everything ends in order, nothing in the middle."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator

import structlog
import uvicorn

from valvomo.edge.ws.frames import SharedFrames
from valvomo.main.assembly import House, assemble, running
from valvomo.main.calls import attendant_of, carrying
from valvomo.main.clock import HouseClock, now
from valvomo.main.insight import beside
from valvomo.main.reaching import database_of
from valvomo.main.tracing import traced
from valvomo.protocol.frames import MAX_OFFER_FRAME
from valvomo.settings import Settings

GRACE_SECONDS = 10
"""How long requests in flight may take to finish, once nothing new is taken."""
BACKLOG = 2048
COLLECT = (20_000, 20, 10)
"""Objects made, and collections of the young and of the middle ones, after which cycles are looked for."""

log = structlog.get_logger(__name__)
Prepare = Callable[[House], Awaitable[None]]
Ready = Callable[[str], Awaitable[None]]


async def serve(
    settings: Settings,
    *,
    prepare: Prepare | None = None,
    ready: Ready | None = None,
    may_migrate: bool = False,
) -> None:
    """Run until SIGINT, SIGTERM or cancelled.

    `prepare` is done before anything is served; `ready` is told the address once requests are answered, and runs
    beside the server until the end. Raises `OSError` when the address cannot be had.
    """
    listening = _listen(settings)
    with contextlib.closing(listening), traced(settings):
        async with database_of(settings, may_migrate=may_migrate) as database:
            house = assemble(database, settings, clock=HouseClock(now))
            attendant = attendant_of(house, settings)
            async with running(house), carrying(attendant, settings):
                if prepare is not None:
                    await prepare(house)
                async with beside(settings, database.url):
                    await _serve(house, settings, listening, ready)


async def _serve(house: House, settings: Settings, listening: socket.socket, ready: Ready | None) -> None:
    server = _Server(_configuration(house, settings))
    address = _address(settings, listening)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(server.serve(sockets=[listening]))
        beside: asyncio.Task[None] | None = None
        try:
            await server.up.wait()
            _collect_seldom()
            log.info("serve.ready", address=address, pid=house.hub.process_id)
            with _signals(server):
                if ready is not None:
                    beside = group.create_task(_run(ready, address))
                await server.told_to_end.wait()
                await _leave(house, server, 0.0 if settings.embedded else settings.drain_seconds)
        finally:
            if beside is not None:
                beside.cancel()
                await asyncio.wait([beside])
            server.should_exit = True
            await asyncio.wait([serving])
    log.info("serve.ended")


def _collect_seldom() -> None:
    """What was made for starting stays, and requests leave few cycles: looking for them took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT)


async def _leave(house: House, server: _Server, seconds: float) -> None:
    """Be unready until that is noticed, then hand the readers over, while requests are answered as ever."""
    leaving = house.hub.handing_over
    leaving.begin()
    log.info("serve.leaving", seconds=seconds)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await server.hurried.wait()
    if not seconds:
        # There is no other process that has them at once: they come back to this one, when it is there again.
        house.hub.say_closing()
    await leaving.run(seconds, server.hurried)


async def _run(ready: Ready, address: str) -> None:
    await ready(address)


class _Server(uvicorn.Server):
    """Leaves signals to us, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.told_to_end = asyncio.Event()
        self.hurried = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Not here: what runs beside the server must end before it."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As ever, and then say so."""
        await super().startup(sockets=sockets)
        self.up.set()


@contextlib.contextmanager
def _signals(server: _Server) -> Iterator[None]:
    """SIGTERM ends everything in order; SIGINT, or a second signal, without waiting for load balancers."""
    loop = asyncio.get_running_loop()

    def end(number: signal.Signals) -> None:
        if server.told_to_end.is_set() or number is signal.SIGINT:
            if server.hurried.is_set():
                server.force_exit = True
            server.hurried.set()
        server.told_to_end.set()

    handled = []
    for number in (signal.SIGINT, signal.SIGTERM):
        # Only the main thread may; elsewhere whoever started us cancels us.
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, end, number)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _configuration(house: House, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        house.app,
        http="httptools",
        ws=SharedFrames,
        ws_per_message_deflate=False,
        ws_max_size=MAX_OFFER_FRAME * 2,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=list(settings.trusted_proxies),
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)


def _address(settings: Settings, listening: socket.socket) -> str:
    if settings.public_url:
        return settings.base_url
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listening.getsockname()[1]}"
