"""Parts: long texts that came in several messages, put together in their order, in whatever order they came.

What has come of a text is kept with how far the account has been read, so that it outlasts a restart; a text of which a
part does not come is told with a gap, for a customer has written the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from valvomo.channels.smpp.alphabets import Alphabet, read
from valvomo.channels.smpp.pdu import Option, Place, Short

Pending = dict[str, dict[str, Any]]
"""Texts that are not complete, by where they come from and their number there; in JSON."""
PATIENCE = timedelta(minutes=10)
"""For the other parts of a text; a message centre tries again within minutes."""
MOST_PENDING = 200
GAP = " […] "
_HAS_HEADER = 0x40
_SHORT_REFERENCE, _LONG_REFERENCE = 0x00, 0x08


@dataclass(frozen=True, slots=True)
class Whole:
    """A text with all that came of it; `text` is None for what is no text."""

    source: Place
    text: str | None
    size: int


@dataclass(frozen=True, slots=True)
class Part:
    """`number` of `total`, of the text that the phone has given this reference."""

    reference: str
    total: int
    number: int
    content: bytes


def part_of(short: Short) -> Part | None:
    """Which part of a longer text (3GPP TS 23.040 §9.2.3.24.1 and .8, SMPP 3.4 §5.3.2.22 to 24); None for a whole."""
    if short.esm_class & _HAS_HEADER:
        return _by_header(short.content)
    reference, total, number = (
        short.options.get(one) for one in (Option.SAR_REFERENCE, Option.SAR_TOTAL, Option.SAR_NUMBER)
    )
    if not (reference and total and number):
        return None
    return _sound(f"s{reference.hex()}", total[-1], number[-1], short.content)


def plain(short: Short) -> bytes:
    """The content behind a header, if there is one."""
    if not short.esm_class & _HAS_HEADER or not short.content:
        return short.content
    return short.content[short.content[0] + 1 :]


def put(pending: Pending, short: Short, part: Part, *, at: datetime, default: Alphabet) -> list[Whole]:
    """A part has come: the text, if it is complete now; and before it one whose reference is used again."""
    one = f"{short.source.number}/{short.destination.number}/{part.reference}/{part.total}"
    known = pending.get(one)
    said = [short.coding, part.content.hex()]
    done: list[Whole] = []
    if known is not None and known["have"].get(str(part.number), said) != said:
        done.append(_whole(pending.pop(one), default))
        known = None
    if known is None:
        source = [short.source.number, short.source.ton, short.source.npi]
        known = pending[one] = {"at": at.isoformat(), "source": source, "total": part.total, "have": {}}
    known["have"][str(part.number)] = said
    if len(known["have"]) == part.total:
        done.append(_whole(pending.pop(one), default))
    return done


def given_up(pending: Pending, at: datetime, default: Alphabet) -> list[Whole]:
    """Texts whose other parts did not come, with their gaps; the oldest as well where there are too many."""
    ordered = sorted(pending, key=lambda one: str(pending[one]["at"]))
    late = [one for one in ordered if datetime.fromisoformat(pending[one]["at"]) <= at - PATIENCE]
    much = ordered[: max(0, len(ordered) - MOST_PENDING)]
    return [_whole(pending.pop(one), default) for one in dict.fromkeys([*much, *late])]


def _by_header(content: bytes) -> Part | None:
    if not content:
        return None
    end = content[0] + 1
    header, rest = content[1:end], content[end:]
    while len(header) > 1:
        kind, length = header[0], header[1]
        said, header = header[2 : 2 + length], header[2 + length :]
        if kind == _SHORT_REFERENCE and len(said) == 3:  # noqa: PLR2004 - reference, total, number
            return _sound(f"h{said[:1].hex()}", said[1], said[2], rest)
        if kind == _LONG_REFERENCE and len(said) == 4:  # noqa: PLR2004 - the reference in two bytes
            return _sound(f"h{said[:2].hex()}", said[2], said[3], rest)
    return None


def _sound(reference: str, total: int, number: int, content: bytes) -> Part | None:
    return Part(reference, total, number, content) if 1 <= number <= total and total > 1 else None


def _whole(known: Mapping[str, Any], default: Alphabet) -> Whole:
    number, ton, npi = known["source"]
    have = {int(place): (coding, bytes.fromhex(said)) for place, (coding, said) in known["have"].items()}
    size = sum(len(said) for _, said in have.values())
    texts: list[str] = []
    places = range(1, known["total"] + 1)
    # Bytes first: phones divide characters too.
    for coding, group in groupby(places, key=lambda one: have[one][0] if one in have else None):
        if coding is None:
            texts.append(GAP)
            continue
        text = read(b"".join(have[one][1] for one in group), coding, default)
        if text is None:
            return Whole(Place(number, ton, npi), None, size)
        texts.append(text)
    return Whole(Place(number, ton, npi), "".join(texts), size)
