"""A session: bound to a message centre over one link, or over one for each direction (SMPP 3.4 §2.2)."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections import deque
from dataclasses import dataclass

from valvomo.channels.port import Account, Http, UnavailableError
from valvomo.channels.smpp.forms import SmppSecrets, SmppSettings
from valvomo.channels.smpp.link import PATIENCE_SECONDS, BrokenError, Link, connected
from valvomo.channels.smpp.pdu import Command, Unit, bind_body
from valvomo.channels.smpp.problems import QUEUE_FULL, judge_bind

MOST_WAITING = 1000
"""Messages that wait here to be kept; more are not taken yet, which the message centre is told."""
NO_ID = b"\0"
LAST_ANSWERS_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the message centre has for us, over which link; it is answered once it is kept."""

    link: Link
    unit: Unit

    @property
    def print(self) -> str:
        """By what it is known when it comes again: it has no id, and its number is the connection's."""
        return hashlib.blake2s(self.unit.body, digest_size=12).hexdigest()

    def answer(self, status: int = 0) -> None:
        """Said once."""
        self.link.tell(self.unit.answer(status, NO_ID))


class Session:
    """Made by `bound`."""

    def __init__(self, account: Account) -> None:
        self.settings: SmppSettings = account.settings
        self.secrets: SmppSecrets = account.secrets
        self._window = asyncio.Semaphore(self.settings.window)
        self._waiting: deque[Delivery] = deque()
        self._came = asyncio.Event()
        self._links: list[Link] = []
        self._under_way = 0
        self._idle = asyncio.Event()

    @property
    def over(self) -> str:
        """Why it has ended; empty while it has not."""
        return next((one.why or "it has ended" for one in self._links if one.ended.is_set()), "")

    async def bind(self, http: Http) -> None:
        """Raises `RejectedError` or `UnavailableError`; then nothing stays open."""
        commands = (
            (Command.BIND_TRANSCEIVER,)
            if self.settings.mode == "transceiver"
            else (Command.BIND_TRANSMITTER, Command.BIND_RECEIVER)
        )
        said = bind_body(self.settings.system_id, self.secrets.password, self.settings.system_type)
        try:
            for command in commands:
                link = await connected(self.settings, http, self._heard)
                self._links.append(link)
                judge_bind((await link.ask(command, said)).status)
        except BrokenError as error:
            self.abort()
            raise UnavailableError(f"bind: {error}") from error
        except BaseException:
            self.abort()
            raise

    async def submit(self, body: bytes) -> Unit:
        """A message, and its answer; no more are under way than the window has room for. Raises `UnavailableError`."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._window.acquire()
        except TimeoutError as error:
            raise UnavailableError("the window is full", paced=True) from error
        self._under_way += 1
        self._idle.clear()
        try:
            if self.over:
                raise UnavailableError(self.over)
            return await self._links[0].ask(Command.SUBMIT, body)
        except BrokenError as error:
            raise UnavailableError(str(error), lost=True) from error
        finally:
            self._under_way -= 1
            self._window.release()
            if not self._under_way:
                self._idle.set()

    async def enquire(self) -> None:
        """Whether it works. Raises `UnavailableError`."""
        try:
            for link in self._links:
                await link.ask(Command.ENQUIRE_LINK)
        except BrokenError as error:
            raise UnavailableError(str(error)) from error

    async def next(self, most: int, seconds: float) -> list[Delivery]:
        """What has come, once something has, or none after so long. Raises `UnavailableError` once it is over."""
        if not self._waiting and not self.over:
            self._came.clear()
            ends = [asyncio.create_task(one.ended.wait()) for one in self._links]  # noqa: TID251 - ended below
            came = asyncio.create_task(self._came.wait())  # noqa: TID251 - ended below
            try:
                await asyncio.wait([came, *ends], timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for one in (came, *ends):
                    one.cancel()
        if self.over:
            raise UnavailableError(self.over)
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    async def answered(self) -> None:
        """Until the message centre has been told of everything that was answered. Raises `UnavailableError`."""
        try:
            for link in self._links:
                await link.told()
        except BrokenError as error:
            raise UnavailableError(str(error)) from error

    async def close(self) -> None:
        """What is under way is heard out first: an answer that nobody hears is a message that may go out twice."""
        if self._under_way and not self.over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_ANSWERS_SECONDS):
                    await self._idle.wait()
        for link in self._links:
            await link.close()

    def abort(self) -> None:
        """At once."""
        for link in self._links:
            link.abort("it was left")

    def _heard(self, link: Link, unit: Unit) -> None:
        one = Delivery(link, unit)
        if len(self._waiting) >= MOST_WAITING:
            one.answer(QUEUE_FULL)
            return
        self._waiting.append(one)
        self._came.set()


async def bound(account: Account, http: Http) -> Session:
    """Raises `RejectedError` or `UnavailableError`."""
    session = Session(account)
    await session.bind(http)
    return session
