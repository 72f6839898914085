"""Words that are more than a provider takes at a time go in several, in order, and none of them twice."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_floor import AINO
from sample_line import Line, messages, served
from sample_provider import Asked, Said

from valvomo.channels.dividing import in_parts, parts_of
from valvomo.channels.port import Letter
from valvomo.domain.conversations.template import Filled

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FAMILY = "\N{MAN}\u200d\N{WOMAN}\u200d\N{GIRL}"


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("", 5, []),
        ("hello", 5, ["hello"]),
        ("hello you", 5, ["hello", "you"]),
        ("hello you there", 9, ["hello you", "there"]),
        ("one two three", 8, ["one two", "three"]),
        ("first line\nand more", 14, ["first line", "and more"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("ab e\u0301e\u0301e\u0301", 4, ["ab", "e\u0301e\u0301", "e\u0301"]),
        ("\U0001f600\U0001f600\U0001f600", 4, ["\U0001f600\U0001f600", "\U0001f600"]),
        (f"hi {FAMILY}", 9, ["hi", FAMILY]),
    ],
)
def test_where_words_are_parted(text: str, limit: int, parts: list[str]) -> None:
    assert parts_of(text, limit) == parts


@given(text=st.text(max_size=300), limit=st.integers(2, 40))
def test_nothing_is_lost_and_everything_fits(text: str, limit: int) -> None:
    parts = parts_of(text, limit)
    assert all(0 < units(one) <= limit for one in parts[:-1])
    assert all(units(one) <= limit for one in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def letter(text: str, **how: Any) -> Letter:
    return Letter(
        id="m", conversation_id="c", address="a", text=text, author_name="", language="", subject="",
        created_at=AT, at=AT, **how,
    )  # fmt: skip


def test_each_part_has_a_name_of_its_own_that_is_the_same_at_each_attempt() -> None:
    parts = in_parts((letter("one two three"),), 5)
    assert [(one.id, one.text) for one in parts] == [("m", "one"), ("m:1", "two"), ("m:2", "three")]
    assert in_parts((letter("one two three"),), 5) == parts


def test_a_template_is_whole() -> None:
    filled = Filled(name="t", language="en", named=False, header=(), body=())
    assert len(in_parts((letter("one two three", template=filled),), 5)) == 1


@pytest.fixture
async def narrow(line: Line, monkeypatch: pytest.MonkeyPatch) -> Line:
    """The system takes ten characters at a time."""
    (row,) = await line.floor.sql("SELECT * FROM channel_accounts")
    kind = type(line.opener.open(row).provider)
    usual = kind.abilities

    def abilities(self: Any, account: Any) -> Any:
        return dataclasses.replace(usual(self, account), max_text=10)

    monkeypatch.setattr(kind, "abilities", abilities)
    return line


async def test_they_go_out_in_order_and_are_one_message(narrow: Line) -> None:
    one = await served(narrow)
    await narrow.floor.write(AINO, one, "one two three four")
    await narrow.floor.write(AINO, one, "five")
    await narrow.send()
    assert [got["text"] for got in narrow.got()] == ["one two", "three four", "five"]
    assert await messages(narrow.floor, one) == [
        ("hello", None, None), ("one two three four", "sent", None), ("five", "sent", None),
    ]  # fmt: skip


async def test_what_was_taken_is_not_sent_again(narrow: Line) -> None:
    one = await served(narrow)
    await narrow.floor.write(AINO, one, "one two three four")

    def answer(asked: Asked) -> Said:
        return Said(503 if b"three" in asked.body else 200)

    narrow.system.answer = answer
    await narrow.send()
    narrow.system.answer = lambda _asked: Said()
    narrow.floor.clock.advance(3600)
    await narrow.send()
    said = [got["text"] for got in narrow.got()]
    assert said.count("one two") == 1
    assert said[-1] == "three four"
    assert (await messages(narrow.floor, one))[1][:2] == ("one two three four", "sent")
