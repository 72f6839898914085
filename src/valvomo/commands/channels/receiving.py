"""Receiving: what a provider calls us with is judged, kept, and only then answered; it is taken in by a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from valvomo.channels.media import Medium
from valvomo.channels.port import (
    Answer,
    Inbound,
    Item,
    Report,
    Request,
    UnreadableError,
    UnverifiedError,
    cleaned,
)
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError, Used
from valvomo.db import channels
from valvomo.db.channels import Came, Kept
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.ids import new_id
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.kinds import declared_type
from valvomo.domain.refusals import Reason, Refusal, malformed

AHEAD = timedelta(minutes=1)
"""A provider's clock that is further ahead of ours than this is not believed: it would keep others waiting."""
LONGEST_NAME, LONGEST_TYPE = 1000, 200
"""Characters of what a sender calls a file, and of what they say that it is."""

TOO_MANY = "so much came from there within an hour that it may be a machine"

log = structlog.get_logger(__name__)


class Reception:
    """One for a process."""

    def __init__(
        self, database: Database, bell: Doorbell, clock: Callable[[], datetime], opener: Opener
    ) -> None:
        self._database = database
        self._bell = bell
        self.clock = clock
        self._opener = opener

    async def receive(self, provider: str, account_id: str, request: Request) -> Answer | Refusal:
        """What the provider gets for an answer: everything that it said is kept by then, or nothing is."""
        async with self._database.asking() as tx:
            row = await tx.row("channels.called", account_id)
        if row is None or row["provider"] != provider or row["disabled"]:
            return Refusal(Reason.NOT_FOUND)
        try:
            used = self._opener.open(row)
        except (UnopenableError, UnusableAccountError) as error:
            log.warning("channel.unusable", account=account_id, problem=str(error))
            return Refusal(Reason.CHANNEL_UNAVAILABLE)
        try:
            received = used.provider.receive(used.account, request)
        except UnverifiedError:
            log.info("channel.unverified", account=account_id)
            return Refusal(Reason.CHANNEL_UNVERIFIED)
        except UnreadableError as error:
            log.warning("channel.unreadable", account=account_id, problem=str(error))
            return malformed("", str(error))
        if received.items:
            await self.keep(used, received.items, request.at)
        return received.answer

    async def keep(
        self, used: Used, items: tuple[Item, ...], at: datetime, cursor: Mapping[str, Any] | None = None
    ) -> None:
        """Keep what came, and with it, where a provider is asked, how far it has been read."""
        account = (used.account.organization_id, used.account.id)
        settling = timedelta(seconds=used.provider.abilities(used.account).settling_seconds)
        limit = used.provider.abilities(used.account).per_sender_hour
        reports = [kept(one, at) for one in items if isinstance(one, Report)]
        new = 0
        async with self._database.transaction() as tx:
            inbound = [one for one in items if isinstance(one, Inbound)]
            lately = {} if limit is None else await _lately(tx, account, inbound, at)
            messages = []
            for one in inbound:
                lately[one.address] = lately.get(one.address, 0) + 1
                much = limit is not None and lately[one.address] > limit
                messages.append(await _placed(tx, account, one, at=at, much=much))
            for some, due in ((messages, at + settling), (reports, at)):
                if some:
                    new += await channels.keep(tx, account, some, at=at, due=due)
            if cursor is not None:
                await tx.run("channels.read_to", *account, cursor)
        if new:
            self._bell.ring(used.account.organization_id)


async def _lately(
    tx: Transaction, account: tuple[str, str], inbound: Sequence[Inbound], at: datetime
) -> dict[str, int]:
    """How many messages came within an hour from whom something comes now."""
    since = at - timedelta(hours=1)
    senders = dict.fromkeys(one.address for one in inbound)
    return {one: await tx.value("channels.written_lately", *account, one, since) for one in senders}


async def _placed(
    tx: Transaction, account: tuple[str, str], said: Inbound, *, at: datetime, much: bool
) -> Kept:
    """A message as it is kept: in its thread; `much` came from there, so a machine may answer every one of ours."""
    problem = said.problem[:500] or (TOO_MANY if much and not said.automatic else None)
    one = replace(kept(said, at), problem=problem)
    threading = said.threading
    if threading is None:
        return one
    thread = await channels.thread_of(
        tx, account, threading.own, threading.refers, named=threading.named, at=at
    )
    return replace(one, address=f"{said.address} {thread}")


def kept(item: Item, at: datetime) -> Kept:
    """An item as it is kept; `at` is when it came."""
    said = item.sent_at if isinstance(item, Inbound) else item.at
    return Kept(
        key=item.key,
        kind="message" if isinstance(item, Inbound) else "status",
        address=item.address if isinstance(item, Inbound) else item.provider_id,
        body=msgspec.to_builtins(_told(item), builtin_types=(datetime,)),
        sent_at=min(said or at, at + AHEAD),
        media=[_came(one) for one in item.media] if isinstance(item, Inbound) else (),
    )


def _told(item: Item) -> Item:
    """Without its files, which are kept apart: each is fetched by itself."""
    return msgspec.structs.replace(item, media=()) if isinstance(item, Inbound) else item


def _came(medium: Medium) -> Came:
    return Came(
        id=new_id(),
        ref=cleaned(medium.ref),
        name=cleaned(medium.name)[:LONGEST_NAME],
        media_type=declared_type(cleaned(medium.media_type)[:LONGEST_TYPE]),
        size=medium.size,
        content=medium.content,
        problem=medium.problem.value if medium.problem else None,
    )
