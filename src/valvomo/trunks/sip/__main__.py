"""The process of one trunk that speaks SIP: what the house asks comes by standard input, what happens goes by output.

It lives as long as its input: when the house is gone, every call is hung up. A fault in the stack, which is written in
C, ends this process and the calls of one account, and nothing else. What it is told of the account is never in a log.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import uvloop
from baresip import BaresipError

from valvomo import pipes
from valvomo.trunks.port import FRAME_BYTES, RATE, Keys, Sound, State, TrunkError
from valvomo.trunks.sip import talk
from valvomo.trunks.sip.phone import Phone
from valvomo.trunks.sip.sources import UnguardedError
from valvomo.trunks.sip.talk import Asked, Dial, Done, End, Hold, Refuse, Said, Take, Transfer

EVERY = FRAME_BYTES / 2 / RATE


def main() -> None:
    """Run until the input ends."""
    # Of the house that is stopped in a terminal; it ends us in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(uvloop.run(serve()))


async def serve() -> int:
    """Do what is asked; 0 at its end, 1 where there is no trunk to be had."""
    reader, writer = await pipes.standard()
    opened = await pipes.unpacked(reader, talk.OPEN)
    if opened is None:
        return 0

    def tell(said: Said) -> None:
        writer.write(pipes.packed(said))

    try:
        async with Phone.running(opened, tell) as phone, asyncio.TaskGroup() as tasks:
            works = (phone.be_known(), phone.live(), _speak(phone, writer))
            going = [tasks.create_task(one) for one in works]
            desk = _Desk(phone, tell, tasks)
            while (asked := await pipes.unpacked(reader, talk.ASKED)) is not None:
                desk.take(asked)
            for one in (*going, *desk.tasks):
                one.cancel()
    except (BaresipError, OSError, ValueError, UnguardedError) as error:
        tell(State(ready=False, why=str(error)[:200]))
        with suppress(ConnectionError):
            await writer.drain()
        return 1
    with suppress(ConnectionError):
        await writer.drain()
    return 0


async def _speak(phone: Phone, writer: asyncio.StreamWriter) -> None:
    """What is heard, for the house, at the pace of the clock."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        for sound in phone.heard(loop.time()):
            writer.write(pipes.packed(sound))
        with suppress(ConnectionError):
            await writer.drain()
        due = max(due + EVERY, loop.time() - EVERY)
        await asyncio.sleep(due - loop.time())


class _Desk:
    """Where what is asked is done; what takes its time does not keep the rest waiting."""

    def __init__(self, phone: Phone, tell: Any, tasks: asyncio.TaskGroup) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self._phone = phone
        self._tell = tell
        self._group = tasks

    def take(self, asked: Asked) -> None:
        """One thing that is asked."""
        if isinstance(asked, Dial):
            self._begin(self._dial(asked))
            return
        line = self._phone.lines.get(asked.call)
        if isinstance(asked, Transfer):
            self._begin(self._transfer(asked))
        elif line is None:
            return
        elif isinstance(asked, Sound):
            if line.speech is not None:
                line.speech.write(asked.pcm)
        else:
            self._begin(self._done(asked))

    async def _done(self, asked: Take | Refuse | End | Hold | Keys) -> None:
        line = self._phone.lines.get(asked.call)
        if line is None:
            return
        match asked:
            case Take():
                await line.take()
            case Refuse():
                await line.refuse(asked.why)
            case End():
                await line.end()
            case Hold():
                await line.hold(held=asked.held)
            case Keys():
                await line.press(asked.keys)

    async def _dial(self, asked: Dial) -> None:
        try:
            line = await self._phone.dial(asked.call, asked.to, asked.caller)
        except TrunkError as error:
            self._tell(Done(asked.number, error.why, error.detail))
            return
        self._tell(Done(asked.number))
        await line.ring_out()

    async def _transfer(self, asked: Transfer) -> None:
        line = self._phone.lines.get(asked.call)
        try:
            if line is not None:
                await line.transfer(self._phone.uri_of(asked.to))
        except TrunkError as error:
            self._tell(Done(asked.number, error.why, error.detail))
        else:
            self._tell(Done(asked.number))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)


if __name__ == "__main__":
    main()
