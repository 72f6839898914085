"""SMPP: short messages over a connection that stays, to a message centre or whoever sells access to one.

One process at a time is bound for an account, and only that one sends for it (`sends_by_listening`). Texts go out in
the shortest alphabet that has them, long ones in parts; receipts say how far they have come.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import msgspec

from valvomo.channels.optional import Heard
from valvomo.channels.phones import e164
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
from valvomo.channels.smpp.alphabets import Written, written
from valvomo.channels.smpp.forms import SmppSecrets, SmppSettings, source_of
from valvomo.channels.smpp.hearing import Hearing
from valvomo.channels.smpp.pdu import Option, Place, Short, first_text, short_body
from valvomo.channels.smpp.problems import judge
from valvomo.channels.smpp.receipts import sent_as
from valvomo.channels.smpp.session import bound
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel

MAX_TEXT = 10_000
LONGEST_ADDRESS = 20
HEADER_KIND = b"\x05\x00\x03"
"""Of a header that is nothing but the number of a part, with a reference of one byte."""
WITH_HEADER = 0x40


class Smpp:
    """The provider."""

    name = "smpp"
    channel = Channel.SMS
    settings: type[msgspec.Struct] = SmppSettings
    secrets: type[msgspec.Struct] = SmppSecrets
    sends_by_listening = True

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._hearing = Hearing(clock)

    def abilities(self, account: Account) -> Abilities:
        """A message centre knows nothing of what it has had already."""
        return Abilities(max_text=MAX_TEXT, per_second=account.settings.per_second)

    def receive(self, account: Account, request: Request) -> Received:
        """Nobody calls: what comes, comes over the connection."""
        del account, request
        raise UnverifiedError

    def divide(self, account: Account, letter: Letter) -> tuple[Letter, ...]:
        """A letter for each part. Raises `RejectedError` where there are more than the account allows."""
        settings: SmppSettings = account.settings
        said = _written(settings, letter.text)
        parts = said.parts()
        if len(parts) > settings.most_parts:
            raise RejectedError(DeliveryProblem.TOO_LONG, f"{len(parts)} > {settings.most_parts}")
        if settings.long_texts == "payload" or len(parts) == 1:
            return (letter,)
        pieces, start = [], 0
        for place, count in enumerate(parts):
            one = f"{letter.id}:{place}" if place else letter.id
            piece = {"number": place + 1, "total": len(parts), "coding": said.coding}
            pieces.append(replace(letter, id=one, text=letter.text[start : start + count], piece=piece))
            start += count
        return tuple(pieces)

    async def send(self, account: Account, letter: Letter, http: Http) -> Sent:
        """One submit_sm."""
        del http
        body = short_body(_short(account.settings, letter))
        session = await self._hearing.session(account)
        answer = await session.submit(body)
        judge(answer.status)
        return Sent(provider_id=sent_as(first_text(answer.body), account.settings))

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the session of this process answers; where there is none, whether we are let in."""
        del at
        try:
            standing = self._hearing.standing(account.id)
            if standing is not None and standing.settings == account.settings:
                await standing.enquire()
            else:
                await (await bound(account, http)).close()
        except RejectedError as error:
            return Health(well=False, problem=error.problem, detail=error.detail[:200])
        except UnavailableError as error:
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        return Health(well=True, detail=f"{account.settings.system_id} · {account.settings.host}"[:200])

    def listens(self, account: Account) -> bool:
        """Always: without it nothing is sent either."""
        del account
        return True

    async def listen(self, account: Account, http: Http) -> Heard:
        """What has come over the connection, which stands from the first time on."""
        items, cursor = await self._hearing.heard(account, http)
        return Heard(items=items, cursor=cursor)

    async def detach(self, account_id: str) -> None:
        """We take our leave."""
        await self._hearing.close(account_id)


def _written(settings: SmppSettings, text: str, coding: int | None = None) -> Written:
    return written(text, settings.default_alphabet, latin1=settings.latin1, coding=coding)


def _short(settings: SmppSettings, letter: Letter) -> Short:
    """As it is said. Raises `RejectedError` where it can go nowhere."""
    to = (e164(letter.address) or letter.address).removeprefix("+")
    if not (to.isdigit() and to.isascii() and len(to) <= LONGEST_ADDRESS):
        raise RejectedError(DeliveryProblem.INVALID_ADDRESS)
    said = _written(settings, letter.text, letter.piece.get("coding"))
    header, options = _placed(settings, letter)
    content = said.content
    if len(content) > said.single:
        options[Option.MESSAGE_PAYLOAD], content = content, b""
    return Short(
        source=Place(*source_of(settings)),
        destination=Place(to, settings.destination_ton, settings.destination_npi),
        content=header + content,
        coding=said.coding,
        esm_class=WITH_HEADER if header else 0,
        registered=int(settings.receipts),
        service_type=settings.service_type,
        options=options,
    )


def _placed(settings: SmppSettings, letter: Letter) -> tuple[bytes, dict[int, bytes]]:
    """Which part it is, as a header before it or as options."""
    total, number = letter.piece.get("total", 1), letter.piece.get("number", 1)
    if total == 1:
        return b"", {}
    # The same at each attempt, and for all parts: by it the phone puts them together.
    reference = zlib.crc32(letter.id.partition(":")[0].encode())
    if settings.long_texts == "udh":
        return HEADER_KIND + bytes((reference & 0xFF, total, number)), {}
    return b"", {
        Option.SAR_REFERENCE: (reference & 0xFFFF).to_bytes(2, "big"),
        Option.SAR_TOTAL: bytes((total,)),
        Option.SAR_NUMBER: bytes((number,)),
    }
