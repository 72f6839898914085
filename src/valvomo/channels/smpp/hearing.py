"""Hearing: what message centres have for us, each told that we have it once it is kept, and not before.

A message in SMPP has no id. One that comes again after a connection broke is known by its bytes among those that were
kept and not answered for certain; how the account is read on says which those are.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from valvomo.channels.port import Account, Http, Item, RejectedError, UnavailableError
from valvomo.channels.smpp.alphabets import read
from valvomo.channels.smpp.items import message_of
from valvomo.channels.smpp.parts import Pending, Whole, given_up, part_of, plain, put
from valvomo.channels.smpp.pdu import MalformedError, Short, read_short
from valvomo.channels.smpp.problems import INVALID_COMMAND_LENGTH
from valvomo.channels.smpp.receipts import is_receipt, report_of
from valvomo.channels.smpp.session import Delivery, Session, bound

WAIT_SECONDS, SOON_SECONDS = 10.0, 1.0
"""How long one question waits for news; less where there is something to note once it is quiet."""
HOPE_SECONDS = 5.0
"""How long a message that is to go out waits for the connection to stand."""
AT_A_TIME = 100
AGAIN = timedelta(minutes=10)
"""For so long after a connection stands what was not answered on the one before may come again."""

log = structlog.get_logger(__name__)
Trouble = RejectedError | UnavailableError


@dataclass(slots=True)
class _Open:
    """A session of this process. `given` is what was handed on and is not known to be kept; `again` may come again."""

    session: Session
    since: datetime
    name: str
    given: list[Delivery] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    count: int = 0
    batch: str = ""


class Hearing:
    """For all accounts of a process."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self._open: dict[str, _Open] = {}
        self._trouble: dict[str, Trouble] = {}
        self._hopes: dict[str, set[asyncio.Future[Session]]] = {}

    async def heard(self, account: Account, http: Http) -> tuple[tuple[Item, ...], Mapping[str, Any]]:
        """What has come, and the cursor behind it. Raises `RejectedError` or `UnavailableError`."""
        try:
            known = await self._opened(account, http)
            return await self._heard(known, account.cursor)
        except BaseException:
            self._drop(account.id)
            raise

    async def session(self, account: Account) -> Session:
        """By which this process sends. Raises `RejectedError` or `UnavailableError` where there is none soon."""
        if (known := self.standing(account.id)) is not None:
            return known
        hope: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        hopes = self._hopes.setdefault(account.id, set())
        hopes.add(hope)
        try:
            async with asyncio.timeout(HOPE_SECONDS):
                return await hope
        except TimeoutError as error:
            raise self._why(account.id) from error
        finally:
            hopes.discard(hope)

    def standing(self, account_id: str) -> Session | None:
        """The session of this process, if there is one and it has not ended."""
        known = self._open.get(account_id)
        return known.session if known is not None and not known.session.over else None

    async def close(self, account_id: str) -> None:
        """Nobody here is bound any more."""
        self._trouble.pop(account_id, None)
        if (known := self._open.pop(account_id, None)) is not None:
            await known.session.close()

    def _drop(self, account_id: str) -> None:
        if (known := self._open.pop(account_id, None)) is not None:
            known.session.abort()

    def _why(self, account_id: str) -> Trouble:
        known = self._trouble.get(account_id)
        if isinstance(known, RejectedError):
            return RejectedError(known.problem, known.detail)
        return UnavailableError(known.detail if known else "it is not connected")

    async def _opened(self, account: Account, http: Http) -> _Open:
        known = self._open.get(account.id)
        if known is not None and (known.session.settings, known.session.secrets) == (
            account.settings,
            account.secrets,
        ):
            return known
        await self.close(account.id)
        try:
            session = await bound(account, http)
        except (RejectedError, UnavailableError) as error:
            self._trouble[account.id] = error
            raise
        again = Counter(account.cursor.get("given", ()))
        made = _Open(session, self._clock(), secrets.token_hex(6), again=again)
        self._open[account.id] = made
        for hope in self._hopes.get(account.id, ()):
            if not hope.done():
                hope.set_result(session)
        return made

    async def _heard(
        self, known: _Open, cursor: Mapping[str, Any]
    ) -> tuple[tuple[Item, ...], Mapping[str, Any]]:
        await _answer(known, cursor)
        fresh = await known.session.next(AT_A_TIME, SOON_SECONDS if "batch" in cursor else WAIT_SECONDS)
        now = self._clock()
        if now - known.since > AGAIN:
            known.again.clear()
        pending: Pending = deepcopy(dict(cursor.get("parts", {})))
        default = known.session.settings.default_alphabet
        items = list(self._items(known, fresh, pending, now))
        items += [_message(known, one) for one in given_up(pending, now, default)]
        read_to: dict[str, Any] = {"parts": pending} if pending else {}
        known.given = fresh
        if fresh:
            known.batch = read_to["batch"] = f"{known.name}-{known.count}"
        given = [one.print for one in fresh] + list(known.again.elements())
        return tuple(items), read_to | ({"given": given} if given else {})

    def _items(self, known: _Open, fresh: list[Delivery], pending: Pending, now: datetime) -> Iterable[Item]:
        settings = known.session.settings
        known.count += 1
        for one in list(fresh):
            if known.again[one.print]:
                known.again[one.print] -= 1
                continue
            try:
                short = read_short(one.unit)
            except MalformedError as error:
                log.warning("smpp.malformed", problem=str(error), bytes=len(one.unit.body))
                one.answer(INVALID_COMMAND_LENGTH)
                fresh.remove(one)
                continue
            if is_receipt(short):
                if (report := report_of(short, settings)) is not None:
                    yield report
                continue
            for whole in _wholes(short, pending, now, known):
                yield _message(known, whole)


def _wholes(short: Short, pending: Pending, now: datetime, known: _Open) -> list[Whole]:
    default = known.session.settings.default_alphabet
    part = part_of(short)
    if part is not None:
        return put(pending, short, part, at=now, default=default)
    content = plain(short)
    return [Whole(short.source, read(content, short.coding, default), len(content))]


def _message(known: _Open, whole: Whole) -> Item:
    # Keys of what came together are in the order in which it came.
    known.count += 1
    return message_of(whole, known.session.settings, f"message:{known.name}-{known.count:010d}")


async def _answer(known: _Open, cursor: Mapping[str, Any]) -> None:
    """What was handed on last is kept by now, and the message centre is told so."""
    if not known.given:
        return
    if cursor.get("batch") != known.batch:
        raise UnavailableError("what came was not kept")
    for one in known.given:
        one.answer()
    known.given = []
    await known.session.answered()
