"""Nobody fills the house by themselves: how many connections a customer, a person, an address and strangers have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sample_sockets import Served, say, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from valvomo.edge.ws.quotas import Quotas, trusted

pytestmark = pytest.mark.slow


def widget(served: Served, chat: dict[str, Any]) -> Any:
    return served.widget(chat)


async def alive(socket: ClientConnection) -> bool:
    """Whether the server still answers; once more if it had not yet noticed that it would not."""
    try:
        for _ in range(2):
            await say(socket, op="ping")
            await until(socket, op="pong")
    except ConnectionClosed:
        assert socket.close_code == 4429
        return False
    return True


async def refused(coming: Any) -> int:
    with pytest.raises(InvalidStatus) as answer:
        async with coming:
            pass
    return answer.value.response.status_code


async def test_the_newest_connections_of_a_customer_stay(served: Served) -> None:
    chat, other = await served.start(), await served.start()
    quotas = served.house.parts.quotas
    quotas.of_customer = 2
    async with (
        widget(served, other) as stranger,
        widget(served, chat) as first,
        widget(served, chat) as second,
    ):
        assert await alive(first)
        async with widget(served, chat) as third:
            assert await alive(third)
            assert (await until(first, op="closing"))["within"] == 15_000
            assert not await alive(first)
            assert await alive(second)
        assert await alive(stranger)
        async with widget(served, chat) as fourth:
            assert await alive(fourth)
            assert await alive(second), "the third has left its place"
    async with asyncio.timeout(90):
        while quotas._owners or quotas._addresses or quotas._unknown:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.02)


async def test_the_newest_connections_of_a_person_stay(served: Served) -> None:
    served.house.parts.quotas.of_person = 1
    token = await served.session("saara")
    async with served.live(await served.session("aino")) as other, served.live(token) as first:
        assert await alive(first)
        async with served.live(token) as second:
            assert await alive(second)
            assert not await alive(first)
        assert await alive(other)


async def test_an_address_has_so_many_places_unless_it_speaks_for_many(served: Served) -> None:
    quotas, chats = served.house.parts.quotas, [await served.start() for _ in range(2)]
    quotas.of_address = 1
    async with widget(served, chats[0]) as first, widget(served, chats[1]) as second:
        assert await alive(first)
        assert await alive(second), "a trusted proxy's own address says nothing"
    quotas.shared = lambda _address: False
    async with widget(served, chats[0]) as first:
        assert await alive(first)
        assert await refused(widget(served, chats[1])) == 429
        async with served.live(await served.session("saara")) as staff:
            assert await alive(staff), "who is signed in is counted by who they are"
    async with asyncio.timeout(90):
        while quotas._addresses:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.02)
    async with widget(served, chats[1]) as second:
        assert await alive(second)


async def test_so_many_at_a_time_may_still_have_to_say_who_they_are(served: Served) -> None:
    chat = await served.start()
    served.house.parts.quotas.strangers = 1
    async with connect(f"ws://127.0.0.1:{served.port}/widget/v1/live") as silent:
        async with widget(served, chat) as second:
            assert await alive(second), "who says nothing has to go for who speaks"
        async with asyncio.timeout(90):
            await silent.wait_closed()
    async with connect(f"ws://127.0.0.1:{served.port}/widget/v1/live") as slow:
        await say(slow, op="hello", token=chat["token"])
        assert await alive(slow)


async def test_who_is_being_looked_up_need_not_go_for_others(served: Served) -> None:
    chat = await served.start()
    quotas = served.house.parts.quotas
    quotas.strangers = 1
    with quotas.stranger():
        assert await refused(widget(served, chat)) == 429
    async with widget(served, chat) as after:
        assert await alive(after)


def test_a_host_has_one_quota_however_many_addresses_it_has() -> None:
    quotas = Quotas(of_address=1)
    with quotas.address("2001:db8:0:1::1"), quotas.address("::ffff:192.0.2.1"), quotas.address("/run/socket"):
        full = {one: quotas.address_is_full(one) for one in ADDRESSES}
    assert full == {
        "2001:db8:0:1:ffff::9": True, "2001:db8:0:2::1": False, "192.0.2.1": True, "192.0.2.2": False,
        "/run/socket": True,
    }  # fmt: skip
    assert not any(quotas.address_is_full(one) for one in ADDRESSES)


ADDRESSES = ("2001:db8:0:1:ffff::9", "2001:db8:0:2::1", "192.0.2.1", "192.0.2.2", "/run/socket")


async def test_coming_again_and_again_has_its_pace(served: Served) -> None:
    chat, session = await served.start(), await served.session("saara")
    for name in ("connect", "connect_own"):
        pace = served.house.parts.paces[name]
        pace.burst, pace.seconds = 1, lambda: 0.0
    async with widget(served, chat) as first, served.live(session) as staff:
        assert await alive(first)
        assert await alive(staff)
    async with widget(served, chat) as again:
        assert (await until(again, op="closing"))["within"] == 15_000
        assert not await alive(again)
    assert await refused(served.live(session)) == 429
    async with served.live(await served.session("aino")) as other:
        assert await alive(other)


@pytest.mark.parametrize(
    ("address", "within"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("::1", True),
        ("fe80::1%eth0", False),
        ("", True),
        ("x", True),
    ],
)
def test_an_address_that_speaks_for_anybody(address: str, within: bool) -> None:
    assert trusted(("10.0.0.0/8", "::1"))(address) is within
