"""The doctor's look at what is kept: files, the scanner, the house's own key, accounts that are held."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sample_floor import AATU, HOUSE, Floor
from sample_line import Line, opener
from sample_lines import lay_lines

from valvomo.cli.doctor import channels, keeping, machine
from valvomo.cli.doctor.finding import State
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.execute import Done
from valvomo.db.database import Database
from valvomo.files.port import Place
from valvomo.house_key import FILE, house_key
from valvomo.main.reaching import storage_of
from valvomo.settings import Settings
from valvomo.trunks.sip.kind import Sip


async def test_files_can_be_kept_and_nobody_scans_them(tmp_path: Path) -> None:
    storage, scanner = await keeping.examine(Settings(data=tmp_path))
    assert storage.state is State.OK
    assert scanner.state is State.NOT_CONFIGURED


async def test_a_folder_that_is_none_and_a_scanner_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("no folder")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        storage, scanner = await keeping.examine(Settings(data=tmp_path / "data", clamav_url=url))
    assert (storage.state, scanner.state) == (State.BROKEN, State.BROKEN)
    assert "clamd" in scanner.cure


async def test_files_that_another_process_keeps_elsewhere(database: Database, tmp_path: Path) -> None:
    here, elsewhere = Settings(data=tmp_path / "here"), Settings(data=tmp_path / "elsewhere")
    assert (await keeping.sent(database, here)).state is State.NOT_CONFIGURED
    floor = await Floor.open(database)
    await floor.sql(
        "INSERT INTO attachments (organization_id, id, conversation_id, author_id, side, name, media_type, size,"
        " digest, progress, created_at) VALUES ($1, 'one', $2, 'aino', 'house', 'a.pdf', 'application/pdf', 1,"
        " 'd', 'ready', $3)",
        HOUSE, await floor.start(), floor.clock.now,
    )  # fmt: skip
    await storage_of(here).put(Place(HOUSE, "one"), chunks())
    assert (await keeping.sent(database, here)).state is State.OK
    found = await keeping.sent(database, elsewhere)
    assert found.state is State.BROKEN
    assert found.seen.startswith("1 of the newest 1 files are not in the data folder, one first")
    assert "VALVOMO_FILES_STORE" in found.cure


async def chunks() -> AsyncIterator[bytes]:
    yield b"%PDF"


async def test_what_should_be_gone(database: Database) -> None:
    floor = await Floor.open(database)
    assert (await keeping.removed(database, floor.clock)).state is State.NOT_CONFIGURED
    await floor.start()
    await floor.sql("UPDATE contacts SET forgotten_at = $1", floor.clock.now)
    floor.clock.advance(3600)
    assert (await keeping.removed(database, floor.clock)).state is State.OK
    floor.clock.advance(2 * 24 * 3600)
    found = await keeping.removed(database, floor.clock)
    assert (found.state, "2 days later" in found.seen) == (State.BROKEN, True)
    await floor.sql("UPDATE contacts SET emptied_at = $1", floor.clock.now)
    assert (await keeping.removed(database, floor.clock)).state is State.NOT_CONFIGURED


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_key(tmp_path: Path, spoilt: bool) -> None:
    settings = Settings(data=tmp_path)
    assert machine.key(settings).state is State.NOT_CONFIGURED
    house_key("", tmp_path)
    if spoilt:
        (tmp_path / FILE).write_text("nothing")
    found = machine.key(settings)
    assert found.state is (State.BROKEN if spoilt else State.OK)
    assert not spoilt or str(tmp_path / FILE) in found.seen


def test_processes_that_have_a_key_each(tmp_path: Path) -> None:
    found = machine.key(Settings(data=tmp_path, database_url="postgresql://elsewhere/valvomo"))
    assert found.state is State.WARNING
    assert "openssl rand" in found.cure


async def test_an_account_that_is_held(database: Database) -> None:
    floor = await Floor.open(database)
    async with Line.open(floor) as line:
        assert (await channels.examine(database, line.opener.vault)).state is State.OK
        await floor.sql("UPDATE channel_accounts SET held_since = now()")
        found = await channels.examine(database, line.opener.vault)
    assert found.state is State.BROKEN
    assert "Our system" in found.seen


async def test_an_account_for_which_something_is_not_installed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor = await Floor.open(database)
    await lay_lines(floor, HOUSE)
    await floor.sql("UPDATE workstreams SET callback_account_id = NULL")
    await floor.sql("DELETE FROM channel_accounts")
    vault = opener(floor.database)
    filled = ({"server": "sip.provider.example", "username": "house"}, {"password": "secret"})
    made = await SettingUp(floor.executor, vault, ()).create(AATU, ("sip", "Trunk", "line"), filled, None)
    assert isinstance(made, Done), made
    assert (await channels.examine(database, vault.vault)).state is State.OK
    monkeypatch.setattr(Sip, "lacks", lambda _: "calls by SIP need something")
    found = await channels.examine(database, vault.vault)
    assert (found.state, found.seen) == (State.WARNING, "calls by SIP need something")
