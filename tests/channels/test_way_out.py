"""The way to providers: where it may lead, what is certain of a request that failed, and that connections are kept."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from sample_line import LOOPBACK
from sample_provider import Said, StandIn

from valvomo.channels import http as way
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import UnavailableError
from valvomo.files.port import StorageError


async def refused(http: GuardedHttp, url: str) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught:
        await http.request("POST", url, body=b"words")
    return caught.value


@pytest.mark.parametrize(
    "place",
    [
        "10.0.0.7", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "[fe80::1]", "169.254.169.254", "[::]",
        "2130706433", "127.1", "0x7f.1", "localhost", "LOCALHOST", "localhost.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nowhere_but_to_public_addresses_however_they_are_written(scheme: str, place: str) -> None:
    async with StandIn().open() as system, GuardedHttp() as http:
        error = await refused(http, f"{scheme}://{place}:{system.port}/")
        assert not error.lost
        assert not system.asked


async def test_a_name_with_one_address_that_is_not_allowed_is_not_spoken_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(host: str, *_: object, **__: object) -> object:
        addresses = {"mixed.example": ["93.184.215.14", "10.0.0.7"], "none.example": []}[host]
        made: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        made.set_result([(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in addresses])
        return made

    def connected(*_: object, **__: object) -> None:
        raise AssertionError("it was connected to")

    async with GuardedHttp() as http:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", found, raising=False)
        monkeypatch.setattr(socket, "socket", connected)
        for name, why in (("mixed", "not a public address"), ("none", "has no address")):
            error = await refused(http, f"https://{name}.example/")
            assert why in str(error)
            assert not error.lost


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nowhere",
        "ftp://127.0.0.1/",
        "http://",
        "http:///x",
        "http://127.0.0.1:x/",
        "https://[/",
        "file:///etc/passwd",
    ],
)
async def test_what_is_no_address_was_certainly_not_told_anything(url: str) -> None:
    async with GuardedHttp(LOOPBACK) as http:
        assert not (await refused(http, url)).lost


@pytest.mark.parametrize("path", ["/a b", "/a\r\nx-other: 1", "/ä", "/a%20b?x=%2B+&y=ö"])
async def test_an_address_says_nothing_but_where_to(path: str) -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        with contextlib.suppress(UnavailableError):
            await http.request("GET", f"{system.url}{path}")
        for asked in system.asked:
            assert "x-other" not in asked.headers
            assert asked.path.isascii()


async def test_what_is_signed_in_an_address_goes_as_it_was_signed() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        path = "/a%2Fb/c%7e;d?x=%2b&sig=a+b%3D&&y"
        await http.request("GET", f"{system.url}{path}")
        assert [one.path for one in system.asked] == [path]


async def test_headers_with_more_than_a_line_are_not_sent() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError):
            await http.request("GET", system.url, headers={"x-one": "a\r\nx-two: b"})
        assert not system.asked


async def test_a_connection_is_kept_and_none_that_has_ended_is_used() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        for _ in range(5):
            assert (await http.request("POST", system.url, body=b"x")).status == 200
        assert len(system._writers) == 1
        await system.down()
        await system.up()
        assert (await http.request("POST", system.url, body=b"x")).status == 200


@pytest.mark.parametrize(
    "said", [Said(drop=True), Said(body=b"x" * 100, broken=True), Said(body=b"x" * (way.MOST_BODY + 1))]
)
async def test_whose_answer_nobody_has_heard_may_have_been_heard(said: Said) -> None:
    async with StandIn(lambda _asked: said).open() as system, GuardedHttp(LOOPBACK) as http:
        assert (await refused(http, system.url)).lost
        system.answer = lambda _asked: Said()
        assert (await http.request("POST", system.url, body=b"x")).status == 200


async def test_nobody_at_home_was_told_nothing() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        await system.down()
        assert not (await refused(http, system.url)).lost


async def test_what_does_not_answer_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "PATIENCE_SECONDS", 0.2)
    async with StandIn(lambda _asked: Said(hang=True)).open() as system, GuardedHttp(LOOPBACK) as http:
        assert (await refused(http, system.url)).lost


async def test_a_file_that_does_not_go_on_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(way, "PATIENCE_SECONDS", 0.2)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(UnavailableError):
            await http.request("POST", system.url, headers={"content-length": "10"}, body=stuck())


async def test_our_own_trouble_with_a_file_is_told_as_it_is() -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise StorageError("away")

    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        with pytest.raises(StorageError):
            await http.request("POST", system.url, headers={"content-length": "10"}, body=broken())
        assert not system.asked


async def test_a_file_goes_with_its_length_and_whole() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for one in (b"one ", b"two ", b"three"):
            yield one

    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        await http.request("POST", system.url, headers={"content-length": "13"}, body=pieces())
        (asked,) = system.asked
        assert (asked.body, asked.headers.get("transfer-encoding")) == (b"one two three", None)


async def test_nothing_is_remembered_of_who_was_spoken_with() -> None:
    said = Said(headers={"set-cookie": "one=two; Path=/", "x-many": "a"})
    async with StandIn(lambda _asked: said).open() as system, GuardedHttp(LOOPBACK) as http:
        for _ in range(2):
            await http.request("GET", system.url)
        assert all("cookie" not in one.headers for one in system.asked)
        assert all("content-type" not in one.headers for one in system.asked)


async def test_nobody_is_led_elsewhere_by_an_answer() -> None:
    async with StandIn().open() as system, GuardedHttp(LOOPBACK) as http:
        system.answer = lambda _asked: Said(status=307, headers={"location": f"{system.url}/elsewhere"})
        answer = await http.request("POST", system.url, body=b"x")
        assert (answer.status, answer.headers["location"]) == (307, f"{system.url}/elsewhere")
        assert len(system.asked) == 1
