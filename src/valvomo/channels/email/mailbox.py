"""A mailbox that is open: one folder of it, what is new there, and what is done with what has been read."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from itertools import pairwise

import httpx

from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.imap import Answer, Connection, Item, RefusedError, connected, folder_name
from valvomo.channels.email.oauth import Tokens, oauthbearer, xoauth2
from valvomo.channels.port import Account, Http, RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem

FETCH_PATIENCE = 40.0
"""Seconds for one mail, however large it may be."""
HEADER_BYTES = 262_144
"""How much is read of the headers of a mail that is read no further."""
_LATER = frozenset({"UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG", "OVERQUOTA", "CONTACTADMIN"})
"""Words with which a server says that it is not the login that is wrong (RFC 5530)."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A mail as it lies in the folder: how many bytes, and since when."""

    uid: int
    size: int
    since: datetime


class Mailbox:
    """Made by `opened`."""

    def __init__(self, connection: Connection, settings: EmailSettings, selected: dict[str, int]) -> None:
        self._connection = connection
        self._settings = settings
        self.validity = selected.get("UIDVALIDITY", 0)
        self.next = selected.get("UIDNEXT", 0)
        self.count = selected.get("EXISTS", 0)

    async def newer(self, uid: int) -> list[int]:
        """The mails behind this one, in order."""
        answers = await self._connection.ask(f"UID SEARCH UID {uid + 1}:*")
        # The range ends with the last mail, even if that is older.
        return sorted(one for one in _numbers(answers) if one > uid)

    async def since(self, day: datetime) -> list[int]:
        """The mails that lie here since the day before this one, in order."""
        named = f"{day - timedelta(days=1):%d-%b-%Y}"
        return sorted(_numbers(await self._connection.ask(f"UID SEARCH SINCE {named}")))

    async def lying(self, uids: Sequence[int]) -> list[Lying]:
        """Those of them that are still here, in order."""
        named = ",".join(str(one) for one in uids)
        answers = await self._connection.ask(f"UID FETCH {named} (UID RFC822.SIZE INTERNALDATE)")
        found = []
        for said in map(_fields, answers):
            uid, size, since = (said.get(name) for name in (b"UID", b"RFC822.SIZE", b"INTERNALDATE"))
            if (
                isinstance(uid, bytes)
                and uid.isdigit()
                and isinstance(size, bytes)
                and isinstance(since, bytes)
            ):
                found.append(Lying(int(uid), int(size) if size.isdigit() else 0, _moment(since)))
        wanted = set(uids)
        return sorted((one for one in found if one.uid in wanted), key=lambda one: one.uid)

    async def mail(self, uid: int) -> bytes | None:
        """All of it, None where it is gone."""
        return await self._fetched(uid, "BODY.PEEK[]")

    async def headers(self, uid: int) -> bytes | None:
        """Its headers alone."""
        return await self._fetched(uid, f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>")

    async def _fetched(self, uid: int, what: str) -> bytes | None:
        answers = await self._connection.ask(f"UID FETCH {uid} (UID {what})", patience=FETCH_PATIENCE)
        for said in map(_fields, answers):
            body = next((value for name, value in said.items() if name.startswith(b"BODY[")), None)
            if said.get(b"UID") == str(uid).encode() and isinstance(body, bytes):
                return body
        return None

    async def done_with(self, uids: Sequence[int]) -> None:
        """What is done with mails that have been taken in; nothing is ever deleted."""
        named = ",".join(str(one) for one in uids)
        afterwards = self._settings.afterwards
        if not uids or afterwards == "leave":
            return
        await self._connection.ask(f"UID STORE {named} +FLAGS.SILENT (\\Seen)")
        if afterwards == "move":
            await self._connection.ask(f"UID MOVE {named}", folder_name(self._settings.moved_to))

    async def wait(self, seconds: float) -> None:
        """Until there is news, so long at most."""
        if "IDLE" in self._connection.abilities:
            await self._connection.idle(seconds)
        else:
            await asyncio.sleep(seconds)
            await self._connection.ask("NOOP")

    async def look(self) -> str:
        """What is wrong with how the account is set up, empty if nothing is."""
        if self._settings.afterwards != "move":
            return ""
        if "MOVE" not in self._connection.abilities:
            return "the server cannot move mail (RFC 6851)"
        if not self._settings.moved_to:
            return "no folder is named to move mail to"
        found = await self._connection.ask("LIST", b"", folder_name(self._settings.moved_to))
        there = any(one.line.upper().startswith(b"* LIST") for one in found)
        return "" if there else f"there is no folder {self._settings.moved_to}"

    async def close(self) -> None:
        """The end of it."""
        await self._connection.close()

    def abort(self) -> None:
        """The end of it, at once."""
        self._connection.abort()


async def opened(account: Account, http: Http, tokens: Tokens) -> Mailbox:
    """Connected, logged in, in its folder. Raises `RejectedError`, `UnavailableError`, `ImapError` or `OSError`."""
    settings: EmailSettings = account.settings
    sock = await http.connect(settings.imap_host, settings.imap_port)
    context = guarded(sock, settings.imap_security)
    connection = await connected(
        sock, context if settings.imap_security == "tls" else None, settings.imap_host,
        largest=(settings.largest_mb << 20) + HEADER_BYTES,
    )  # fmt: skip
    try:
        if settings.imap_security == "starttls" and context is not None:
            await connection.secured(context, settings.imap_host)
        await connection.learn()
        await _log_in(connection, account, http, tokens)
        await connection.learn()
        return Mailbox(connection, settings, _selected(await _select(connection, settings)))
    except BaseException:
        connection.abort()
        raise


def guarded(sock: socket.socket, security: str) -> ssl.SSLContext | None:
    """How the connection is secured. Raises `RejectedError` where a password would go over a network in clear."""
    if security != "none":
        # Whoever has a certificate authority of their own names it by SSL_CERT_FILE.
        return httpx.create_ssl_context(trust_env=True)
    if not ip_address(sock.getpeername()[0].partition("%")[0]).is_loopback:
        sock.close()
        raise RejectedError(DeliveryProblem.ACCOUNT, "without TLS a server must be on this machine")
    return None


async def _log_in(connection: Connection, account: Account, http: Http, tokens: Tokens) -> None:
    settings: EmailSettings = account.settings
    user = settings.login_name
    try:
        if settings.login == "oauth":
            token = await tokens.access(account, http)
            way = "OAUTHBEARER" if "AUTH=XOAUTH2" not in connection.abilities else "XOAUTH2"
            said = oauthbearer(user, token) if way == "OAUTHBEARER" else xoauth2(user, token)
            await connection.authenticate(way, base64.b64encode(said))
        elif "LOGINDISABLED" in connection.abilities or "AUTH=PLAIN" in connection.abilities:
            said = f"\0{user}\0{account.secrets.password}".encode()
            await connection.authenticate("PLAIN", base64.b64encode(said))
        else:
            await connection.ask("LOGIN", user.encode(), account.secrets.password.encode())
    except RefusedError as error:
        tokens.forget(account)
        if error.code in _LATER:
            raise UnavailableError(str(error)) from error
        raise RejectedError(DeliveryProblem.ACCOUNT, f"IMAP: {error}"[:200]) from error


async def _select(connection: Connection, settings: EmailSettings) -> list[Answer]:
    try:
        return await connection.ask("SELECT", folder_name(settings.folder))
    except RefusedError as error:
        if error.code in _LATER:
            raise UnavailableError(str(error)) from error
        raise RejectedError(DeliveryProblem.ACCOUNT, f"{settings.folder}: {error}"[:200]) from error


def _selected(answers: Sequence[Answer]) -> dict[str, int]:
    found: dict[str, int] = {}
    for answer in answers:
        said = answer.line.decode("ascii", "replace").upper().replace("[", " ").replace("]", " ").split()
        for one, other in pairwise(said):
            if one in {"UIDVALIDITY", "UIDNEXT"} and other.isdigit():
                found[one] = int(other)
            elif other == "EXISTS" and one.isdigit():
                found[other] = int(one)
    return found


def _numbers(answers: Sequence[Answer]) -> list[int]:
    return [
        int(one)
        for answer in answers
        if answer.line.upper().startswith(b"* SEARCH")
        for one in answer.line.split()[2:]
        if one.isdigit()
    ]


def _fields(answer: Answer) -> dict[bytes, Item]:
    """What a FETCH answer says, by names in upper case; empty for other answers."""
    if b"FETCH" not in answer.line[:40].upper():
        return {}
    items = answer.items()
    inner = items[-1] if items and isinstance(items[-1], list) else []
    return {
        name.upper(): value
        for name, value in zip(inner[::2], inner[1::2], strict=False)
        if isinstance(name, bytes)
    }


def _moment(said: bytes) -> datetime:
    """A date as IMAP writes it, such as 02-Mar-2026 09:00:00 +0000; the beginning of time for what is none."""
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.strptime(said.decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(
            UTC
        )
    return datetime(1970, 1, 1, tzinfo=UTC)
