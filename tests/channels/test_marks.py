"""Light marks of the house go out as the channel reads them; the words are kept as they were written."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from sample_floor import AINO
from sample_line import Line, messages, served

from valvomo.channels.custom.provider import Custom
from valvomo.channels.port import Abilities
from valvomo.domain.conversations.light import Marks

WRITTEN = "**Dear** `Ada`, see [it](https://a.example)\n- *now*"


@pytest.mark.parametrize(
    ("marks", "sent"),
    [
        (Marks.NONE, "Dear Ada, see it (https://a.example)\n- now"),
        (Marks.WHATSAPP, "*Dear* `Ada`, see it (https://a.example)\n- _now_"),
        (Marks.AS_WRITTEN, WRITTEN),
    ],
    ids=lambda one: one.value if isinstance(one, Marks) else "",
)
async def test_the_channel_says_what_goes_out(
    line: Line, monkeypatch: pytest.MonkeyPatch, marks: Marks, sent: str
) -> None:
    usual = Custom.abilities

    def abilities(self: Custom, account: Any) -> Abilities:
        return dataclasses.replace(usual(self, account), marks=marks)

    monkeypatch.setattr(Custom, "abilities", abilities)
    one = await served(line, text="**mine** stays")
    await line.floor.write(AINO, one, WRITTEN)
    await line.send()
    assert [got["text"] for got in line.got()] == [sent]
    assert [text for text, *_ in await messages(line.floor, one)] == ["**mine** stays", WRITTEN]
