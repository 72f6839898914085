"""Any order and repetition of what Meta says gives the same conversation, at each of its platforms."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_floor import AINO, Floor
from sample_meta import (
    BUSINESS_ID,
    NUMBER_ID,
    PAGE_ID,
    MetaLine,
    answered,
    messenger,
    ms_event,
    newest,
    said_in,
    wa_status,
    wa_text,
    whatsapp,
)
from sample_provider import Asked, Said

from valvomo.commands.conversations import serve
from valvomo.queries.verify import verify

_numbers = itertools.count(1)
Calls = Callable[[str, str, datetime], list[dict[str, Any]]]
"""What Meta says: of this customer, of our message by its id, from this moment on."""


def taken(_asked: Asked) -> Said:
    """In the words of both platforms."""
    one = f"sent-{next(_numbers)}"
    return answered({"message_id": one, "messages": [{"id": one, "message_status": "accepted"}]})


def by_whatsapp(sender: str, ours: str, at: datetime) -> list[dict[str, Any]]:
    """The first call brings two messages of one second, in the order in which they were written."""
    later = [at + timedelta(seconds=number) for number in range(1, 4)]
    said = [wa_text(f"wamid.{one}", text, later[0], sender) for one, text in (("b", "one"), ("a", "two"))]
    return [
        whatsapp(messages=said),
        whatsapp(messages=[wa_text("wamid.c", "three", later[1], sender)]),
        *(whatsapp(statuses=[wa_status(ours, one)]) for one in ("sent", "delivered", "read")),
        whatsapp(messages=[wa_text("wamid.d", "four", later[2], sender)]),
    ]


def by_messenger(sender: str, ours: str, at: datetime) -> list[dict[str, Any]]:
    """Their ids say another order than their moments, which count."""
    until = int((at + timedelta(seconds=1)).timestamp() * 1000)
    said = enumerate(("one", "two", "three", "four"))
    return [
        *(
            messenger(ms_event(at + timedelta(milliseconds=number), sender,
                               message={"mid": f"m_{sender}_{9 - number}", "text": text}))
            for number, text in said
        ),
        messenger(ms_event(at, sender, delivery={"mids": [ours], "watermark": until})),
        messenger(ms_event(at, sender, read={"watermark": until})),
        messenger(ms_event(at, PAGE_ID, sender, message={"mid": ours, "is_echo": True})),
    ]  # fmt: skip


def first_of(provider: str, sender: str, at: datetime) -> dict[str, Any]:
    if provider == "whatsapp":
        return whatsapp(messages=[wa_text("wamid.0", "zero", at, sender)])
    return messenger(ms_event(at, sender, message={"mid": f"m_{sender}", "text": "zero"}))


PLATFORMS: dict[str, tuple[dict[str, Any], Calls]] = {
    "whatsapp": ({"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID}, by_whatsapp),
    "messenger": ({"page_id": PAGE_ID}, by_messenger),
}


async def _told(floor: Floor, provider: str, order: list[int]) -> Any:
    """A conversation of which Meta tells in this order, each call at least once."""
    filled, calls_of = PLATFORMS[provider]
    async with MetaLine.open(floor, provider, filled, taken) as line:
        sender = f"3584{next(_numbers):08}"
        await line.call(first_of(provider, sender, floor.clock()))
        await line.take_in()
        conversation = await newest(floor)
        await floor.done(AINO, serve.Pick(conversation_id=conversation))
        await floor.write(AINO, conversation, "answer")
        await line.send()
        (row,) = await floor.sql("SELECT provider_id FROM dispatches WHERE account_id = $1", line.account_id)
        calls = calls_of(sender, row["provider_id"], floor.clock())
        order = [one % len(calls) for one in order]
        for number in [*order, *range(len(calls))]:
            await line.call(calls[number])
        await line.take_in(after=5.0)
        await line.call(calls[order[0]])
        await line.take_in()
        report = await verify(floor.database)
        assert report.clean, report.findings
        return await said_in(floor, conversation)


@pytest.mark.parametrize("provider", sorted(PLATFORMS))
@given(order=st.lists(st.integers(0, 41), min_size=1, max_size=12))
@settings(max_examples=6, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
async def test_any_order_and_repetition_gives_the_same_conversation(
    floor: Floor, provider: str, order: list[int]
) -> None:
    assert await _told(floor, provider, order) == [
        ("zero", None, None), ("answer", "read", None), ("one", None, None), ("two", None, None),
        ("three", None, None), ("four", None, None),
    ]  # fmt: skip
