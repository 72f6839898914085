"""SMPP's bytes: whatever comes is read or is none, and what is written is read as it was meant."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from smpp.pdu.pdu_encoding import PDUEncoder

from valvomo.channels.port import Inbound, Report
from valvomo.channels.smpp.alphabets import Alphabet, read, written
from valvomo.channels.smpp.forms import SmppSettings
from valvomo.channels.smpp.items import message_of
from valvomo.channels.smpp.parts import Pending, Whole, part_of, plain, put
from valvomo.channels.smpp.pdu import Command, MalformedError, Place, Short, Unit, read_short, short_body
from valvomo.channels.smpp.receipts import is_receipt, report_of

SETTINGS = SmppSettings(host="smpp.example.org", system_id="valvomo")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALPHABETS: st.SearchStrategy[Alphabet] = st.sampled_from(["gsm7", "latin1", "ascii"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
COMMANDS = st.sampled_from([Command.DELIVER, Command.DATA])


def taken(unit: Unit) -> Inbound | Report | None:
    """As the provider takes it."""
    short = read_short(unit)
    if is_receipt(short):
        return report_of(short, SETTINGS)
    part = part_of(short)
    if part is not None:
        pending: Pending = {}
        put(pending, short, part, at=NOW, default="gsm7")
        return None
    content = plain(short)
    return message_of(Whole(short.source, read(content, short.coding, "gsm7"), len(content)), SETTINGS, "k")


@given(COMMANDS, st.binary(max_size=300))
def test_whatever_comes_is_read_or_is_none(command: Command, body: bytes) -> None:
    try:
        taken(Unit(command, 0, 1, body))
    except MalformedError:
        return


SHORTS = st.builds(
    Short,
    source=st.builds(Place, st.text(st.characters(codec="latin-1", exclude_characters="\0"), max_size=20)),
    destination=st.just(Place("16400")),
    content=st.binary(max_size=254),
    coding=st.integers(0, 255),
    esm_class=st.integers(0, 255),
    options=st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=8), max_size=4),
)


@given(SHORTS)
def test_every_delivery_that_is_one_is_taken(short: Short) -> None:
    unit = Unit(Command.DELIVER, 0, 1, short_body(short))
    again = read_short(unit)
    assert (again.source, again.coding, again.options) == (short.source, short.coding, short.options)
    item = taken(unit)
    if isinstance(item, Inbound):
        assert item.text
        assert item.address
        assert "\0" not in item.text + item.address


@given(TEXTS, ALPHABETS, st.booleans())
def test_what_is_written_is_read(text: str, default: Alphabet, latin1: bool) -> None:
    said = written(text, default, latin1=latin1)
    assert read(said.content, said.coding, default) == text
    assert len(said.units) == len(text)


@given(TEXTS, ALPHABETS, st.randoms())
def test_parts_make_the_text_again_in_any_order(text: str, default: Alphabet, dice: Any) -> None:
    said = written(text, default, latin1=False)
    counts = said.parts()
    assert sum(counts) == len(text)
    start, shorts = 0, []
    for place, count in enumerate(counts):
        content = b"".join(said.units[start : start + count])
        start += count
        header = b"\x05\x00\x03\x2a" + bytes((len(counts), place + 1))
        assert len(counts) == 1 or len(content) <= (153 if said.septets else 134)
        place_of = Place("358401234567", 1, 1)
        shorts.append(
            Short(
                source=place_of,
                destination=place_of,
                content=header + content,
                coding=said.coding,
                esm_class=0x40,
            )
        )
    if len(shorts) == 1:
        return
    dice.shuffle(shorts)
    pending: Pending = {}
    done = []
    for short in shorts:
        part = part_of(short)
        assert part is not None
        done += put(pending, short, part, at=NOW, default=default)
    assert [one.text for one in done] == [text]
    assert pending == {}


@given(st.binary(min_size=1, max_size=254), st.sampled_from([0, 1, 3, 8]))
def test_others_read_what_we_write(content: bytes, coding: int) -> None:
    place = Place("358401234567", 1, 1)
    short = Short(source=place, destination=place, content=content, coding=coding, registered=1)
    raw = Unit(Command.SUBMIT, 0, 7, short_body(short)).encoded()
    said = PDUEncoder().decode(io.BytesIO(raw))
    assert said.seqNum == 7
    assert said.params["short_message"] == content
    assert said.params["source_addr"] == b"358401234567"
