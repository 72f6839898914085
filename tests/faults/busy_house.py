"""A process with a server of its own and much to do, to be killed by a test.

``busy_house.py HOME BINARIES`` prints ``ready`` and then a line of JSON for everything that was acknowledged:
``["message", conversation, client id, seq]`` or ``["act", conversation, version]``.
"""

import asyncio
import json
import sys
from pathlib import Path

from sample_floor import AINO, EINO, ROUTER, Floor
from sample_routing import ask

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.execute import Done
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres


def say(*what: object) -> None:
    print(json.dumps(what), flush=True)  # noqa: T201


async def chat(floor: Floor, lane: MessageLane, one: str) -> None:
    """An agent and a customer, message after message."""
    guest = await floor.guest(one)
    for number in range(1_000_000):
        author = (AINO, guest)[number % 2]
        client_id = f"{author.id}-{number}"
        done = await lane.post(author, PostMessage(conversation_id=one, text=client_id, client_id=client_id))
        if isinstance(done, Done):
            say("message", one, client_id, done.result["seq"])


async def work(floor: Floor) -> None:
    """One short matter after the other, and an offer that nobody answers."""
    one = await floor.start()
    await floor.done(ROUTER, ask(one, EINO.id))
    say("act", one, (await floor.get(one)).version)
    while True:
        one = await floor.accepted("unblocked", by=AINO)
        for command in (serve.End(conversation_id=one), serve.Complete(conversation_id=one)):
            done = await floor.done(AINO, command)
            say("act", one, done.result["version"])


async def main() -> None:
    """Be busy for as long as we live."""
    home, binaries = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
    async with EmbeddedPostgres(home, binaries=binaries) as server:
        await migrate.apply(server.url)
        floor = await Floor.open(await Database.open(server.url))
        lane = MessageLane(floor.database, floor.clock, Doorbell())
        chats = [await floor.accepted() for _ in range(4)]
        print("ready", flush=True)  # noqa: T201
        async with asyncio.TaskGroup() as group:
            group.create_task(lane.run())
            group.create_task(work(floor))
            for one in chats:
                group.create_task(chat(floor, lane, one))


asyncio.run(main())
