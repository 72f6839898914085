"""The live stream keeps organizations apart, and the customers of different conversations."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from argon2 import PasswordHasher
from sample_sockets import Served, post, say, until
from websockets.asyncio.client import ClientConnection, connect

from valvomo.commands.conversations.serve import Pick
from valvomo.commands.settings.sign_in import Session
from valvomo.commands.settings.users import ChangeUser
from valvomo.demo.organization import PASSWORD, create_sample

pytestmark = pytest.mark.slow
TOPICS = ("board", "alerts", "agents", "figures", "me", "settings", "audit", "conversations", "letters")
WORDS = "Only for this house"
RENAMED = "Aino Onlyhere"


async def neighbour(served: Served, person: str) -> str:
    """The secret of somebody of the other organization."""
    found = await served.house.parts.gate.sign_in(f"{person}@other.example", PASSWORD)
    assert isinstance(found, Session)
    return found.token


async def heard(socket: ClientConnection, seconds: float) -> list[dict[str, Any]]:
    """Every frame that comes within this time."""
    frames: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(seconds):
            while True:
                frames.append(json.loads(await socket.recv()))
    except TimeoutError:
        return frames


async def watch_all(socket: ClientConnection, conversation: str) -> None:
    for topic in (*TOPICS, f"conversation:{conversation}"):
        await say(socket, op="watch", topic=topic)
    await say(socket, op="typing", conversation=conversation, typing=True)


async def busy(served: Served, conversation: str) -> None:
    """Things of every topic happen in the first organization."""
    await served.do("aino", Pick(conversation_id=conversation))
    actor = await served.sample.actor(served.database, "aino")
    await post(served.house.parts.lane, actor, conversation, WORDS)
    await served.do("admin", ChangeUser(user_id=served.sample.people["aino"], name=RENAMED))
    await served.start()


async def test_another_organization_hears_nothing(served: Served) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await create_sample(served.house.parts.executor, hashed, name="Other", domain="other.example")
    chat = (await served.start())["id"]
    sample = served.sample
    ours = {chat, sample.organization_id, *sample.people.values(), *sample.queues.values()}
    async with (
        served.live(await neighbour(served, "saara")) as supervisor,
        served.live(await neighbour(served, "aino")) as agent,
        served.live(await neighbour(served, "admin")) as administrator,
        served.live(await served.session("saara")) as witness,
    ):
        for socket in (supervisor, agent, administrator, witness):
            await watch_all(socket, chat)
        await until(witness, op="snapshot", topic="board")
        await busy(served, chat)
        async with asyncio.timeout(90):
            while WORDS not in str(await witness.recv()):
                pass
        may = {
            supervisor: {"settings": "snapshot", "audit": "snapshot"},
            agent: {"settings": "refused", "audit": "refused"},
            administrator: {"settings": "snapshot", "audit": "snapshot"},
        }
        for socket in (supervisor, agent, administrator):
            frames = await heard(socket, 1.5)
            said = json.dumps(frames, ensure_ascii=False)
            topic = f"conversation:{chat}"
            about = [one for one in frames if one.get("topic") == topic]
            assert [one["op"] for one in about] == ["refused"], about
            told = said.replace(topic, "")
            assert not [one for one in (*ours, "Kaisa", WORDS, RENAMED) if one in told]
            assert {one["topic"] for one in frames if one["op"] == "snapshot"} >= {"me"}
            signals = {one["topic"]: one["op"] for one in frames if one.get("topic") in {"settings", "audit"}}
            assert signals == may[socket]
            boards = [one["data"] for one in frames if one.get("topic") == "board" and "data" in one]
            assert not [row for rows in boards for row in rows]


async def test_a_customer_hears_of_their_own_conversation_only(served: Served) -> None:
    first, second = await served.start(), await served.start()
    widget = f"ws://127.0.0.1:{served.port}/widget/v1/live"
    async with connect(widget) as theirs, connect(widget) as others:
        for socket, chat in ((theirs, first), (others, second)):
            await say(socket, op="hello", token=chat["token"])
            await say(socket, op="watch", topic="conversation")
            await until(socket, op="snapshot")
        for topic in (*TOPICS, f"conversation:{first['id']}", f"conversation:{second['id']}"):
            await say(others, op="watch", topic=topic)
        # The conversation that a customer names is not looked at: there is only their own.
        await say(others, op="typing", conversation=first["id"], typing=True)
        await busy(served, first["id"])
        frames = await heard(others, 1.5)
        mine = {"conversation", f"conversation:{second['id']}"}
        assert {one["topic"] for one in frames if one["op"] == "changes"} <= mine
        refused = {one["topic"] for one in frames if one["op"] == "refused"}
        assert refused == {*TOPICS, f"conversation:{first['id']}"}
        told = json.dumps([one for one in frames if one["op"] != "refused"])
        assert not [one for one in (first["id"], WORDS, RENAMED, "Aino") if one in told]
        own = json.dumps(await heard(theirs, 0.5))
        assert WORDS in own
        assert '"typing"' not in own
