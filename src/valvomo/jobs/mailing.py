"""Mailing: letters by e-mail to the mail server that the operator named, until they are taken or given up.

A letter may come twice, when a process dies between the server's answer and our note of it; its Message-ID stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.delivery import due_again
from valvomo.jobs.rounds import Rounds

AT_A_TIME = 20
LEASE_SECONDS = 120.0
"""How long a letter belongs to the process that is sending it; longer than that is patient with its server."""
PATIENCE_SECONDS = 20.0
"""For each answer of the mail server."""
LONGEST_SECONDS = 90.0
"""For a letter in all."""
REFUSED_FOR_GOOD = 500
"""Answers of a mail server from here on say that it will not take the letter later either."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters go: `smtps` speaks TLS from the first byte, `smtp` as soon as the server can.

    With a `user` nothing is sent, and no password said, before there is TLS.
    """

    host: str
    port: int
    tls: bool
    sender: str
    user: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, url: str, sender: str) -> Self | None:
        """`smtp://user:password@host:587`; None when there is none."""
        if not url:
            return None
        parts = urlsplit(url)
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (465 if tls else 587),
            tls=tls,
            sender=sender,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    def client(self) -> aiosmtplib.SMTP:
        """To be entered: it connects, changes to TLS and logs in. Raises `aiosmtplib.SMTPException`, `OSError`."""
        return aiosmtplib.SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.tls,
            start_tls=True if self.user and not self.tls else None,
            timeout=PATIENCE_SECONDS,
        )


class Mailing(Rounds):
    """One for a process; several share the work. Without a server letters are given up, and say why."""

    def __init__(
        self,
        database: Database,
        bell: Doorbell,
        clock: Callable[[], datetime],
        server: MailServer | None,
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._clock = clock
        self._server = server

    async def round(self) -> float | None:
        """Send what is due, one after the other; each is taken just before it is sent."""
        for _ in range(AT_A_TIME):
            async with self._database.transaction() as tx:
                letter = await tx.row("alerts.lease_mail", self._clock(), LEASE_SECONDS)
            if letter is None:
                return None
            await self._note(letter, await self._send(letter))
        return 0.0

    async def _send(self, letter: Any) -> tuple[str, bool] | None:
        """What went wrong, and whether for good."""
        server = self._server
        if server is None:
            return "no mail server is configured (VALVOMO_SMTP_URL)", True
        try:
            async with asyncio.timeout(LONGEST_SECONDS), server.client() as client:
                await client.send_message(_message(letter, server.sender))
        except aiosmtplib.SMTPResponseException as error:
            return f"{error.code} {error.message}", error.code >= REFUSED_FOR_GOOD
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return str(error) or type(error).__name__, False
        return None

    async def _note(self, letter: Any, problem: tuple[str, bool] | None) -> None:
        which, now = (letter["organization_id"], letter["id"]), self._clock()
        async with self._database.transaction() as tx:
            if problem is None:
                await tx.run("alerts.mail_sent", *which, now)
                return
            again = None if problem[1] else due_again(letter["attempts"], now)
            await tx.run("alerts.mail_failed", *which, again or now, None if again else now, problem[0][:500])
        log.info("mailing.unsent", letter=letter["id"], attempts=letter["attempts"], again=again)


def _message(letter: Any, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = sender, letter["recipient"]
    message["Subject"] = " ".join(letter["subject"].split())
    message["Date"] = format_datetime(letter["created_at"])
    message["Message-ID"] = f"<{letter['id']}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter["body"])
    if letter["file"] is not None:
        message.add_attachment(letter["file"], maintype="text", subtype="csv", filename=letter["file_name"])
    return message
