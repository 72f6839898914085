"""The shipped proxy configurations, with a browser in front and two servers behind that are restarted."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page
from sample_patience import until
from sample_proxies import Proxy, proxy

from valvomo.cli.doctor.finding import State
from valvomo.cli.doctor.way import examine
from valvomo.demo.organization import PASSWORD

# Starts servers, a proxy and a browser; the browser lives in the session's loop.
pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

SIGN_IN = """async ([email, password]) => {
    const answer = await fetch('/api/v1/session', {method: 'POST', headers: {'content-type': 'application/json'},
        body: JSON.stringify({email, password})});
    return [answer.status, performance.getEntriesByType('navigation')[0].nextHopProtocol];
}"""
FOLLOW = """() => {
    window.closes = []; window.opens = 0; window.board = {};
    const connect = () => {
        const socket = new WebSocket(`wss://${location.host}/api/v1/live`);
        socket.onopen = () => { window.opens += 1; socket.send('{"op":"watch","topic":"board"}'); };
        socket.onmessage = (event) => {
            const frame = JSON.parse(event.data);
            for (const row of frame.data ?? []) window.board[row.id] = row;
        };
        socket.onclose = (event) => { window.closes.push(event.code); setTimeout(connect, 200); };
    };
    connect();
}"""


@pytest.fixture(params=["nginx", "caddy", "haproxy"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def chat(way: Proxy, client: httpx.AsyncClient, key: str) -> str:
    """A customer comes in through the proxy; the conversation's id. Tried again, as a page does."""
    body = {"key": key, "name": "Ada", "language": "en"}
    repeated = {"Idempotency-Key": secrets.token_hex(8)}
    made = ""

    async def begun() -> bool:
        nonlocal made
        try:
            answer = await client.post(f"{way.address}/widget/v1/conversations", json=body, headers=repeated)
        except httpx.TransportError:
            return False
        if answer.is_success:
            made = answer.json()["conversation"]["id"]
        return answer.is_success

    await until(begun)
    return made


async def shows(page: Page, conversation: str) -> None:
    """Wait until the browser has heard of it."""
    await page.wait_for_function("id => id in window.board", arg=conversation, timeout=90_000)


async def test_people_work_through_it(kind: str, pair: Any, browser: Browser, tmp_path: Path) -> None:
    with proxy(kind, tmp_path, pair.ports) as way:
        async with httpx.AsyncClient(verify=way.trusting(), trust_env=False, timeout=120) as client:
            await until(lambda: _answers(client, way))
            await goes_to_https_and_believes_no_client(way, client)
            await keeps_strangers_from_what_is_for_operators(way, client)
            await finds_nothing_broken(way)
            await a_browser_stays(way, client, pair, browser)


async def goes_to_https_and_believes_no_client(way: Proxy, client: httpx.AsyncClient) -> None:
    plain = await client.get(f"http://localhost:{way.plain}/")
    assert plain.status_code in {301, 302, 308}
    assert plain.headers["location"].startswith("https://localhost")
    await until(lambda: _refuses_another_page(way, client))
    assert _protocol(way) == "h2"


async def _refuses_another_page(way: Proxy, client: httpx.AsyncClient) -> bool:
    """Held up, Caddy 2.6 cuts off by HTTP/1.1 what is answered before it has read the request; it is asked again."""
    try:
        refused = await client.post(
            f"{way.address}/api/v1/session",
            json={"email": "saara@demo.example", "password": PASSWORD},
            headers={"Origin": "https://elsewhere.example"},
        )
    except httpx.RemoteProtocolError:
        return False
    # Where both servers are held up, it has nobody to ask for a moment.
    assert refused.status_code in {403, 502, 503}
    return refused.status_code == 403


async def keeps_strangers_from_what_is_for_operators(way: Proxy, client: httpx.AsyncClient) -> None:
    """In every spelling, and by itself: what we answer says how it may be shown."""
    for page in ("readyz", "healthz", "metrics"):
        for path in (
            f"/{page}",
            f"/{page}/",
            f"/{page}?x=1",
            f"/{page}/?x=1",
            f"//{page}",
            f"/%{ord(page[0]):x}{page[1:]}",
        ):
            raw = httpx.URL(way.address).copy_with(raw_path=path.encode())
            answer = await client.get(raw)
            assert answer.status_code == 404, path
            assert "content-security-policy" not in answer.headers, path


async def finds_nothing_broken(way: Proxy) -> None:
    """The doctor gets to the end of the way."""
    found = await examine(way.address, way.trusting())
    assert [one for one in found if one.state is State.BROKEN] == []
    assert found[-1].check == "origin"


async def a_browser_stays(way: Proxy, client: httpx.AsyncClient, pair: Any, browser: Browser) -> None:
    """It signs in, watches the board, and goes on watching while both servers are replaced."""
    key = pair.sample.keys["Web chat"]
    context = await browser.new_context(ignore_https_errors=True)
    page = await context.new_page()
    await page.goto(f"{way.address}/api/docs")
    hidden = "Promise.all(['/readyz', '/metrics', '/healthz'].map(async one => (await fetch(one)).status))"
    assert await page.evaluate(hidden) == [404, 404, 404]
    await until(lambda: _signs_in(page))
    await page.evaluate(FOLLOW)
    await shows(page, await chat(way, client, key))
    for served in (pair.one, pair.two):
        await asyncio.to_thread(served.stop)
        await shows(page, await chat(way, client, key))
        await asyncio.to_thread(served.start)
        await shows(page, await chat(way, client, key))
    closes = await page.evaluate("window.closes")
    assert 1012 in closes, "it was asked to come back"
    assert set(closes) <= {1012, 1006}
    await context.close()


async def _signs_in(page: Page) -> bool:
    """By HTTP/2; again while a busy machine's servers are taken for dead."""
    status, protocol = await page.evaluate(SIGN_IN, ["saara@demo.example", PASSWORD])
    assert protocol == "h2"
    assert status in {200, 502, 503}
    return bool(status == 200)


async def _answers(client: httpx.AsyncClient, way: Proxy) -> bool:
    answer = await client.get(f"{way.address}/api/openapi.json")
    return answer.is_success


def _protocol(way: Proxy) -> str | None:
    """What the proxy speaks with who can speak everything."""
    context: ssl.SSLContext = way.trusting()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with (
        socket.create_connection(("127.0.0.1", way.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as wrapped,
    ):
        return wrapped.selected_alpn_protocol()
