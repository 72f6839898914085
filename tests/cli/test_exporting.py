"""`valvomo export` writes all that there is, once, so that it can be proved; or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from sample_floor import AINO, HOUSE, OTHER_HOUSE, SAARA, Floor

from valvomo.cli import exporting
from valvomo.cli.exporting import export
from valvomo.cli.running import FailedError
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.monitor import Monitor
from valvomo.db.database import Database
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.message import Visibility
from valvomo.protocol.dataout import ContactLine, ConversationLine, ExportDocument, FactLine, MessageLine
from valvomo.queries import dataout
from valvomo.queries.verify.chain import FIRST, canonical, digest

T = TypeVar("T")


@pytest.fixture
async def floor(database: Database) -> Floor:
    """Three talks, one of them at its end; what was said to the customer, and what was not."""
    floor = await Floor.open(database)
    for number in range(3):
        one = await floor.accepted("persistent")
        await floor.write(await floor.guest(one), one, f"Hyvää päivää\n{number}")
        await floor.done(SAARA, Monitor(conversation_id=one))
        await floor.write(SAARA, one, "Offer a refund", Visibility.WHISPER)
        await floor.write(AINO, one, "I can refund you")
        if number == 0:
            await floor.done(AINO, serve.End(conversation_id=one))
    return floor


def lines(folder: Path, name: str) -> list[Any]:
    raw = (folder / f"{name}.jsonl").read_bytes()
    assert not raw or raw.endswith(b"\n")
    return [msgspec.json.decode(one) for one in raw.splitlines()]


def typed(folder: Path, name: str, kind: type[T]) -> list[T]:
    raw = (folder / f"{name}.jsonl").read_bytes()
    return [msgspec.json.decode(one, type=kind) for one in raw.splitlines()]


@pytest.fixture
async def folder(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Written in many small pages."""
    monkeypatch.setattr(dataout, "CONVERSATIONS", 2)
    monkeypatch.setattr(dataout, "LINES", 4)
    await export(floor.database, tmp_path / "out", HOUSE, clock=floor.clock)
    return tmp_path / "out"


async def test_all_that_there_is_is_written_once(floor: Floor, folder: Path) -> None:
    about = msgspec.json.decode((folder / "about.json").read_bytes(), type=ExportDocument)
    talks = typed(folder, "conversations", ConversationLine)
    said = typed(folder, "messages", MessageLine)
    assert [one.state for one in talks] == ["wrap_up", "active", "active"]
    assert [(one.conversation_id, one.seq) for one in said] == [
        (one.id, number + 1) for one in talks for number in range(one.messages)
    ]
    assert [one.text for one in said[:3]] == ["Hyvää päivää\n0", "Offer a refund", "I can refund you"]
    assert [(one.visibility, one.public_seq) for one in said[:3]] == [
        ("public", 1), ("whisper", None), ("public", 2),
    ]  # fmt: skip
    contacts = {one.id: one for one in typed(folder, "contacts", ContactLine)}
    assert {one.contact_id for one in talks} <= contacts.keys()
    names = {(one["kind"], one["id"]) for one in lines(folder, "names")}
    assert {("queue", one.queue_id) for one in talks} | {("person", "aino")} <= names
    assert about.lines == {name: len(lines(folder, name)) for name in dataout.FILES}
    assert about.organization.id == HOUSE
    assert about.position == len(await floor.all_facts())


class Watched:
    """The database, of which is known how many transactions are open."""

    def __init__(self, database: Database) -> None:
        self.database, self.open = database, 0

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        async with self.database.reading() as tx:
            self.open += 1
            try:
                yield tx
            finally:
                self.open -= 1

    asking = reading


async def test_nothing_is_held_open_while_it_rests(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataout, "CONVERSATIONS", 1)
    reader, rested = Watched(floor.database), 0

    async def rest(_worked: float) -> None:
        nonlocal rested
        assert reader.open == 0
        rested += 1

    pages = [name async for name, _ in dataout.everything(reader, HOUSE, rest)]
    assert rested == sum(name != "messages" for name in pages) > 4


async def test_its_journal_can_be_proved_without_the_database(folder: Path) -> None:
    before = FIRST
    facts = typed(folder, "journal", FactLine)
    for number, one in enumerate(facts, start=1):
        assert one.position == number
        row = {**msgspec.structs.asdict(one), "body": bytes(one.body).decode()}
        before = digest(before, canonical(HOUSE, row))
        assert before.hex() == one.hash
    about = msgspec.json.decode((folder / "about.json").read_bytes(), type=ExportDocument)
    assert (about.position, about.hash) == (len(facts), before.hex())


async def test_what_was_said_is_what_the_journal_has_digests_of(folder: Path) -> None:
    """The formula of docs/export.md, so that whoever has the files needs no program of ours."""
    facts = {
        (one["conversation_id"], one["body"]["seq"]): one["body"]
        for one in lines(folder, "journal")
        if one["kind"] == "message_posted"
    }
    said = lines(folder, "messages")
    assert len(facts) == len(said)
    for one in said:
        assert (
            facts[one["conversation_id"], one["seq"]]["digest"]
            == hashlib.sha256(one["text"].encode()).hexdigest()
        )


async def test_nothing_of_another_organization_is_in_it(floor: Floor, tmp_path: Path) -> None:
    await export(floor.database, tmp_path / "other", OTHER_HOUSE, clock=floor.clock)
    assert lines(tmp_path / "other", "conversations") == lines(tmp_path / "other", "messages") == []
    assert {one["id"] for one in lines(tmp_path / "other", "names") if one["kind"] == "person"} == {
        "stranger"
    }


async def test_it_is_for_its_owner_only(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("wanted", "why"), [("nobody", "no organization is called nobody"), ("", "there is not just one")],
    ids=["unknown", "which"],
)  # fmt: skip
async def test_whose_data_must_be_said(floor: Floor, tmp_path: Path, wanted: str, why: str) -> None:
    with pytest.raises(FailedError, match=why):
        await export(floor.database, tmp_path / "out", wanted)
    assert list(tmp_path.iterdir()) == []


async def test_what_is_there_is_never_written_over(floor: Floor, folder: Path) -> None:
    before = (folder / "about.json").read_bytes()
    with pytest.raises(FailedError, match="is there already"):
        await export(floor.database, folder, HOUSE)
    folder.with_name("next.partial").mkdir()
    with pytest.raises(FailedError, match="broken off"):
        await export(floor.database, folder.with_name("next"), HOUSE)
    with pytest.raises(FailedError, match="No such file"):
        await export(floor.database, folder / "not" / "there", HOUSE)
    assert (folder / "about.json").read_bytes() == before


async def test_half_of_it_is_nothing(floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> AsyncIterator[dataout.Page]:
        yield "journal", []
        raise ConnectionError

    monkeypatch.setattr(dataout, "_journal", broken)
    with pytest.raises(ConnectionError):
        await exporting.export(floor.database, tmp_path / "out", HOUSE)
    assert list(tmp_path.iterdir()) == []
