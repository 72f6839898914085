"""Hearing: what has come into mailboxes, each read on from where it has been read to, and nothing of it twice.

How far that is, the house keeps with what was read: the folder, its UIDVALIDITY, the UID, when the mail there came, and
what is to be marked or moved as read, whoever is there to do it.
Where a server begins to number anew, mails are known by what they are, so those that were read add nothing again.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from valvomo.channels.email.apart import Apart
from valvomo.channels.email.forms import EmailSecrets, EmailSettings
from valvomo.channels.email.imap import ImapError, RefusedError
from valvomo.channels.email.mailbox import Lying, Mailbox, opened
from valvomo.channels.email.oauth import Tokens
from valvomo.channels.port import Account, Http, Item, UnavailableError

WAIT_SECONDS = 15.0
"""How long one question waits for news: shorter than the lease of who asks."""
AT_A_TIME = 20
MOST_BYTES = 40 << 20
"""Bytes of mails that are read at a time, but for the first."""
FULL_TRIES, MOST_TRIES = 3, 5
"""How often a mail is fetched whole, and how often in all: then its headers alone are, and then nothing more of it."""
BATCH_SECONDS = 4.0
"""Once reading has taken so long, what was read is kept first: with the wait before it, less than the lease."""


@dataclass(slots=True)
class _Open:
    """A mailbox that this process has open. `done` are the mails that were marked or moved last."""

    mailbox: Mailbox
    settings: EmailSettings
    secrets: tuple[str, str]
    done: Sequence[int] = ()
    apart: Apart = field(default_factory=Apart)


class Hearing:
    """For all accounts of a process."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._open: dict[str, _Open] = {}
        self._tries: Counter[tuple[str, int, int]] = Counter()

    async def heard(self, account: Account, http: Http) -> tuple[tuple[Item, ...], Mapping[str, Any]]:
        """What has come, and the cursor behind it. Raises `RejectedError` or `UnavailableError`."""
        try:
            async with reported():
                return await self._heard(account, http)
        except BaseException:
            # What a connection says next is not known any more.
            await self._drop(account.id)
            raise

    async def close(self, account_id: str) -> None:
        """Nobody here reads it any more."""
        if (known := self._open.pop(account_id, None)) is not None:
            await known.apart.close()
            await known.mailbox.close()

    async def _drop(self, account_id: str) -> None:
        if (known := self._open.pop(account_id, None)) is not None:
            known.mailbox.abort()
            await known.apart.close()

    async def _opened(self, account: Account, http: Http) -> _Open:
        known, asked = self._open.get(account.id), (account.settings, _lasting(account.secrets))
        if known is not None and (known.settings, known.secrets) == asked:
            return known
        await self.close(account.id)
        made = _Open(await opened(account, http, self._tokens), *asked)
        self._open[account.id] = made
        return made

    async def _heard(self, account: Account, http: Http) -> tuple[tuple[Item, ...], Mapping[str, Any]]:
        known = await self._opened(account, http)
        settings, cursor = known.settings, account.cursor
        place = f"{settings.imap_host}/{settings.login_name}/{settings.folder}"
        if cursor.get("place") != place:
            return (), await _beginning(known.mailbox, place)
        self._forget_kept(account.id, known.mailbox.validity, cursor)
        await _put_away(known, cursor)
        waiting = await _behind(known.mailbox, cursor)
        if not waiting:
            await known.mailbox.wait(WAIT_SECONDS)
            waiting = await _behind(known.mailbox, cursor)
        if not waiting:
            return (), await _nothing_new(known.mailbox, cursor)
        items, last = await self._read(account.id, known, waiting)
        read = [one.uid for one in waiting if one.uid <= last.uid]
        return items, {**_cursor(place, known.mailbox.validity, last), "read": read}

    async def _read(
        self, account_id: str, known: _Open, waiting: Sequence[Lying]
    ) -> tuple[tuple[Item, ...], Lying]:
        """As many as are read at a time, and the last of them. What was tried before is kept before another one is."""
        items: list[Item] = []
        size, last = 0, waiting[0]
        now = asyncio.get_running_loop().time
        until = math.inf
        for one in waiting[:AT_A_TIME]:
            size += min(one.size, known.settings.largest_mb << 20)
            tries = (account_id, known.mailbox.validity, one.uid)
            if items and (size > MOST_BYTES or now() > until or self._tries[tries]):
                break
            self._tries[tries] += 1
            raw, problem = await _fetched(known, one, self._tries[tries])
            if raw is not None:
                try:
                    await known.apart.ready()
                    until = min(until, now() + BATCH_SECONDS)
                    items.append(await known.apart.item(known.settings, raw, one, problem))
                except UnavailableError:
                    # There is nobody to read any mail, which this one has no part in.
                    self._tries[tries] -= 1
                    raise
            last = one
        return tuple(items), last

    def _forget_kept(self, account_id: str, validity: int, cursor: Mapping[str, Any]) -> None:
        """A mail is one that was tried until it is kept: whatever else stands in its way is in its way again."""
        until = cursor["uid"] if cursor.get("validity") == validity else 0
        for key in [one for one in self._tries if one[0] == account_id]:
            if key[1] != validity or key[2] <= until:
                del self._tries[key]


def _lasting(secrets: EmailSecrets) -> tuple[str, str]:
    """What an open mailbox was opened with; a refresh token may be another one after each use."""
    return secrets.password, secrets.client_secret


async def _fetched(known: _Open, one: Lying, tries: int) -> tuple[bytes | None, str]:
    """A mail, or what of it can be had and why no more; None for one that is gone."""
    if tries > MOST_TRIES:
        return b"", f"the server does not give out mail {one.uid}, however often it is asked"
    too_large = one.size > known.settings.largest_mb << 20
    if too_large or tries > FULL_TRIES:
        why = (
            f"{one.size / (1 << 20):.1f} MB are more than are taken in"
            if too_large
            else "it cannot be fetched"
        )
        return await known.mailbox.headers(one.uid), f"mail {one.uid}: {why}; it is still in the mailbox"
    return await known.mailbox.mail(one.uid), ""


async def _put_away(known: _Open, cursor: Mapping[str, Any]) -> None:
    """What was read and is kept by now is marked, or moved; after a death once more, which changes nothing."""
    read = cursor.get("read") or ()
    if known.done != read and cursor.get("validity") == known.mailbox.validity:
        with contextlib.suppress(RefusedError):
            # A server that will not do that gives mail out all the same; a look at the account says so.
            await known.mailbox.done_with(read)
        known.done = read


async def _beginning(mailbox: Mailbox, place: str) -> Mapping[str, Any]:
    """From now on: what lies there already was somebody else's to answer."""
    uids = await mailbox.newer(max(0, mailbox.next - 2)) if mailbox.next else await mailbox.newer(0)
    last = (await mailbox.lying(uids[-1:]))[-1:] if uids else []
    newest = last[0] if last else None
    uid = max(mailbox.next - 1, newest.uid if newest else 0)
    since = newest.since.isoformat() if newest else None
    return {"place": place, "validity": mailbox.validity, "uid": uid, "since": since}


async def _behind(mailbox: Mailbox, cursor: Mapping[str, Any]) -> list[Lying]:
    """What has not been read, in order."""
    if cursor["validity"] == mailbox.validity:
        uids = (await mailbox.newer(cursor["uid"]))[: 5 * AT_A_TIME]
        return await mailbox.lying(uids) if uids else []
    since = datetime.fromisoformat(cursor["since"]) if cursor["since"] else None
    uids = await mailbox.since(since) if since else await mailbox.newer(0)
    found = await mailbox.lying(uids) if uids else []
    return [one for one in found if since is None or one.since >= since]


async def _nothing_new(mailbox: Mailbox, cursor: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where the server has begun to number anew, it is read on behind its newest."""
    if cursor["validity"] == mailbox.validity:
        return cursor
    newest = await mailbox.newer(0)
    return {**cursor, "validity": mailbox.validity, "uid": newest[-1] if newest else 0}


def _cursor(place: str, validity: int, last: Lying) -> Mapping[str, Any]:
    return {"place": place, "validity": validity, "uid": last.uid, "since": last.since.isoformat()}


@asynccontextmanager
async def reported() -> AsyncIterator[None]:
    """Whatever is wrong with the way to a mailbox is told as the port tells it."""
    try:
        yield
    except (ImapError, OSError) as error:
        raise UnavailableError(
            f"IMAP: {error}"[:200] if str(error) else "the mailbox does not answer"
        ) from error


async def tried(account: Account, http: Http, tokens: Tokens) -> str:
    """Whether the mailbox can be opened: what is wrong with how it is set up, empty for nothing."""
    async with reported():
        mailbox = await opened(account, http, tokens)
        try:
            return await mailbox.look()
        finally:
            await mailbox.close()
