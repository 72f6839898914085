"""A process of the engine: what the house asks comes by standard input, and what happens goes by standard output.

It lives as long as its input: when the house is gone nobody's call goes on without anybody who could end it.
"""

from __future__ import annotations

import argparse
import asyncio
from contextlib import aclosing, suppress

import uvloop

from valvomo import logs, pipes
from valvomo.media.embedded import talk
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.operations import Leave, Listen, OfferWeb, Operation
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.talk import Answered, Asked, Sound
from valvomo.media.port import Agreed


def main() -> None:
    """Run until the input ends."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--public", nargs="*", default=[])
    asked.add_argument("--log-level", default="info")
    asked.add_argument("--log-format", choices=("console", "json"), default="console")
    options = asked.parse_args()
    logs.set_up(options.log_level, options.log_format)
    with suppress(KeyboardInterrupt):
        uvloop.run(serve(Place(host=options.host, port=options.port, public=tuple(options.public))))


async def serve(place: Place) -> None:
    """Do what is asked, one after the other, and tell what happens."""
    reader, writer = await pipes.standard()
    async with EmbeddedEngine.running(place) as engine, asyncio.TaskGroup() as tasks:
        desk = _Desk(engine, writer, tasks)
        telling = tasks.create_task(desk.tell())
        while (asked := await pipes.unpacked(reader, talk.ASKED)) is not None:
            await desk.take(asked)
        telling.cancel()
        desk.close()


class _Desk:
    """Where what is asked is done; who listens to what, by number."""

    def __init__(
        self, engine: EmbeddedEngine, writer: asyncio.StreamWriter, tasks: asyncio.TaskGroup
    ) -> None:
        self._engine = engine
        self._writer = writer
        self._tasks = tasks
        self._listening: dict[int, asyncio.Task[None]] = {}

    async def take(self, asked: Asked) -> None:
        """Have one operation done, and answered where it has a number."""
        answer = await self._answer(asked.number, asked.operation)
        if asked.number:
            await self._say(answer)

    async def tell(self) -> None:
        """What happens, without end."""
        async for one in self._engine.happenings():
            await self._say(one)

    def close(self) -> None:
        """Nobody listens any more."""
        for one in self._listening.values():
            one.cancel()

    async def _answer(self, number: int, operation: Operation) -> Answered:
        try:
            found = await self._done(operation)
        except tuple(talk.ERRORS.values()) as error:
            kind = next(one for one, known in talk.ERRORS.items() if isinstance(error, known))
            return Answered(number=number, refused=kind, why=str(error))
        if isinstance(found, Agreed):
            return Answered(number=number, description=found.answer)
        if isinstance(found, str):
            return Answered(number=number, description=found)
        return Answered(number=number, qualities=found or {})

    async def _done(self, operation: Operation) -> talk.Found:
        if isinstance(operation, Listen):
            self._listening[operation.number] = self._tasks.create_task(self._listen(operation))
        elif isinstance(operation, Leave):
            listening = self._listening.pop(operation.number, None)
            if listening is not None:
                listening.cancel()
        elif isinstance(operation, OfferWeb):
            return await self._engine.offer_web_leg(operation.call_id, operation.leg_id)
        else:
            return await operation.on(self._engine)
        return None

    async def _listen(self, to: Listen) -> None:
        listened = self._engine.tap if to.says else self._engine.sound
        async with aclosing(listened(to.call_id, to.leg_id)) as heard:
            async for one in heard:
                await self._say(Sound(to.number, one))
        self._listening.pop(to.number, None)
        await self._say(Sound(to.number, None))

    async def _say(self, message: object) -> None:
        self._writer.write(pipes.packed(message))
        await self._writer.drain()


if __name__ == "__main__":
    main()
