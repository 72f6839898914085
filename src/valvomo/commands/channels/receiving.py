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
from valvomo.db.batches import Batches
from valvomo.db.channels import Call, Came, Kept
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.ids import new_id
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.kinds import declared_type
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.telemetry.spans import here

AHEAD = timedelta(minutes=1)
"""A provider's clock that is further ahead of ours than this is not believed: it would keep others waiting."""
MOST_CALLS = 128
"""Calls of providers that share a commit."""
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
        self._lookups: Batches[str, Any | None] = Batches(self._called)
        self._calls: dict[str, Batches[Call, None]] = {}

    async def receive(self, provider: str, account_id: str, request: Request) -> Answer | Refusal:
        """What the provider gets for an answer: everything that it said is kept by then, or nothing is."""
        row = await self._lookups.ask(account_id)
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
        limit = used.provider.abilities(used.account).per_sender_hour
        if cursor is None and limit is None and all(_plain(one) for one in items):
            await self._together(account[0]).ask(_call(used, [kept(one, at) for one in items], at))
            return
        reports = [kept(one, at) for one in items if isinstance(one, Report)]
        async with self._database.transaction() as tx:
            inbound = [one for one in items if isinstance(one, Inbound)]
            lately = {} if limit is None else await _lately(tx, account, inbound, at)
            messages = []
            for one in inbound:
                lately[one.address] = lately.get(one.address, 0) + 1
                much = limit is not None and lately[one.address] > limit
                messages.append(await _placed(tx, account, one, at=at, much=much))
            new = await channels.keep(tx, [_call(used, [*messages, *reports], at)])
            if cursor is not None:
                await tx.run("channels.read_to", *account, cursor)
        self._ring(new)

    def _together(self, organization_id: str) -> Batches[Call, None]:
        """Of an organization's own, so that none waits for what another is told."""
        found = self._calls.get(organization_id)
        if found is None:
            found = self._calls[organization_id] = Batches(self._keep_all, MOST_CALLS, singly=True)
        return found

    async def _keep_all(self, calls: Sequence[Call]) -> list[None]:
        """What is told at the same time shares a commit, whoever tells it."""
        async with self._database.transaction() as tx:
            new = await channels.keep(tx, calls)
        self._ring(new)
        return [None] * len(calls)

    async def _called(self, ids: Sequence[str]) -> list[Any | None]:
        async with self._database.asking() as tx:
            rows = {row["id"]: row for row in await tx.rows("channels.called", sorted(set(ids)))}
        return [rows.get(one) for one in ids]

    def _ring(self, organizations: frozenset[str]) -> None:
        for one in organizations:
            self._bell.ring(one, arrived=True)


def _plain(item: Item) -> bool:
    """Whether nothing has to be asked before it is kept."""
    return isinstance(item, Report) or item.threading is None


def _call(used: Used, items: Sequence[Kept], at: datetime) -> Call:
    settling = timedelta(seconds=used.provider.abilities(used.account).settling_seconds)
    return Call(
        account=(used.account.organization_id, used.account.id),
        at=at,
        items=[(one, at if one.kind == "status" else at + settling) for one in items],
        cause=here(),
    )


async def _lately(
    tx: Transaction, account: tuple[str, str], inbound: Sequence[Inbound], at: datetime
) -> dict[str, int]:
    """How many messages came within an hour from whom something comes now."""
    since = at - timedelta(hours=1)
    senders = dict.fromkeys(one.address for one in inbound)
    return {one: await tx.value("arrivals.written_lately", *account, one, since) for one in senders}


async def _placed(
    tx: Transaction, account: tuple[str, str], said: Inbound, *, at: datetime, much: bool
) -> Kept:
    """A message as it is kept: in its thread; `much` came from there, so a machine may answer every one of ours."""
    one = kept(said, at)
    if much and not said.automatic and one.problem is None:
        one = replace(one, problem=TOO_MANY)
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
        problem=item.problem[:500] or None if isinstance(item, Inbound) else None,
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
