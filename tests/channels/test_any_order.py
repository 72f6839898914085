"""Any interleaving, repetition and reordering of what a provider says gives the same conversation."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_files import PDF, picture
from sample_floor import AINO, Floor
from sample_line import Line, conversation_of, received, reported
from sample_media import Files
from sample_provider import Said

from valvomo.commands.conversations import serve
from valvomo.domain.conversations.delivery import Delivery, moves_on
from valvomo.queries.verify import verify


def after(reports: tuple[Delivery, ...]) -> Delivery:
    """What is known of a message once all of this has been said of it."""
    known = Delivery.QUEUED
    for one in reports:
        known = one if moves_on(known, one) else known
    return known


@given(st.lists(st.sampled_from(Delivery), max_size=6), st.randoms())
def test_the_order_and_number_of_reports_make_no_difference(reports: list[Delivery], dice: Any) -> None:
    other = [*reports, *reports[: dice.randrange(3)]]
    dice.shuffle(other)
    assert after(tuple(other)) is after(tuple(reports))


def test_states_never_go_back() -> None:
    for reports in permutations(Delivery):
        known = Delivery.QUEUED
        for one in reports:
            before, known = known, one if moves_on(known, one) else known
            assert known is before or moves_on(before, known)
        assert known is Delivery.READ


@pytest.mark.parametrize(
    ("reports", "last"),
    [
        ((Delivery.SENT, Delivery.FAILED), Delivery.FAILED),
        ((Delivery.FAILED, Delivery.SENT), Delivery.FAILED),
        ((Delivery.FAILED, Delivery.DELIVERED), Delivery.DELIVERED),
        ((Delivery.DELIVERED, Delivery.FAILED), Delivery.DELIVERED),
        ((Delivery.READ, Delivery.DELIVERED), Delivery.READ),
    ],
)
def test_who_has_it_has_it(reports: tuple[Delivery, ...], last: Delivery) -> None:
    assert after(reports) is last


SAID = [("ann", 0, "one"), ("ann", 10, "two"), ("ann", 20, "three"), ("bob", 5, "four"), ("bob", 15, "five")]
STATES = ("sent", "delivered", "read")
BROUGHT = {"two": ("a.pdf", "gone.png"), "four": ("b.png",)}
"""Files that come with some of it."""
HELD = {"/a.pdf": PDF, "/b.png": picture()}


async def _told(
    fresh_database: Fresh, turns: tuple[list[int], list[bool]], folder: Path
) -> list[tuple[Any, ...]]:
    """What the conversations are in the end if the provider says it in this order, and jobs run in between."""
    order, batches = turns
    async with fresh_database() as database:
        floor = await Floor.open(database)
        async with (
            Line.open(floor, settling_seconds=5.0) as line, Files.of(floor, line.opener, folder) as files
        ):  # fmt: skip
            line.system.answer = lambda asked: (
                Said(body=HELD[asked.path])
                if asked.path in HELD
                else Said(200 if asked.path == "/in" else 404)
            )
            await line.says("ann", "zero", "m-zero")
            await line.take_in(after=6.0)
            one = await conversation_of(floor)
            await floor.done(AINO, serve.Pick(conversation_id=one))
            await floor.write(AINO, one, "answer")
            await line.send()
            message = line.got()[0]["id"]
            begun = floor.clock()
            calls = [
                (
                    received(
                        who,
                        text,
                        f"m-{text}",
                        begun.replace(microsecond=at * 1000),
                        attachments=[
                            {"url": f"{line.system.url}/{name}", "name": name}
                            for name in BROUGHT.get(text, ())
                        ],
                    ),
                    f"call-{text}",
                )
                for who, at, text in SAID
            ] + [(reported(message, state, begun), f"call-{state}") for state in STATES]
            for place, number in enumerate(order):
                body, call = calls[number % len(calls)]
                await line.call(body, one=call)
                if batches[place % len(batches)]:
                    await line.arriving.round()
                    await files.fetch()
            for body, call in calls:
                await line.call(body, one=call)
            await line.take_in(after=6.0)
            await files.fetch()
            report = await verify(database)
            assert report.clean, report.findings
            rows = await floor.sql(
                "SELECT c.body ->> 'customer_name' AS name, m.seq, m.text, m.delivery, m.attachments, m.media"
                " FROM public_messages m JOIN conversations c ON c.id = m.conversation_id ORDER BY 1, 2"
            )
            return [
                (
                    *tuple(row)[:4],
                    *([one["name"] for one in row[column] or ()] for column in ("attachments", "media")),
                )
                for row in rows
            ]


@given(
    order=st.lists(st.integers(0, 7), max_size=16),
    batches=st.lists(st.booleans(), min_size=1, max_size=4),
)
@settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@pytest.mark.slow
async def test_the_same_conversation_comes_of_it(
    fresh_database: Fresh, order: list[int], batches: list[bool]
) -> None:
    with TemporaryDirectory() as folder:
        told = await _told(fresh_database, (order, batches), Path(folder))
    assert told == [
        ("Customer ann", 1, "zero", None, [], []),
        ("Customer ann", 2, "answer", "read", [], []),
        ("Customer ann", 3, "one", None, [], []),
        ("Customer ann", 4, "two", None, ["a.pdf"], ["gone.png"]),
        ("Customer ann", 5, "three", None, [], []),
        ("Customer bob", 1, "four", None, ["b.png"], []),
        ("Customer bob", 2, "five", None, [], []),
    ]
