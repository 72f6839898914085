"""Mailboxes: every way in, every way in which a server can fail us, and nothing lost or read past on any of them."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_certificate import Certificate, certificate_in
from sample_line import LOOPBACK
from sample_mailbox import ABILITIES, ImapServer
from sample_post import mail
from sample_provider import Asked, Said, StandIn
from sample_tokens import Safe

from valvomo.channels.email.apart import TOO_COSTLY
from valvomo.channels.email.forms import EmailSecrets, EmailSettings
from valvomo.channels.email.imap import Answer, Connection, ImapError, folder_name
from valvomo.channels.email.oauth import oauthbearer, xoauth2
from valvomo.channels.email.provider import Email
from valvomo.channels.http import GuardedHttp
from valvomo.channels.optional import Heard
from valvomo.channels.port import Account, Inbound, RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem


class Reader:
    """An account that is read, its cursor kept between."""

    def __init__(self, provider: Email, http: GuardedHttp, account: Account) -> None:
        self.provider, self.http = provider, http
        self.safe = Safe(account.secrets)
        self.account = replace(account, passes=self.safe)

    async def listen(self) -> list[Inbound]:
        heard: Heard = await self.provider.listen(self.account, self.http)
        self.account = replace(self.account, cursor=heard.cursor, secrets=self.safe.secrets)
        return [one for one in heard.items if isinstance(one, Inbound)]


@asynccontextmanager
async def reading(
    imap: ImapServer, secrets: EmailSecrets | None = None, **changed: Any
) -> AsyncIterator[Reader]:
    given = {
        "address": "help@example.org", "imap_host": "127.0.0.1", "imap_port": imap.port, "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": 1, "smtp_security": "none", **changed,
    }  # fmt: skip
    account = Account(
        id="one", organization_id="house", settings=EmailSettings(**given),
        secrets=secrets or EmailSecrets(password="hunter2"), callback="",
    )  # fmt: skip
    provider = Email()
    async with GuardedHttp(LOOPBACK) as http:
        yield Reader(provider, http, account)
        await provider.detach("one")


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    async with ImapServer().open() as server:
        yield server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate_in(tmp_path_factory.mktemp("certificate"))


def context(certificate: Certificate) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.certificate, certificate.key)
    return made


async def test_news_are_heard_while_one_waits(imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        waiting = asyncio.ensure_future(reader.listen())  # noqa: TID251 - awaited below
        await imap.until("IDLE")
        imap.put(mail("Hei", "one"))
        assert [one.text for one in await waiting] == ["Hei"]
        assert imap.commands.count("SELECT") == 1, "one connection stays"


async def test_a_server_that_tells_no_news_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valvomo.channels.email.hearing.WAIT_SECONDS", 0.0)
    async with ImapServer(abilities="IMAP4rev1").open() as imap, reading(imap) as reader:
        await reader.listen()
        assert await reader.listen() == []
        assert imap.commands[-2:] == ["NOOP", "UID SEARCH"]
        assert "LOGIN" in imap.commands


@pytest.mark.parametrize("way", ["tls", "starttls"])
async def test_tls_from_the_first_byte_or_before_the_password(
    way: str, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ImapServer(abilities=f"{ABILITIES} STARTTLS")
    server.context = context(certificate) if way == "tls" else None
    server.starttls = context(certificate)
    async with server.open():
        async with reading(server, imap_host="localhost", imap_security=way) as reader:
            with pytest.raises(UnavailableError, match="certificate"):
                await reader.listen()
        assert not {"LOGIN", "AUTHENTICATE"} & set(server.commands), (
            "no password is said to whom nobody vouches for"
        )
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
        async with reading(server, imap_host="localhost", imap_security=way) as reader:
            await reader.listen()
            server.put(mail("Hei", "one"))
            assert [one.text for one in await reader.listen()] == ["Hei"]


async def test_what_was_said_before_tls_is_not_believed(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.certificate))
    server = ImapServer()
    server.starttls = context(certificate)
    usual = server._answer
    said: list[str] = []

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        line = await server._line(reader, writer)
        tag, command = line.split()[:2]
        said.append(command.decode())
        if command == b"STARTTLS":
            # Somebody on the way has put an answer behind that of the server.
            writer.write(tag + b" OK\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\nv000002 OK\r\n")
            await writer.start_tls(context(certificate))
            return True
        if command == b"AUTHENTICATE":
            writer.write(b"+ \r\n")
            await reader.readline()
            writer.write(tag + b" OK\r\n")
            return True
        writer.write(usual(command.decode(), b" ".join(line.split()[2:])).replace(b"TAG", tag))
        return True

    monkeypatch.setattr(server, "_one", one)
    async with server.open(), reading(server, imap_host="localhost", imap_security="starttls") as reader:
        await reader.listen()
        assert "AUTHENTICATE" in said


async def test_nothing_goes_in_clear_over_a_network(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "valvomo.channels.email.mailbox.ip_address", lambda _text: type("A", (), {"is_loopback": False})
    )
    async with reading(imap) as reader:
        with pytest.raises(RejectedError, match="without TLS"):
            await reader.listen()
    assert imap.commands == []


async def test_private_networks_are_not_knocked_at(imap: ImapServer) -> None:
    async with reading(imap) as reader, GuardedHttp() as guarded:
        with pytest.raises(UnavailableError, match="not a public address"):
            await reader.provider.listen(reader.account, guarded)
    assert imap.commands == []


def tokens(*answers: Said) -> StandIn:
    left = list(answers)
    return StandIn(lambda _asked: left.pop(0) if len(left) > 1 else left[0])


def granted(token: str, **more: Any) -> Said:
    return Said(body=json.dumps({"access_token": token, "expires_in": 3600, **more}).encode())


def form(asked: Asked) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


OAUTH = EmailSecrets(client_secret="s3cret", refresh_token="first")


@pytest.mark.parametrize("abilities", [ABILITIES, "IMAP4rev1 IDLE AUTH=OAUTHBEARER"])
async def test_oauth_by_a_refresh_token(abilities: str) -> None:
    stand_in = tokens(granted("access-1", refresh_token="second"), granted("access-2"))
    async with ImapServer(abilities=abilities).open() as imap, stand_in.open():
        imap.secret = "access-1"
        set_up = {
            "login": "oauth",
            "token_url": f"{stand_in.url}/token",
            "client_id": "client",
            "scope": "mail",
        }
        async with reading(imap, OAUTH, **set_up) as reader:
            await reader.listen()
            assert form(stand_in.asked[0]) == {
                "client_id": "client", "client_secret": "s3cret", "scope": "mail", "grant_type": "refresh_token",
                "refresh_token": "first",
            }  # fmt: skip
            assert reader.account.secrets.refresh_token == "second", "the newer one is kept"
            imap.hang_up()
            imap.put(mail("Hei", "one"))
            with pytest.raises(UnavailableError):
                await reader.listen()
            assert [one.text for one in await reader.listen()] == ["Hei"]
            assert len(stand_in.asked) == 1, "a token is used as long as it lasts"


async def test_a_token_that_is_not_taken_any_more_is_asked_for_anew(imap: ImapServer) -> None:
    stand_in = tokens(granted("old"), granted("new"))
    async with stand_in.open():
        imap.secret = "new"
        set_up = {"login": "oauth", "token_url": f"{stand_in.url}/token", "client_id": "client"}
        async with reading(imap, EmailSecrets(client_secret="s"), **set_up) as reader:
            with pytest.raises(RejectedError):
                await reader.listen()
            await reader.listen()
            assert [form(one)["grant_type"] for one in stand_in.asked] == ["client_credentials"] * 2


@pytest.mark.parametrize(
    ("said", "raised"),
    [
        (Said(status=400, body=b'{"error":"invalid_grant","error_description":"expired"}'), RejectedError),
        (Said(status=401, body=b'{"error":"invalid_client"}'), RejectedError),
        (Said(status=503, body=b"<html>"), UnavailableError),
        (Said(status=200, body=b"{}"), UnavailableError),
        (Said(status=200, body=b"[" * 10_000), UnavailableError),
        (Said(drop=True), UnavailableError),
    ],
)
async def test_a_token_that_is_not_given_out(said: Said, raised: type[Exception], imap: ImapServer) -> None:
    async with tokens(said).open() as stand_in:
        set_up = {"login": "oauth", "token_url": f"{stand_in.url}/token", "client_id": "client"}
        async with reading(imap, OAUTH, **set_up) as reader:
            with pytest.raises(raised) as caught:
                await reader.listen()
            assert "s3cret" not in str(caught.value)
            assert "first" not in str(caught.value)


def test_what_is_said_by_oauth() -> None:
    """https://developers.google.com/workspace/gmail/imap/xoauth2-protocol and RFC 7628 §4.1."""
    assert xoauth2("a@b", "t") == b"user=a@b\x01auth=Bearer t\x01\x01"
    assert oauthbearer("a,b=@c", "t") == b"n,a=a=2Cb=3D@c,\x01auth=Bearer t\x01\x01"


FAULTS: dict[str, Callable[[str, bytes], bytes | None]] = {
    "hangs up": lambda name, _rest: None if name == "UID FETCH" else b"...",
    "refuses": lambda name, _rest: b"TAG NO [UNAVAILABLE] later\r\n" if name == "UID SEARCH" else b"...",
    "speaks nonsense": lambda name, _rest: b"* 1 FETCH (((\r\nTAG OK\r\n" if name == "UID FETCH" else b"...",
    "says too much": lambda name, _rest: (
        b"* 1 FETCH (UID 1 BODY[] {999999999}\r\n" if name == "UID FETCH" else b"..."
    ),
    "is not there yet": lambda name, _rest: (
        b"TAG NO [UNAVAILABLE] later\r\n" if name == "AUTHENTICATE" else b"..."
    ),
    "says farewell": lambda name, _rest: None if name == "SELECT" else b"...",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_server_that_fails_costs_nothing_but_time(fault: str, imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        imap.put(mail("Hei", "one"))
        imap.fault = FAULTS[fault]
        imap.hang_up()
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await reader.listen()
        imap.fault = lambda _name, _rest: b"..."
        assert [one.text for one in await reader.listen()] == ["Hei"]


async def test_one_mail_that_cannot_be_fetched_holds_up_nobody(imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        imap.put(mail("Hei", "one"))
        imap.put(mail("Takana", "two"))
        imap.fault = lambda name, rest: None if name == "UID FETCH" and rest.startswith(b"1 ") else b"..."
        for _ in range(5):
            with pytest.raises(UnavailableError):
                await reader.listen()
        lost, behind = await reader.listen()
        assert "does not give out mail 1" in lost.problem
        assert (behind.text, behind.problem) == ("Takana", "")


async def test_a_mail_that_takes_too_long_holds_up_nobody_and_is_read_once(
    imap: ImapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.channels.email.apart.CPU_SECONDS", 0)
    monkeypatch.setattr("valvomo.channels.email.hearing.WAIT_SECONDS", 0.0)
    async with reading(imap) as reader:
        await reader.listen()
        attributes = " ".join(f"a{one}" for one in range(250_000))
        imap.put(f"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<b {attributes}>".encode())
        imap.put(mail("Takana", "two"))
        read = await reader.listen()
        while len(read) < 2:
            read += await reader.listen()
        assert TOO_COSTLY in read[0].problem
        assert (read[1].text, read[1].problem) == ("Takana", "")
        assert await reader.listen() == []


async def test_a_mail_that_cannot_be_kept_is_given_up_and_those_beside_it_are_not(imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        imap.put(mail("Hei", "one"))
        imap.put(mail("Takana", "two"))
        before = reader.account
        tried = []
        for _ in range(6):
            reader.account = before
            tried.append([(one.text, one.problem[:6]) for one in await reader.listen()])
        assert tried[0] == [("Hei", ""), ("Takana", "")]
        assert tried[1:3] == [[("Hei", "")]] * 2, "it may be the one beside it that is in the way"
        assert [problem for ((_, problem),) in tried[3:]] == ["mail 1", "mail 1", "the se"]
        (behind,) = await reader.listen()
        assert (behind.text, behind.problem) == ("Takana", ""), "whatever was wrong with the other one"


async def test_one_that_is_gone_is_passed_over(imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        imap.put(mail("Hei", "one"))
        imap.put(mail("Takana", "two"))
        imap.fault = lambda name, rest: (
            b"TAG OK\r\n" if name == "UID FETCH" and b"1 (UID BODY" in rest else b"..."
        )
        assert [one.text for one in await reader.listen()] == ["Takana"]


async def test_a_wrong_password_and_a_folder_that_is_not_there(imap: ImapServer) -> None:
    async with reading(imap, EmailSecrets(password='wr"o\\ng ä')) as reader:
        with pytest.raises(RejectedError) as caught:
            await reader.listen()
        assert caught.value.problem is DeliveryProblem.ACCOUNT
        assert "wr" not in caught.value.detail
    imap.fault = lambda name, _rest: b"TAG NO [NONEXISTENT] no such\r\n" if name == "SELECT" else b"..."
    async with reading(imap) as reader:
        with pytest.raises(RejectedError):
            await reader.listen()


async def test_many_are_read_in_their_order(imap: ImapServer) -> None:
    async with reading(imap) as reader:
        await reader.listen()
        for number in range(45):
            imap.put(mail(f"{number}", f"m{number}"))
        read = [one for _ in range(3) for one in await reader.listen()]
        assert [one.text for one in read] == [str(number) for number in range(45)]
        assert [one.sent_at for one in read] == sorted(one.sent_at for one in read if one.sent_at)


@pytest.mark.parametrize(
    ("line", "literals", "items"),
    [
        (
            b"* 1 FETCH (UID 7 BODY[] {3}",
            (b"abc",),
            [b"*", b"1", b"FETCH", [b"UID", b"7", b"BODY[]", b"abc"]],
        ),
        (b'* X "a \\"b\\"" NIL ()', (), [b"*", b"X", b'a "b"', None, []]),
        (
            b"* 1 FETCH (BODY[HEADER]<0> {0} UID 1)",
            (b"",),
            [b"*", b"1", b"FETCH", [b"BODY[HEADER]<0>", b"", b"UID", b"1"]],
        ),
    ],
)
def test_answers_are_taken_apart(line: bytes, literals: tuple[bytes, ...], items: list[Any]) -> None:
    whole = line if line.count(b"(") == line.count(b")") else line + b")"
    assert Answer(whole, literals).items() == items


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_whatever_a_server_says_is_read_or_is_no_imap(data: bytes) -> None:
    async def heard() -> None:
        reader = asyncio.StreamReader(limit=1 << 16)
        reader.feed_data(data)
        reader.feed_eof()
        connection = Connection(reader, Silent(), 1 << 16)  # type: ignore[arg-type]
        for _ in range(50):
            answer = await connection._answer()
            answer.items()

    with pytest.raises(ImapError):
        asyncio.run(heard())


class Silent:
    """Takes what is said, and says nothing."""

    def write(self, _data: bytes) -> None: ...

    async def drain(self) -> None: ...


@pytest.mark.parametrize(
    ("name", "encoded"),
    [("INBOX", b"INBOX"), ("Käsitellyt & muut", b"K&AOQ-sitellyt &- muut"), ("台北", b"&U,BTFw-")],
)
def test_names_of_folders(name: str, encoded: bytes) -> None:
    """RFC 3501 §5.1.3."""
    assert folder_name(name) == encoded
