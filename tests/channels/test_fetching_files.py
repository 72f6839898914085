"""The way to files at a provider: wherever we are led, but with nothing that opens the account, and nowhere private."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from sample_line import LOOPBACK
from sample_provider import Asked, Said, StandIn

from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import UnavailableError

OPENING = {"authorization": "Bearer what-opens-the-account"}
FILE = b"\x89PNG and so on"


def somewhere(answers: dict[str, Said]) -> StandIn:
    return StandIn(lambda asked: answers.get(asked.path, Said(status=404)))


def opened(asked: Asked) -> bool:
    return "authorization" in asked.headers


async def fetched(http: GuardedHttp, url: str) -> tuple[int, bytes]:
    async with http.fetch(url, headers=OPENING) as incoming:
        return incoming.status, b"".join([one async for one in incoming.chunks])


async def test_a_file_is_fetched_with_what_opens_it() -> None:
    async with somewhere({"/file": Said(body=FILE)}).open() as place, GuardedHttp(LOOPBACK) as http:
        assert await fetched(http, f"{place.url}/file") == (200, FILE)
        assert await fetched(http, f"{place.url}/gone") == (404, b"")
        assert all(opened(one) and one.headers["accept-encoding"] == "identity" for one in place.asked)


async def test_where_we_are_led_nobody_is_told_what_opens_the_account() -> None:
    async with somewhere({"/file": Said(body=FILE)}).open() as far, GuardedHttp(LOOPBACK) as http:
        led = {"/file": Said(status=302, headers={"location": "/there"}),
               "/there": Said(status=307, headers={"location": f"{far.url}/file"})}  # fmt: skip
        async with somewhere(led).open() as near:
            assert await fetched(http, f"{near.url}/file") == (200, FILE)
            assert [opened(one) for one in near.asked] == [True, True]
        assert [opened(one) for one in far.asked] == [False]


async def test_who_leads_us_in_a_circle_is_left() -> None:
    round_and_round = Said(status=302, headers={"location": "/file"})
    async with somewhere({"/file": round_and_round}).open() as place, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError):
            await fetched(http, f"{place.url}/file")


@pytest.mark.parametrize(
    "place", ["http://10.0.0.1/file", "http://[::1]/file", "http://169.254.169.254/", "file:///a", "http://[", ""]
)  # fmt: skip
async def test_nobody_leads_us_into_a_private_network(place: str) -> None:
    led = {"/file": Said(status=302, headers={"location": place or "http://"})}
    async with somewhere(led).open() as near, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError):
            await fetched(http, f"{near.url}/file")
        with pytest.raises(UnavailableError):
            await fetched(http, place)


async def test_a_file_that_breaks_off_is_not_there() -> None:
    half = {"/file": Said(body=FILE, broken=True)}
    async with (
        somewhere(half).open() as place,
        GuardedHttp(LOOPBACK) as http,
        http.fetch(f"{place.url}/file") as file,
    ):
        assert file.announced == len(FILE)
        with pytest.raises(UnavailableError):
            [one async for one in file.chunks]


async def test_what_is_sent_in_pieces_arrives_whole() -> None:
    async with StandIn().open() as place, GuardedHttp(LOOPBACK) as http:

        async def pieces() -> AsyncIterator[bytes]:
            yield b"one "
            yield b"two"

        reply = await http.request("POST", place.url, headers={"content-length": "7"}, body=pieces())
        assert reply.successful
        assert place.asked[0].body == b"one two"
