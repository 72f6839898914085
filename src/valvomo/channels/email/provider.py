"""E-mail: a mailbox is read by IMAP and told of news as they come (RFC 2177), mail is sent by SMTP."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.channels.email.forms import EmailSecrets, EmailSettings
from valvomo.channels.email.hearing import Hearing, tried
from valvomo.channels.email.oauth import Tokens
from valvomo.channels.email.posting import look, post
from valvomo.channels.email.writing import written
from valvomo.channels.optional import Heard
from valvomo.channels.port import (
    Abilities,
    Account,
    Health,
    Http,
    Letter,
    Received,
    RejectedError,
    Request,
    Sent,
    UnavailableError,
    UnverifiedError,
)
from valvomo.domain.attachments.kinds import Kind
from valvomo.domain.attachments.limits import MEGABYTE, Ability
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 10_000
MOST_FILE_BYTES = 18 * MEGABYTE
"""What most mail servers take, less a third for the encoding."""
FILES = Ability(largest=dict.fromkeys(Kind, MOST_FILE_BYTES), total=MOST_FILE_BYTES)


class Email:
    """The provider."""

    name = "email"
    channel = Channel.EMAIL
    settings: type[msgspec.Struct] = EmailSettings
    secrets: type[msgspec.Struct] = EmailSecrets

    def __init__(self) -> None:
        self._tokens = Tokens()
        self._hearing = Hearing(self._tokens)

    def abilities(self, account: Account) -> Abilities:
        """A mail server takes what it has had already for another mail; how many a second is the provider's to say."""
        return Abilities(
            max_text=MAX_TEXT,
            per_second=account.settings.per_second,
            per_sender_hour=account.settings.per_sender_hour,
            media=FILES,
            threaded=True,
        )

    def receive(self, account: Account, request: Request) -> Received:
        """Nobody calls: mail is asked for."""
        del account, request
        raise UnverifiedError

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One mail."""
        if sum(one.size for one in letter.media) > MOST_FILE_BYTES:
            raise RejectedError(DeliveryProblem.TOO_LONG, f"{MOST_FILE_BYTES} bytes of files")
        files = [(one.name, one.media_type, await one.content()) for one in letter.media]
        mail = written(account.settings, letter, files)
        await post(account, mail, http, self._tokens)
        return Sent(provider_id=mail.message_id)

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Log in on both sides, and open the folder."""
        del at
        try:
            trouble = await tried(account, http, self._tokens)
            await look(account, http, self._tokens)
        except RejectedError as error:
            return Health(well=False, problem=error.problem, detail=error.detail[:200])
        except UnavailableError as error:
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        if trouble:
            return Health(well=False, problem=DeliveryProblem.ACCOUNT, detail=trouble[:200])
        return Health(well=True, detail=f"{account.settings.address} · {account.settings.folder}"[:200])

    def listens(self, account: Account) -> bool:
        """Always."""
        del account
        return True

    async def listen(self, account: Account, http: Http) -> Heard:
        """What has come into the folder since; waits for it."""
        items, cursor = await self._hearing.heard(account, http)
        return Heard(items=items, cursor=cursor)

    async def detach(self, account_id: str) -> None:
        """The mailbox is closed."""
        await self._hearing.close(account_id)
