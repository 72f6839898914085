"""How fast a live connection may say something: watching waits for its turn, typing that comes too fast is lost."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from sample_sockets import Served, post, say, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from valvomo.commands.conversations.serve import Pick
from valvomo.domain.refusals import Reason, Refusal

pytestmark = pytest.mark.slow


async def answered(socket: ClientConnection, topic: str, times: int) -> float:
    """Watch a topic so often and wait for every answer; the seconds it took."""
    began = asyncio.get_running_loop().time()
    for _ in range(times):
        await say(socket, op="watch", topic=topic)
    for _ in range(times):
        assert (await until(socket, topic=topic))["op"] == "snapshot"
    return asyncio.get_running_loop().time() - began


async def test_watching_again_and_again_waits_for_its_turn(served: Served) -> None:
    for name in ("watch", "watch_own"):
        pace = served.house.parts.paces[name]
        pace.burst, pace.per_second = 2, 10
    chat = await served.start()
    async with (
        served.live(await served.session("saara")) as staff,
        served.widget(chat) as customer,
    ):
        for socket, topic in ((staff, "figures"), (customer, "conversation")):
            assert await answered(socket, topic, 6) >= 0.35, "four beyond the burst, a tenth of a second each"


async def test_who_has_several_connections_watches_no_faster_for_it(served: Served) -> None:
    pace, now = served.house.parts.paces["watch_own"], 0.0
    pace.burst, pace.per_second, pace.seconds = 4, 1, lambda: now
    chat, other = await served.start(), await served.start()
    async with (
        served.widget(chat) as first,
        served.widget(chat) as second,
        served.widget(other) as stranger,
    ):
        for _ in range(2):
            await answered(first, "conversation", 1)
            await answered(second, "conversation", 1)
        await say(first, op="watch", topic="conversation")
        await answered(stranger, "conversation", 4)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await until(first, topic="conversation")


async def test_whose_turn_would_be_too_far_off_has_to_come_again(served: Served) -> None:
    pace = served.house.parts.paces["watch_own"]
    pace.burst, pace.per_second, pace.seconds = 1, 0.05, lambda: 0.0
    chat = await served.start()
    async with served.widget(chat) as customer:
        await answered(customer, "conversation", 1)
        await say(customer, op="watch", topic="conversation")
        with pytest.raises(ConnectionClosed) as closed:
            await until(customer, topic="conversation")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429


async def test_a_whole_page_of_topics_may_be_watched_at_once(served: Served) -> None:
    pace = served.house.parts.paces["watch"]
    pace.seconds = lambda: 0.0
    async with served.live(await served.session("saara")) as socket:
        for _ in range(64):
            await say(socket, op="watch", topic="figures")
        async with asyncio.timeout(90):
            for _ in range(64):
                await until(socket, topic="figures", op="snapshot")


async def test_a_flood_of_typing_reaches_nobody_as_a_flood(served: Served) -> None:
    pace = served.house.parts.paces["typing"]
    pace.burst, pace.seconds = 4, lambda: 0.0
    chat = await served.start()
    await served.do("aino", Pick(conversation_id=chat["id"]))
    topic = f"conversation:{chat['id']}"
    async with (
        served.live(await served.session("aino")) as agent,
        served.widget(chat) as customer,
    ):
        await say(agent, op="watch", topic=topic)
        await until(agent, op="snapshot", topic=topic)
        for _ in range(100):
            await say(customer, op="typing", typing=True)
            await say(customer, op="typing", typing=False)
        # Taken in order: when this is answered, what was said before it has been heard.
        await say(customer, op="ping")
        await until(customer, op="pong")
        assert 1 <= len(await typed(served, agent, chat["id"])) <= 4


async def test_a_flood_of_what_is_said_to_a_call_is_lost(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = served.house.parts.paces["call"]
    pace.burst, pace.seconds = 4, lambda: 0.0
    heard: list[str] = []

    async def tell(_actor: Any, _conversation: str, what: str, _answer: str = "") -> None:
        heard.append(what)

    monkeypatch.setattr(served.house.parts.calling, "tell", tell)
    chat = await served.start()
    widget = f"ws://127.0.0.1:{served.port}/widget/v1/live"
    async with connect(widget) as first, connect(widget) as second:
        for socket in (first, second):
            await say(socket, op="hello", token=chat["token"])
            for _ in range(20):
                await say(socket, op="agree", answer="v=0" * 1000)
                await say(socket, op="hang_up")
                await say(socket, op="mute", muted=True)
            await say(socket, op="ping")
            await until(socket, op="pong")
        assert heard == ["agree", "go", "mute", "agree"], "as one customer, by however many connections"
        await say(first, op="call", offer="v=0")
        assert (await until(first, op="answer"))["problem"]["type"] == "request/rate-limited"


async def test_what_is_said_to_a_call_is_heard_before_what_follows_is_taken(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    begun, go_on, answered_now = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def come(_actor: Any, _conversation: str, _offer: str, said: Any) -> Refusal:
        heard.append("come")
        begun.set()
        await go_on.wait()
        said()
        await answered_now.wait()
        return Refusal(Reason.BUSY)

    async def tell(_actor: Any, _conversation: str, what: str, _answer: str = "") -> None:
        heard.append(what)

    monkeypatch.setattr(served.house.parts.calling, "come", come)
    monkeypatch.setattr(served.house.parts.calling, "tell", tell)
    chat = await served.start()
    async with connect(f"ws://127.0.0.1:{served.port}/widget/v1/live") as customer:
        await say(customer, op="hello", token=chat["token"])
        await say(customer, op="call", offer="v=0")
        await say(customer, op="hang_up")
        await say(customer, op="ping")
        await begun.wait()
        assert heard == ["come"]
        go_on.set()
        await until(customer, op="pong")
        assert heard == ["come", "go"], "and the answer is not waited for"
        answered_now.set()
        assert (await until(customer, op="answer"))["problem"]["status"] == 503


async def test_nobody_is_told_that_somebody_stopped_who_never_began(served: Served) -> None:
    chat = await served.start()
    await served.do("aino", Pick(conversation_id=chat["id"]))
    topic = f"conversation:{chat['id']}"
    async with (
        served.live(await served.session("aino")) as agent,
        served.widget(chat) as customer,
    ):
        await say(agent, op="watch", topic=topic)
        await until(agent, op="snapshot", topic=topic)
        for typing in (False, False, True, True, False, False):
            await say(customer, op="typing", typing=typing)
        await say(customer, op="ping")
        await until(customer, op="pong")
        assert await typed(served, agent, chat["id"]) == [True, False]


async def typed(served: Served, socket: ClientConnection, conversation: str) -> list[bool]:
    """What the agent was told of typing before a message that is written now."""
    actor = await served.sample.actor(served.database, "aino")
    await post(served.house.parts.lane, actor, conversation, "the end of it")
    found: list[bool] = []
    async with asyncio.timeout(90):
        while True:
            frame: dict[str, Any] = json.loads(await socket.recv())
            items = frame.get("data", ())
            found += [item["typing"] for item in items if item.get("kind") == "typing"]
            if any(item.get("text") == "the end of it" for item in items):
                return found
