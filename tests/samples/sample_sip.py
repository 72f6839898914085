"""A telephone and a provider, both by SIP on this machine: what trunks are tried against."""

from __future__ import annotations

import asyncio
import hashlib
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Self

import numpy as np
from baresip import (
    Account,
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    Call,
    Config,
    Event,
    Runtime,
    StackEvent,
    UserAgent,
)
from sample_patience import until

from valvomo.trunks.port import Answered, Dialling, Ended, Happening, Keys, Ringing, Sound, State
from valvomo.trunks.sip.forms import SipSettings
from valvomo.trunks.sip.talk import Open
from valvomo.trunks.sip.trunk import SipTrunk

HERE = "127.0.0.1"
RATE = 8_000
LOUD = 10_000
OURS, THEIRS, MUSIC = 440.0, 700.0, 1_030.0
"""Hertz: none of them is a harmonic or an alias of another."""
NEEDED = RATE // 2
"""Samples that a tone is looked for in."""


def free_port(host: str = HERE) -> int:
    """One that is free for both kinds of sockets."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, socket.socket() as other:
            one.bind((host, 0))
            port = int(one.getsockname()[1])
            with suppress(OSError):
                other.bind((host, port))
                return port


def hears(pcm: bytes | bytearray, *frequencies: float) -> set[float]:
    """Which of these tones are in the last half second; empty while there is less of it."""
    samples = np.frombuffer(pcm[-2 * NEEDED :], dtype=np.int16).astype(np.float64)
    if len(samples) < NEEDED:
        return set()
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) * 4 / len(samples)
    bins = len(samples) / RATE
    near = {one: spectrum[int(one * bins) - 3 : int(one * bins) + 4].max() for one in frequencies}
    return {one for one, level in near.items() if level > LOUD / 20}


def tone(frequency: float, start: int, samples: int = 160) -> bytes:
    """A piece of a tone that goes on from sample to sample."""
    at = np.arange(start, start + samples)
    return (LOUD * np.sin(2 * np.pi * frequency * at / RATE)).astype("<i2").tobytes()


class Heard:
    """What a trunk has told, and how loud."""

    def __init__(self, trunk: SipTrunk) -> None:
        self.trunk = trunk
        self.told: list[Happening] = []
        self.pcm: dict[str, bytearray] = {}

    async def read(self) -> None:
        async for one in self.trunk.happenings():
            if isinstance(one, Sound):
                self.pcm.setdefault(one.call, bytearray()).extend(one.pcm)
            else:
                self.told.append(one)

    async def ringing(self) -> Ringing:
        """The next call that rings and has not been asked for here."""
        asked = getattr(self, "_asked", 0)
        self._asked = asked + 1
        await until(lambda: len(self.of(Ringing)) > asked, "somebody rings")
        found: Ringing = self.of(Ringing)[asked]
        return found

    async def answered(self, call: str) -> None:
        await until(lambda: Answered(call) in self.told, f"{call} is answered: {self.told}")

    async def dialling(self, call: str) -> None:
        await until(lambda: Dialling(call) in self.told, f"{call} rings: {self.told}")

    async def ended(self, call: str) -> Ended:
        await until(lambda: self._ends(call), f"{call} ends: {self.told}")
        (one,) = self._ends(call)
        return one

    async def state(self, *, ready: bool) -> State:
        await until(lambda: self._last() is not None and self._last().ready is ready, f"ready: {ready}")
        found: State = self._last()
        return found

    def keys(self, call: str) -> str:
        return "".join(one.keys for one in self.told if isinstance(one, Keys) and one.call == call)

    def of(self, kind: type[Any]) -> list[Any]:
        return [one for one in self.told if isinstance(one, kind)]

    def _ends(self, call: str) -> list[Ended]:
        return [one for one in self.of(Ended) if one.call == call]

    def _last(self) -> Any:
        states = self.of(State)
        return states[-1] if states else None


def alone(phone_port: int, **how: object) -> tuple[SipSettings, int]:
    """Of a trunk without registration, and the port at which it is called."""
    port = free_port()
    settings = SipSettings(
        server=HERE, port=phone_port, registers=False, local_address=HERE, local_port=port,
        media_ports="32000-32999", **how,  # type: ignore[arg-type]
    )  # fmt: skip
    return settings, port


@asynccontextmanager
async def standing(settings: SipSettings, password: str = "") -> AsyncIterator[Heard]:
    """A trunk of these settings, that runs, and what it tells."""

    async def opened() -> Open:
        return Open(settings, password, (HERE,))

    trunk = SipTrunk("account", settings, opened)
    heard = Heard(trunk)
    async with asyncio.TaskGroup() as tasks:
        running, reading = tasks.create_task(trunk.run()), tasks.create_task(heard.read())
        try:
            yield heard
        finally:
            running.cancel()
            await asyncio.wait({running})
            reading.cancel()


class Handset:
    """The other end of one call: it says a tone and keeps what it hears."""

    def __init__(self, call: Call, seen: list[StackEvent]) -> None:
        self.call = call
        self.pcm = bytearray()
        self._seen = seen
        self.says = 0.0
        self._at = 0

    @property
    def events(self) -> list[StackEvent]:
        """All that has happened to it, also before its number was known: an answer may be quicker."""
        return [one for one in self._seen if one.call == self.call.handle]

    @property
    def over(self) -> str | None:
        """What the stack says of its end."""
        ends = [one.text or "" for one in self.events if one.event is Event.CALL_CLOSED]
        return ends[0] if ends else None

    @property
    def keys(self) -> str:
        return "".join(one.text or "" for one in self.events if one.event is Event.CALL_DTMF_START)

    def beat(self) -> None:
        """Twenty milliseconds."""
        with suppress(AudioNotActive, AudioRestarted):
            info = self.call.audio.info()
            times, channels = info.rx_sample_rate // RATE or 1, info.rx_channels
            heard = np.frombuffer(self.call.audio.read(1 << 20), dtype=np.int16)
            self.pcm += heard[:: times * channels].tobytes()
            times, channels = info.tx_sample_rate // RATE, info.tx_channels
            if self.says and info.tx_buffered < 1_600 * times * channels:
                said = np.frombuffer(tone(self.says, self._at), dtype=np.int16)
                self.call.audio.write(np.repeat(said, times * channels).tobytes())
                self._at += 160


class Telephone:
    """A SIP telephone in this process, that anybody may call, and that calls the trunk."""

    def __init__(self, runtime: Runtime, agent: UserAgent, port: int) -> None:
        self.runtime = runtime
        self.agent = agent
        self.port = port
        self.coming: asyncio.Queue[Handset] = asyncio.Queue()
        self.handsets: list[Handset] = []
        self.seen: list[StackEvent] = []
        runtime.subscribe(self.seen.append)
        agent.on_incoming(lambda call: self.coming.put_nowait(self._handset(call)))

    @classmethod
    @asynccontextmanager
    async def there(cls) -> AsyncIterator[Telephone]:
        async with AsyncExitStack() as left:
            runtime, port = await _started()
            left.push_async_callback(runtime.close)
            phone = cls(runtime, await _agent(runtime, port, "+358401234567"), port)
            beating = await left.enter_async_context(asyncio.TaskGroup())
            task = beating.create_task(phone._beat())
            left.callback(task.cancel)
            yield phone

    async def call(
        self, port: int, number: str = "+358800123", headers: dict[str, str] | None = None, **how: Any
    ) -> Handset:
        """`how`: as a user of its own, with other codecs, another transport, or encrypted media."""
        agent = (
            await _agent(self.runtime, self.port, f"other{len(self.handsets)}", **how) if how else self.agent
        )
        transport = how.get("transport", "udp")
        return self._handset(await agent.dial(f"sip:{number}@{HERE}:{port};transport={transport}", headers))

    async def rings(self) -> Handset:
        async with asyncio.timeout(90):
            return await self.coming.get()

    def _handset(self, call: Call) -> Handset:
        self.handsets.append(Handset(call, self.seen))
        return self.handsets[-1]

    async def _beat(self) -> None:
        while True:
            for one in self.handsets:
                one.beat()
            await asyncio.sleep(0.02)


async def _started() -> tuple[Runtime, int]:
    """The stack, and its port: one that was free is somebody else's by the time, now and then."""
    for attempt in range(10):
        port = free_port()
        lines = f"sip_listen {HERE}:{port}\nsip_transports udp,tcp\nrtp_ports 30000-30999\ncall_hold_other_calls no\n"
        runtime = Runtime(command_timeout=60.0)
        try:
            await runtime.start(
                Config(net_interface=HERE, max_concurrent_calls=None, extra_config_text=lines)
            )
        except BaresipError:
            if attempt == 9:
                raise
        else:
            return runtime, port
    raise AssertionError


async def _agent(
    runtime: Runtime, port: int, user: str, *, codecs: tuple[str, ...] = ("pcma", "pcmu"), transport: str = "udp",
    srtp: str = "",
) -> UserAgent:  # fmt: skip
    more = ("catchall=yes", *([f"mediaenc={srtp}"] if srtp else []))
    account = Account(
        user=user, domain=f"{HERE}:{port}", password="", reg_interval=0, transport=transport,  # type: ignore[arg-type]
        audio_codecs=codecs, extra_params=more,
    )  # fmt: skip
    return await UserAgent.create(runtime, account)


@asynccontextmanager
async def saying(trunk: Heard, call: str, frequency: float) -> AsyncIterator[list[float]]:
    """Have the house say a tone into the call; the list's one item is which."""
    said = [frequency]

    async def say() -> None:
        loop, at = asyncio.get_running_loop(), 0
        due = loop.time()
        while True:
            await trunk.trunk.sound(call, tone(said[0], at))
            at, due = at + 160, due + 0.02
            await asyncio.sleep(due - loop.time())

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(say())
        try:
            yield said
        finally:
            task.cancel()


@asynccontextmanager
async def taken(
    trunk: Heard, phone: Telephone, port: int, **how: object
) -> AsyncIterator[tuple[Handset, str]]:
    """A call that the telephone has made and the house has taken."""
    handset = await phone.call(port, **how)  # type: ignore[arg-type]
    ringing = await trunk.ringing()
    await trunk.trunk.take(ringing.call)
    await trunk.answered(ringing.call)
    handset.says = THEIRS
    yield handset, ringing.call
    await trunk.trunk.end(ringing.call)
    await trunk.ended(ringing.call)


async def both_hear(trunk: Heard, handset: Handset, call: str) -> None:
    trunk.pcm.setdefault(call, bytearray()).clear()
    handset.pcm.clear()
    await until(lambda: hears(trunk.pcm[call], OURS, THEIRS, MUSIC) == {THEIRS}, "we hear them")
    await until(lambda: hears(handset.pcm, OURS, THEIRS, MUSIC) == {OURS}, "they hear us")


class Provider(asyncio.DatagramProtocol):
    """A server that is asked, and answers as `judged` says; None is silence. Whatever it is asked is kept."""

    def __init__(self, judged: Callable[[str], str | None]) -> None:
        self.port = 0
        self._judged = judged
        self._told: dict[str, str] = {}

    @classmethod
    @asynccontextmanager
    async def there(cls, *how: Any, port: int = 0) -> AsyncIterator[Self]:
        loop = asyncio.get_running_loop()
        made = cls(*how)
        transport, _ = await loop.create_datagram_endpoint(lambda: made, local_addr=(HERE, port))
        made.port = transport.get_extra_info("sockname")[1]
        try:
            yield made
        finally:
            transport.close()

    def asked(self, method: str) -> list[str]:
        """Each once, however often it was sent."""
        return [one for one in self._told.values() if one.startswith(f"{method} ")]

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    @classmethod
    @asynccontextmanager
    async def secured(cls, *how: Any, by: ssl.SSLContext) -> AsyncIterator[Self]:
        """The same over connections that are encrypted; for requests without a body."""
        made = cls(*how)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    said = made.answer_to((await reader.readuntil(b"\r\n\r\n")).decode())
                    writer.write(said or b"")
                    await writer.drain()
            writer.close()

        async with await asyncio.start_server(serve, HERE, 0, ssl=by) as server:
            made.port = server.sockets[0].getsockname()[1]
            yield made

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        said = self.answer_to(data.decode())
        if said is not None:
            self._transport.sendto(said, addr)

    def answer_to(self, text: str) -> bytes | None:
        """What is answered, if anything."""
        branch = re.search(r"branch=(\w+)", text)
        if text.startswith(("SIP/2.0", "ACK ")) or branch is None:
            return None
        self._told.setdefault(branch[1], text)
        said = self._judged(text)
        if said is None:
            return None
        kept = [line for line in text.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", line)]
        kept = [f"{line};tag=theirs" if line.startswith("To:") else line for line in kept]
        return "\r\n".join([f"SIP/2.0 {said}", *kept, "Content-Length: 0", "", ""]).encode()


class Registrar(Provider):
    """A provider that lets in who knows the password (RFC 3261 §22), while it is not `away`."""

    def __init__(self, user: str, password: str) -> None:
        super().__init__(self._letting_in)
        self.away = False
        self.known: list[str] = []
        self.refused = 0
        self._user, self._password = user, password

    def _letting_in(self, text: str) -> str | None:
        if not text.startswith("REGISTER"):
            return None
        if self.away:
            return "503 Service Unavailable"
        given = dict(
            re.findall(r'(\w+)="?([^",\r\n]+)"?', "".join(re.findall(r"Authorization: Digest (.*)", text)))
        )
        if not given:
            return '401 Unauthorized\r\nWWW-Authenticate: Digest realm="sample", nonce="abc", algorithm=MD5'
        one = _md5(f"{self._user}:sample:{self._password}")
        other = _md5(f"REGISTER:{given['uri']}")
        if given["username"] != self._user or given["response"] != _md5(f"{one}:abc:{other}"):
            self.refused += 1
            return "403 Forbidden"
        expires = re.search(r"[Ee]xpires[:=] ?(\d+)", text)
        self.known.append(expires[1] if expires else "")
        contact = re.search(r"Contact: .*", text)
        return f"200 OK\r\n{contact[0].strip() if contact else ''}\r\nExpires: {self.known[-1]}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
