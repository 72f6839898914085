"""A process of the engine: what the house asks comes by standard input, and what happens goes by standard output.

It lives as long as its input: when the house is gone nobody's call goes on without anybody who could end it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import stat
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress

from valvomo.media.embedded import talk
from valvomo.media.embedded.engine import EmbeddedEngine
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.talk import (
    Add,
    Answered,
    Asked,
    End,
    Measure,
    Move,
    Open,
    Record,
    Recording,
    Remove,
    Route,
    Turn,
)
from valvomo.media.port import GoneError, OfferError, RecordingError


def main() -> None:
    """Run until the input ends."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--host", required=True)
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--public", nargs="*", default=[])
    options = asked.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(Place(host=options.host, port=options.port, public=tuple(options.public))))


async def serve(place: Place) -> None:
    """Do what is asked, one after the other, and tell what happens."""
    reader, writer = await _pipes()
    async with EmbeddedEngine.running(place) as engine, asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(_tell(engine, writer))
        while (asked := await talk.unpacked(reader, talk.ASKED)) is not None:
            writer.write(talk.packed(await answer(engine, asked)))
            await writer.drain()
        telling.cancel()


async def answer(engine: EmbeddedEngine, asked: Asked) -> Answered:
    """Have one operation done."""
    try:
        return await _done(engine, asked)
    except OfferError as error:
        return Answered(number=asked.number, refused=str(error))
    except RecordingError as error:
        return Answered(number=asked.number, unrecorded=str(error))
    except GoneError as error:
        return Answered(number=asked.number, gone=str(error))


async def _done(engine: EmbeddedEngine, asked: Asked) -> Answered:
    description, qualities = "", {}
    match asked.operation:
        case Open(call_id):
            await engine.open_call(call_id)
        case End(call_id):
            await engine.end_call(call_id)
        case Add(leg):
            description = await engine.add_web_leg(leg)
        case Remove(call_id, leg_id):
            await engine.remove_leg(call_id, leg_id)
        case Move(call_id, leg_id, to_call_id):
            await engine.move_leg(call_id, leg_id, to_call_id)
        case Route(call_id, matrix, kept):
            await engine.set_routes(call_id, matrix, kept=kept)
        case Record(call_id, recording_id, folder):
            await engine.start_recording(call_id, recording_id, folder)
        case Turn(call_id, recording_id, to):
            await _turned(engine, to)(call_id, recording_id)
        case Measure(call_id):
            qualities = await engine.quality(call_id)
    return Answered(number=asked.number, description=description, qualities=qualities)


def _turned(engine: EmbeddedEngine, to: Recording) -> Callable[[str, str], Awaitable[None]]:
    return {
        Recording.PAUSE: engine.pause_recording,
        Recording.RESUME: engine.resume_recording,
        Recording.STOP: engine.stop_recording,
    }[to]


async def _tell(engine: EmbeddedEngine, writer: asyncio.StreamWriter) -> None:
    async for one in engine.happenings():
        writer.write(talk.packed(one))
        await writer.drain()


async def _pipes() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        raise SystemExit("the house gives this process its input by a pipe; it is not started by hand")
    # Whatever else is printed goes where logs go.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), out
    )
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)


if __name__ == "__main__":
    main()
