"""Files that go out with messages: as each provider takes them, once, in order, and as far as the last part of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_files import PDF, picture
from sample_floor import AATU, AINO, HOUSE, Floor
from sample_line import Line, messages, served
from sample_media import Files
from sample_meta import PAGE_ID, MetaLine, answered, messenger, ms_event, newest
from sample_provider import Asked, Said

from valvomo.commands.attachments.uploading import BeginUpload
from valvomo.commands.channels.mending import SendAgain
from valvomo.commands.channels.parts import Parts
from valvomo.commands.channels.told import Told
from valvomo.commands.conversations import serve
from valvomo.domain.attachments.limits import NOTHING
from valvomo.domain.conversations.delivery import Delivery, worst
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.links import Links, Opening
from valvomo.jobs import giving
from valvomo.queries.verify import verify

PHOTO = picture()
ANN = "4000000001"


class Page:
    """A stand-in for Messenger that numbers what it takes, and does with one message as it is told."""

    def __init__(self) -> None:
        self.taken: list[dict[str, Any]] = []
        self.turns: dict[int, Said] = {}

    def __call__(self, asked: Asked) -> Said:
        if asked.path.endswith("/message_attachments"):
            return answered({"attachment_id": "1857777774821032"})
        number = len(self.taken)
        said = self.turns.pop(number, None)
        if said is not None and not said.drop:
            return said
        self.taken.append(json.loads(asked.body)["message"])
        return said or answered({"recipient_id": ANN, "message_id": f"m_{number}"})


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.fixture
async def ms(floor: Floor, page: Page) -> AsyncIterator[MetaLine]:
    async with MetaLine.open(floor, "messenger", {"page_id": PAGE_ID}, page) as opened:
        yield opened


@pytest.fixture
async def files(floor: Floor, ms: MetaLine, tmp_path: Path) -> AsyncIterator[Files]:
    async with Files.of(floor, ms.opener, tmp_path) as opened:
        ms.enclosures = opened.enclosures
        yield opened


async def begun(ms: MetaLine) -> str:
    text = ms_event(ms.floor.clock(), ANN, message={"mid": "m_first", "text": "hello"})
    await ms.call(messenger(text))
    await ms.take_in()
    one = await newest(ms.floor)
    await ms.floor.done(AINO, serve.Pick(conversation_id=one))
    return one


async def answer(files: Files, one: str, words: str = "see", count: int = 2) -> None:
    ids = [await files.brought(AINO, one, PHOTO, f"{number}.png") for number in range(count)]
    posted = await files.floor.write(AINO, one, words, attachments=tuple(ids))
    assert not isinstance(posted, Refusal), posted


async def state(ms: MetaLine, one: str) -> tuple[str, str | None, str | None]:
    return (await messages(ms.floor, one))[-1]


async def report(ms: MetaLine, *mids: str) -> None:
    await ms.call(messenger(ms_event(ms.floor.clock(), ANN, delivery={"mids": list(mids), "watermark": 0})))
    await ms.take_in()


def kinds(page: Page) -> list[str]:
    return ["text" if "text" in one else "file" for one in page.taken]


async def test_one_message_is_several_there_and_as_far_as_the_last_of_them(
    ms: MetaLine, files: Files, page: Page
) -> None:
    one = await begun(ms)
    await answer(files, one)
    await ms.send()
    assert kinds(page) == ["text", "file", "file"]
    assert await state(ms, one) == ("see", "sent", None)
    await report(ms, "m_0", "m_2")
    assert await state(ms, one) == ("see", "sent", None)
    await report(ms, "m_1")
    assert await state(ms, one) == ("see", "delivered", None)
    until = ms.floor.clock()
    await ms.call(messenger(ms_event(until, ANN, read={"watermark": int(until.timestamp() * 1000)})))
    await ms.take_in()
    assert await state(ms, one) == ("see", "read", None)
    report_of_house = await verify(ms.floor.database)
    assert report_of_house.clean, report_of_house.findings


async def test_what_was_taken_does_not_go_again_when_the_rest_is_tried_again(
    ms: MetaLine, files: Files, page: Page
) -> None:
    one = await begun(ms)
    await answer(files, one)
    await ms.floor.write(AINO, one, "after it")
    page.turns[1] = Said(status=503)
    await ms.send()
    assert kinds(page) == ["text"]
    assert (await messages(ms.floor, one))[1] == ("see", "queued", None)
    ms.floor.clock.advance(60)
    await ms.send()
    # In order, each once; what stood behind it waited.
    assert kinds(page) == ["text", "file", "file", "text"]
    assert page.taken[3] == {"text": "after it"}
    assert [one[1:] for one in (await messages(ms.floor, one))[1:]] == [("sent", None), ("sent", None)]


async def test_only_the_part_whose_answer_was_lost_may_come_twice(
    ms: MetaLine, files: Files, page: Page
) -> None:
    one = await begun(ms)
    await answer(files, one)
    page.turns[1] = Said(drop=True)
    await ms.send()
    ms.floor.clock.advance(60)
    await ms.send()
    assert kinds(page) == ["text", "file", "file", "file"]
    assert await state(ms, one) == ("see", "sent", "possibly_repeated")


async def test_who_dies_between_two_parts_repeats_neither(
    ms: MetaLine, files: Files, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await begun(ms)
    await answer(files, one)
    whole = giving.Giving._renew

    async def dying(self: Any, one: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(giving.Giving, "_renew", dying)
    await ms.send()
    monkeypatch.setattr(giving.Giving, "_renew", whole)
    assert kinds(page) == ["text"]
    ms.floor.clock.advance(3600)
    await ms.send()
    assert kinds(page) == ["text", "file", "file"]
    assert await state(ms, one) == ("see", "sent", None)


async def test_a_part_that_is_refused_fails_the_message_and_only_the_rest_goes_again(
    ms: MetaLine, files: Files, page: Page
) -> None:
    one = await begun(ms)
    await answer(files, one)
    page.turns[1] = answered({"error": {"code": 100, "message": "no"}}, 400)
    await ms.send()
    assert kinds(page) == ["text"]
    assert await state(ms, one) == ("see", "failed", "refused")
    await report(ms, "m_0")
    assert await state(ms, one) == ("see", "failed", "refused")
    (row,) = await ms.floor.sql("SELECT message_id FROM dispatches")
    await ms.floor.done(AATU, SendAgain(account_id=ms.account_id, message_id=row["message_id"]))
    await ms.send()
    assert kinds(page) == ["text", "file", "file"]
    assert await state(ms, one) == ("see", "sent", None)
    await report(ms, "m_1", "m_2")
    assert await state(ms, one) == ("see", "delivered", None)


async def test_a_message_whose_file_is_missing_is_not_sent_without_it(
    ms: MetaLine, files: Files, page: Page, tmp_path: Path
) -> None:
    one = await begun(ms)
    await answer(files, one, "", count=1)
    kept = next(path for path in tmp_path.rglob("*.whole"))
    kept.rename(tmp_path / "away")
    await ms.send()
    assert page.taken == []
    assert await state(ms, one) == ("", "failed", "other")
    (tmp_path / "away").rename(kept)
    (row,) = await ms.floor.sql("SELECT message_id FROM dispatches")
    await ms.floor.done(AATU, SendAgain(account_id=ms.account_id, message_id=row["message_id"]))
    await ms.send()
    assert await state(ms, one) == ("", "sent", None)
    assert kinds(page) == ["file"]


async def test_a_system_gets_links_that_open_for_an_hour(line: Line, tmp_path: Path) -> None:
    async with Files.of(line.floor, line.opener, tmp_path) as files:
        line.enclosures = files.enclosures
        one = await served(line)
        ids = [await files.brought(AINO, one, PDF, "a.pdf"), await files.brought(AINO, one, PHOTO, "b.png")]
        await line.floor.write(AINO, one, "", attachments=tuple(ids))
        await line.send()
        (got,) = line.got()
        assert [(each["name"], each["media_type"]) for each in got["attachments"]] == [
            ("a.pdf", "application/pdf"), ("b.png", "image/png")
        ]  # fmt: skip
        url = got["attachments"][0]["url"]
        assert url.startswith("https://desk.example.org/files/")
        links, path = Links(lambda: bytes(32)), url.removeprefix("https://desk.example.org")
        opened = links.opened(path, line.floor.clock())
        assert opened is not None
        assert (opened.organization_id, opened.file_id, opened.opening) == (HOUSE, ids[0], Opening.SENT)
        line.floor.clock.advance(3599)
        assert links.opened(path, line.floor.clock()) is not None
        line.floor.clock.advance(3602)
        assert links.opened(path, line.floor.clock()) is None


async def test_what_the_provider_cannot_take_is_refused_before_it_is_sent(
    ms: MetaLine, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await begun(ms)
    many = [await files.brought(AINO, one, PHOTO, f"{number}.png") for number in range(11)]
    await ms.floor.sql("""UPDATE workstreams SET attachments = '{"most": 20}' WHERE id = 'messenger'""")
    refused = await ms.floor.write(AINO, one, "see", attachments=tuple(many))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.ATTACHMENTS_TOO_MANY
    # An account at a provider that takes nothing but words.
    monkeypatch.setattr("valvomo.channels.messenger.files.ABILITY", NOTHING)
    for command in (
        BeginUpload(conversation_id=one, name="a.png", media_type="image/png"),
        BeginUpload(conversation_id=one, name="a", media_type=""),
    ):
        refused = await ms.floor.refused(AINO, command)
        assert refused.reason is Reason.ATTACHMENTS_NOT_BY_CHANNEL
    refused = await ms.floor.write(AINO, one, "see", attachments=(many[0],))
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.ATTACHMENTS_NOT_BY_CHANNEL


STATES = st.sampled_from(list(Delivery))


@given(st.lists(STATES, min_size=1, max_size=8))
def test_the_worst_part_is_how_far_it_is(parts: list[Delivery]) -> None:
    found = worst(parts)
    order = list(Delivery)
    assert found in parts
    if Delivery.FAILED in parts:
        assert found is Delivery.FAILED
    else:
        assert all(order.index(found) <= order.index(one) for one in parts)
    assert worst(reversed(parts)) is found


def after(parts: int, reports: list[tuple[int | None, Delivery]]) -> Delivery:
    """How far a message of so many parts is, once all of this has been said of them."""
    known = Parts(
        rows={"m": {place: Told(message_id="m", part=place, state=Delivery.SENT) for place in range(parts)}}
    )
    state = Delivery.SENT
    for part, reported in reports:
        said = known.told(Told(message_id="m", part=part, state=reported), state)
        state = state if said is None else said.state
    return state


REPORTS = st.tuples(st.integers(0, 2), st.sampled_from(list(Delivery)[1:]))


@given(st.lists(REPORTS, max_size=8), st.randoms())
def test_the_order_and_number_of_reports_of_parts_make_no_difference(
    reports: list[tuple[int | None, Delivery]], dice: Any
) -> None:
    other = [*reports, *reports[: dice.randrange(3)]]
    dice.shuffle(other)
    assert after(3, other) is after(3, reports)


def test_what_is_said_of_all_of_it_is_said_of_each_part() -> None:
    assert after(3, [(None, Delivery.READ)]) is Delivery.READ
    assert after(3, [(0, Delivery.FAILED), (None, Delivery.DELIVERED)]) is Delivery.DELIVERED
    assert after(2, [(0, Delivery.FAILED), (0, Delivery.DELIVERED)]) is Delivery.SENT
