"""Mail on its way out: to a server that is who it says, with a login, and what every answer of it means."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from sample_certificate import Certificate, certificate_in
from sample_letterbox import listening
from sample_line import LOOPBACK
from sample_provider import Said, StandIn
from sample_tokens import Safe

from valvomo.channels.email.forms import EmailSecrets, EmailSettings
from valvomo.channels.email.provider import Email
from valvomo.channels.email.threads import token_of
from valvomo.channels.http import GuardedHttp
from valvomo.channels.port import Account, Letter, RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LETTER = Letter(
    id="01a2287f-bd50-7043-8471-2cc40e90e6d2", conversation_id="c", address=f"aada@example.net {token_of('x')}",
    text=".Hei\n.\n..", author_name="Aino", language="fi", subject="", created_at=NOW, at=NOW,
)  # fmt: skip


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def context(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """Of a server whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.certificate, certificate.key)
    return made


def account(port: int, secrets: EmailSecrets | None = None, **changed: Any) -> Account:
    given = {
        "address": "help@example.org", "imap_host": "localhost", "smtp_host": "localhost", "smtp_port": port, **changed,
    }  # fmt: skip
    opening = secrets or EmailSecrets(password="hunter2")
    return Account(
        id="one", organization_id="house", settings=EmailSettings(**given), secrets=opening, callback="",
        passes=Safe(opening),
    )  # fmt: skip


def judged(_server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> AuthResult:
    return AuthResult(
        success=(login.login, login.password) == (b"help@example.org", b"hunter2"), handled=False
    )


@asynccontextmanager
async def guarded() -> AsyncIterator[GuardedHttp]:
    async with GuardedHttp(LOOPBACK) as http:
        yield http


@pytest.mark.filterwarnings("ignore:Requiring AUTH while")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_password_is_said_by_tls_alone(security: str, context: ssl.SSLContext) -> None:
    options: dict[str, Any] = {"authenticator": judged, "auth_required": True}
    options |= (
        {"ssl_context": context, "auth_require_tls": False} if security == "tls" else {"tls_context": context}
    )
    with listening(**options) as (box, port):
        async with guarded() as http:
            sent = await Email().send(account(port, smtp_security=security), LETTER, http)
            assert sent.provider_id.startswith(f"<{LETTER.id}.")
            (came,) = box.came
            assert (came.mail_from, came.rcpt_tos) == ("help@example.org", ["aada@example.net"])
            assert came.content.endswith(b"\r\n\r\n.Hei\r\n.\r\n..\r\n"), "dots are what they were"
            wrong = account(port, EmailSecrets(password="wrong"), smtp_security=security)
            with pytest.raises(RejectedError) as caught:
                await Email().send(wrong, LETTER, http)
            assert caught.value.problem is DeliveryProblem.ACCOUNT
            assert "wrong" not in caught.value.detail


@pytest.mark.filterwarnings("ignore:Requiring AUTH while")
async def test_a_server_without_tls_hears_no_password() -> None:
    options = {"authenticator": judged, "auth_required": True, "auth_require_tls": False}
    with listening(**options) as (box, port):
        async with guarded() as http:
            with pytest.raises(UnavailableError):
                await Email().send(account(port), LETTER, http)
    assert box.came == []


async def test_a_certificate_that_nobody_vouches_for_is_not_believed(certificate: Certificate) -> None:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.certificate, certificate.key)
    with listening(tls_context=made, authenticator=judged) as (box, port):
        async with guarded() as http:
            with pytest.raises(UnavailableError, match="certificate"):
                await Email().send(account(port), LETTER, http)
    assert box.came == []


async def test_private_networks_are_not_knocked_at() -> None:
    with listening() as (box, port):
        async with GuardedHttp() as http:
            with pytest.raises(UnavailableError, match="not a public address"):
                await Email().send(account(port, smtp_security="none"), LETTER, http)
    assert box.came == []


class Line:
    """A mail server that answers each command as it is told, line by line; `xoauth2` is the token that it takes."""

    def __init__(self, **answers: bytes | None) -> None:
        self.answers = answers
        self.heard: list[bytes] = []
        self._serving: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await server.wait_closed()
            await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            with contextlib.suppress(ConnectionError):
                await self._talk(reader, writer)
        finally:
            writer.transport.abort()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.answers.get("hello") or b"220 ready\r\n")
        usual = {
            b"ehlo": b"250-here\r\n250 AUTH XOAUTH2\r\n",
            b"data": b"354 go on\r\n",
            b"auth": b"235 in\r\n",
        }
        while line := await reader.readline():
            self.heard.append(line)
            name = line.split()[0].lower()
            if name == b"quit":
                break
            answer = self.answers.get(name.decode(), usual.get(name, b"250 ok\r\n"))
            if answer is None:
                break
            writer.write(answer)
            if answer.startswith(b"354"):
                while await reader.readline() != b".\r\n":
                    pass
                end = self.answers.get("end", b"250 taken\r\n")
                if end is None:
                    break
                writer.write(end)
            await writer.drain()


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"rcpt": b"550 5.1.1 No such user\r\n"}, DeliveryProblem.INVALID_ADDRESS),
        ({"rcpt": b"550 Go away\r\n"}, DeliveryProblem.INVALID_ADDRESS),
        ({"rcpt": b"552 5.2.2 Mailbox full\r\n"}, DeliveryProblem.UNREACHABLE),
        ({"data": b"554 5.7.1 Spam\r\n"}, DeliveryProblem.BLOCKED),
        ({"end": b"552 5.3.4 Too big\r\n"}, DeliveryProblem.TOO_LONG),
        ({"end": b"554 No\r\n"}, DeliveryProblem.REFUSED),
        ({"mail": b"553 5.7.1 Not your address\r\n"}, DeliveryProblem.ACCOUNT),
    ],
)
async def test_what_is_refused_is_final(answers: dict[str, bytes], problem: DeliveryProblem) -> None:
    async with Line(ehlo=b"250 here\r\n", **answers).open() as port, guarded() as http:
        with pytest.raises(RejectedError) as caught:
            await Email().send(account(port, smtp_security="none"), LETTER, http)
        assert caught.value.problem is problem


@pytest.mark.parametrize(
    ("answers", "lost"),
    [
        ({"hello": b"421 busy\r\n"}, False),
        ({"mail": b"451 4.3.0 later\r\n"}, False),
        ({"rcpt": b"450 4.2.1 greylisted\r\n"}, False),
        ({"rcpt": None}, False),
        ({"end": b"451 4.3.0 later\r\n"}, False),
        ({"end": None}, True),
        ({"end": b"nonsense\r\n"}, True),
    ],
)
async def test_what_may_do_later_is_tried_again(answers: dict[str, bytes | None], lost: bool) -> None:
    async with Line(ehlo=b"250 here\r\n", **answers).open() as port, guarded() as http:
        with pytest.raises(UnavailableError) as caught:
            await Email().send(account(port, smtp_security="none"), LETTER, http)
        assert caught.value.lost is lost


async def test_oauth_on_the_way_out() -> None:
    tokens = StandIn(lambda _asked: Said(body=json.dumps({"access_token": "t", "expires_in": 3600}).encode()))
    line = Line()
    async with line.open() as port, tokens.open(), guarded() as http:
        opened = {
            "login": "oauth",
            "token_url": f"{tokens.url}/token",
            "client_id": "c",
            "smtp_security": "none",
        }
        provider = Email()
        for _ in range(2):
            await provider.send(account(port, EmailSecrets(refresh_token="r"), **opened), LETTER, http)
        assert len(tokens.asked) == 1
    assert any(one.startswith(b"AUTH XOAUTH2 ") for one in line.heard)


async def test_a_token_that_is_refused_holds_the_account() -> None:
    tokens = StandIn(lambda _asked: Said(body=json.dumps({"access_token": "t"}).encode()))
    async with Line(auth=b"535 5.7.3 no\r\n").open() as port, tokens.open(), guarded() as http:
        opened = {
            "login": "oauth",
            "token_url": f"{tokens.url}/token",
            "client_id": "c",
            "smtp_security": "none",
        }
        with pytest.raises(RejectedError) as caught:
            await Email().send(account(port, EmailSecrets(refresh_token="r"), **opened), LETTER, http)
        assert caught.value.problem is DeliveryProblem.ACCOUNT
