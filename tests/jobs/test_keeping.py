"""What is kept of calls goes after its days: also what comes late, and whatever its storage does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from pathlib import Path

import pytest
from sample_floor import AINO, HOUSE, Floor

from valvomo.commands.conversations.record import EndRecording, HearRecording
from valvomo.commands.conversations.write_down import WriteDown
from valvomo.db import recordings
from valvomo.db.recordings import Track
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.call_marks import Kept
from valvomo.domain.conversations.model import Role
from valvomo.domain.refusals import Reason
from valvomo.files.folder import Folder
from valvomo.files.port import Place, StorageError
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import HouseKey
from valvomo.jobs.calls.keeping import Keeping
from valvomo.media.port import Recorded
from valvomo.media.port import Track as Written

CALLS = system(HOUSE, "calls")
DAY = 86_400


class Stubborn(Folder):
    """A storage that does not let go of some files, or of any; what `meanwhile` does happens while it takes one."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.away = False
        self.holds: Collection[str] = ()
        self.meanwhile: Callable[[], None] = lambda: None

    async def put(self, place: Place, chunks: AsyncIterator[bytes]) -> None:
        await super().put(place, chunks)
        self.meanwhile()

    async def remove(self, place: Place) -> None:
        if self.away or place.file_id in self.holds:
            raise StorageError("not now")
        await super().remove(place)


class Kept30:
    """A conversation with recordings that are kept for 30 days, and whoever keeps them."""

    def __init__(self, floor: Floor, folder: Path, one: str) -> None:
        self.floor, self.one = floor, one
        self.folder, self.kept = folder / "calls", folder / "files"
        self.folder.mkdir()
        self.storage = Stubborn(self.kept)
        files = SealedFiles(self.storage, lambda: HouseKey((b"k" * 32,)))
        self.keeping = Keeping(floor.executor, files, self.folder, floor.clock)

    async def begin(self, recording_id: str, *track_ids: str) -> None:
        async with self.floor.database.transaction() as tx:
            key, span = (HOUSE, recording_id), (self.floor.clock.now, 30)
            await recordings.begin(tx, key, self.one, span, kept=Kept.RECORDING)
            if track_ids:
                await recordings.end(tx, key, [sound(one) for one in track_ids], failed=False)

    async def say(self, recording_id: str, text: str) -> None:
        said = WriteDown(
            recording_id=recording_id, person_id="aino", name="Aino", spoken_as=Role.PRIMARY, text=text,
            began_ms=0, ended_ms=1, confidence=1.0, heard=True,
        )  # fmt: skip
        await self.floor.done(CALLS, said)

    def offer(self, recording_id: str) -> Path:
        """A carrier comes back with a file of its."""
        file = self.folder / f"{recording_id}-1.opus"
        file.write_bytes(b"what was said")
        self.keeping.offer(Recorded("call", recording_id, (Written(str(file), "aino", "agent", 0.0, 1.0),)))
        return file

    async def states(self) -> dict[str, str]:
        return {row["id"]: row["state"] for row in await self.floor.sql("SELECT id, state FROM recordings")}

    async def words(self) -> list[str]:
        return [
            row["text"] for row in await self.floor.sql("SELECT text FROM internal_messages ORDER BY seq")
        ]

    def stored(self) -> list[Path]:
        return [one for one in self.kept.rglob("*") if one.is_file()]


def sound(track_id: str) -> Track:
    return Track(id=track_id, person_id="aino", part="agent", began=0.0, seconds=1.0)


@pytest.fixture
async def house(floor: Floor, tmp_path: Path) -> Kept30:
    return Kept30(floor, tmp_path, await floor.accepted())


@pytest.mark.parametrize("removed", [True, False], ids=["removed", "to be removed"])
async def test_of_a_file_that_comes_after_its_days_nothing_is_kept(house: Kept30, *, removed: bool) -> None:
    await house.begin("r")
    house.floor.clock.advance(31 * DAY)
    if removed:
        await house.keeping.round()
    file = house.offer("r")
    await house.keeping.round()
    assert (file.exists(), house.stored()) == (False, [])
    assert await house.floor.sql("SELECT 1 FROM recording_tracks") == []
    assert await house.states() == {"r": "removed"}


async def test_of_two_processes_that_carried_a_call_both_files_are_kept(house: Kept30) -> None:
    await house.begin("r")
    elsewhere = house.folder.parent / "elsewhere"
    elsewhere.mkdir()
    for folder, began, said in ((house.folder, 0.0, b"before"), (elsewhere, 60.0, b"after")):
        file = folder / "r-1.opus"
        track = Written(str(file), "aino", "agent", began, 1.0)
        for _ in range(2):
            file.write_bytes(said)
            house.keeping.offer(Recorded("call", "r", (track,)))
            await house.keeping.round()
    rows = await house.floor.sql("SELECT id, began FROM recording_tracks ORDER BY began")
    assert [row["began"] for row in rows] == [0.0, 60.0]
    files = SealedFiles(house.storage, lambda: HouseKey((b"k" * 32,)))
    assert [await files.get(Place(HOUSE, row["id"])) for row in rows] == [b"before", b"after"]


async def test_what_was_stored_when_its_days_ended_does_not_stay(house: Kept30) -> None:
    await house.begin("r")
    house.storage.meanwhile = lambda: house.floor.clock.advance(31 * DAY)
    file = house.offer("r")
    await house.keeping.round()
    assert file.exists(), "nobody has taken it"
    await house.keeping.round()
    assert (file.exists(), house.stored()) == (False, [])


async def test_nothing_is_added_to_or_heard_of_what_is_removed(house: Kept30) -> None:
    await house.begin("r", "t")
    heard = HearRecording(conversation_id=house.one, recording_id="r", track_id="t")
    await house.floor.done(AINO, heard)
    ended = EndRecording(recording_id="r", tracks=(sound("late"),))
    for make in ("UPDATE recordings SET state = 'removed'", "UPDATE recordings SET state = 'kept'"):
        await house.floor.sql(make)
        assert (await house.floor.refused(CALLS, ended)).reason is (Reason.NOT_RECORDED)
        assert (await house.floor.refused(AINO, heard)).reason is Reason.NOT_FOUND
        house.floor.clock.advance(31 * DAY)
    tracks = await house.floor.sql("SELECT id FROM recording_tracks")
    assert [row["id"] for row in tracks] == ["t"]


async def test_words_go_on_their_day_while_the_storage_of_the_sound_is_away(house: Kept30) -> None:
    await house.begin("r", "t")
    await house.say("r", "We said this")
    await house.begin("later", "u")
    await house.floor.sql(
        "UPDATE recordings SET keep_until = keep_until + interval '9 days' WHERE id = 'later'"
    )
    await house.say("later", "and that")
    house.storage.away = True
    house.floor.clock.advance(31 * DAY)
    await house.keeping.round()
    assert await house.words() == ["", "and that"]
    (row,) = await house.floor.sql("SELECT spoken FROM internal_messages WHERE text = ''")
    assert (row["spoken"]["removed"], "salt" in row["spoken"]) == (True, False)
    assert (await house.states())["r"] == "kept", "its sound is there still"
    house.storage.away = False
    await house.keeping.round()
    assert await house.states() == {"r": "removed", "later": "kept"}
    assert await house.words() == ["", "and that"]


async def test_what_the_storage_does_not_let_go_of_blocks_nothing_else(house: Kept30) -> None:
    many = [f"{number:03}" for number in range(101)]
    for one in many:
        await house.begin(f"held{one}", f"t{one}")
    house.floor.clock.advance(1)
    await house.begin("free", "t")
    await house.say("free", "We said this")
    house.storage.holds = {f"t{one}" for one in many}
    house.floor.clock.advance(31 * DAY)
    await house.keeping.round()
    assert await house.words() == [""], "however many come before it"
    for _ in many:
        await house.keeping.round()
    states = await house.states()
    assert states.pop("free") == "removed"
    assert set(states.values()) == {"kept"}
    house.storage.holds = ()
    for _ in range(3):
        await house.keeping.round()
    assert set((await house.states()).values()) == {"removed"}
