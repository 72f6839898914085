"""Everybody on the phone, beside a server: `python -m valvomo.demo.calling`, told on its input whom to play.

Its input is the server's: when that ends, however it does, so do they.
"""

from __future__ import annotations

import asyncio
import random
import sys

import msgspec
import structlog

from valvomo.demo.calling.caller import Caller
from valvomo.demo.calling.headset import Headset
from valvomo.demo.calling.plan import CallPlan
from valvomo.demo.calling.script import Kind
from valvomo.demo.calling.talk import Switchboard, Talk
from valvomo.demo.calling.voices import Voice, Voices
from valvomo.demo.people.http import Http, RefusedError, UnreachableError, new_client
from valvomo.demo.people.matters import LANGUAGES, language

log = structlog.get_logger(__name__)

RESTS = 5.0
WEIGHTS = (5, 3, 2)
"""How often each of the languages is spoken."""
KINDS = (Kind.PLAIN, Kind.UPSET, Kind.HOLD, Kind.BAD_NETWORK)
"""In turn, so that there is something of each on the floor."""


async def play(plan: CallPlan) -> None:
    """Until cancelled: agents with their headsets, and a few customers at a time."""
    dice = random.Random(plan.seed)
    board = Switchboard(Voices.installed(), dice)
    if board.voices.program is None:
        log.warning(
            "demo.no_voices", why="espeak-ng is not installed, so that callers hum instead of speaking"
        )
    async with asyncio.TaskGroup() as group:
        for number, (email, password) in enumerate(plan.agents):
            group.create_task(
                _headset(board, plan.address, (email, password), number / max(1, len(plan.agents)))
            )
        for number in range(plan.callers):
            group.create_task(_customers(board, plan, number))


async def _headset(board: Switchboard, address: str, who: tuple[str, str], height: float) -> None:
    while True:
        async with new_client(address, 8) as client:
            one = Headset(
                board=board, client=client, address=address, email=who[0], password=who[1], height=height
            )
            await _guarded(one.run())
        await asyncio.sleep(RESTS)


async def _customers(board: Switchboard, plan: CallPlan, number: int) -> None:
    """One after the other, each with something else."""
    dice = board.dice
    async with new_client(plan.address, 8) as client:
        while True:
            await asyncio.sleep(dice.uniform(0.5, 1.5) * plan.pause * (1 + number) / plan.callers)
            code = dice.choices(LANGUAGES, WEIGHTS)[0]
            texts = language(code)
            talk = Talk(
                name=texts.names.any(dice),
                code=code,
                matter=dice.choice(texts.matters),
                kind=KINDS[number % len(KINDS)],
                voice=Voice(code, dice.random()),
            )
            number += plan.callers
            await _guarded(
                Caller(board=board, http=Http(client), address=plan.address, key=plan.key, talk=talk).run()
            )


async def _guarded(life: object) -> None:
    """What goes wrong with somebody is told, and harms nobody else."""
    try:
        await life  # type: ignore[misc]
    except (RefusedError, UnreachableError, OSError) as error:
        log.info("demo.caller_gone", why=repr(error))
    except Exception as error:  # noqa: BLE001 - a floor without one caller is still a floor
        log.warning("demo.caller_failed", error=repr(error))


async def _until_told() -> None:
    """As long as whoever has started this is there."""
    first = await asyncio.to_thread(sys.stdin.buffer.readline)
    plan = msgspec.json.decode(first, type=CallPlan)
    async with asyncio.TaskGroup() as group:
        playing = group.create_task(play(plan))
        await asyncio.to_thread(sys.stdin.buffer.read)
        playing.cancel()


if __name__ == "__main__":
    asyncio.run(_until_told())
