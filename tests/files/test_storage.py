"""Both storages keep the same promises; the folder's is also that nobody else reads it and nothing is left over."""

import asyncio
import stat
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest

from valvomo.db.ids import new_id
from valvomo.files import folder
from valvomo.files.folder import Folder
from valvomo.files.port import MissingError, Place, Storage, StorageError, Variant, all_of, once
from valvomo.files.s3 import S3, Bucket

BIG = bytes(range(256)) * 4096 * 9
"""Nine megabytes: more than one part of S3's."""


def place(variant: Variant = Variant.WHOLE) -> Place:
    return Place(new_id(), new_id(), variant)


async def pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


async def test_what_was_kept_is_read_whole_and_in_part(storage: Storage) -> None:
    for data in (b"", b"x", BIG):
        here = place()
        await storage.put(here, pieces(data))
        assert await storage.size(here) == len(data)
        assert await all_of(storage.read(here)) == data
        if len(data) > 1:
            assert await all_of(storage.read(here, 5, 300_000)) == data[5:300_000]
            assert await all_of(storage.read(here, len(data) - 3)) == data[-3:]
            assert await all_of(storage.read(here, 7, 7)) == b""


async def test_a_second_time_replaces_and_variants_are_apart(storage: Storage) -> None:
    one, other = place(), place(Variant.THUMBNAIL)
    small = Place(one.organization_id, one.file_id, Variant.THUMBNAIL)
    await storage.put(one, once(b"first"))
    await storage.put(one, once(b"second"))
    await storage.put(small, once(b"small"))
    assert await all_of(storage.read(one)) == b"second"
    assert await all_of(storage.read(small)) == b"small"
    await storage.remove(one)
    await storage.remove(one)
    await storage.remove(other)
    assert await all_of(storage.read(small)) == b"small"
    with pytest.raises(MissingError):
        await storage.size(one)
    with pytest.raises(MissingError):
        await all_of(storage.read(one))


async def test_whoever_stops_in_the_middle_leaves_what_was_there(storage: Storage) -> None:
    class StoppedError(Exception):
        pass

    async def broken() -> AsyncIterator[bytes]:
        yield BIG
        raise StoppedError

    here = place()
    await storage.put(here, once(b"before"))
    with pytest.raises(StoppedError):
        await storage.put(here, broken())
    assert await all_of(storage.read(here)) == b"before"
    fresh = place()
    with pytest.raises(StoppedError):
        await storage.put(fresh, broken())
    with pytest.raises(MissingError):
        await storage.size(fresh)


async def test_it_says_whether_it_works(storage: Storage) -> None:
    await storage.check()


@pytest.mark.parametrize("bad", ["", "../x", "a/b", "x.y", "a\0b", "ä", "x" * 65, "."])
def test_no_name_from_outside_is_a_place(bad: str) -> None:
    for ids in ((bad, new_id()), (new_id(), bad)):
        with pytest.raises(ValueError, match="our own ids"):
            Place(*ids)


async def test_only_the_owner_enters_the_folder_and_nothing_half_is_left(tmp_path: Path) -> None:
    root = tmp_path / "files"
    folder, here = Folder(root), place()
    await folder.put(here, pieces(BIG))

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1000
            await asyncio.sleep(0)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await folder.put(place(), endless())
    kept = [one for one in root.rglob("*") if one.is_file()]
    assert [one.relative_to(root).as_posix() for one in kept] == [here.path]
    assert stat.S_IMODE(kept[0].stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700


async def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    folder = Folder(tmp_path / "files")
    with pytest.raises(StorageError):
        await folder.put(place(), once(b"x"))
    with pytest.raises(StorageError):
        await folder.check()


async def test_a_bucket_that_is_not_there_or_not_reached_says_so(bucket: Bucket) -> None:
    for wrong in (
        Bucket(name="no-such-bucket", endpoint=bucket.endpoint, key="k", secret="s"),
        Bucket(name=bucket.name, endpoint="http://127.0.0.1:9", key="k", secret="s"),
    ):
        with pytest.raises((StorageError, MissingError)):
            await S3(wrong, tries=0).check()


def test_the_address_of_a_bucket(bucket: Bucket) -> None:
    assert (bucket.name, bucket.prefix, bucket.key, bucket.secret) == (
        "sent-files",
        "below/this",
        "key",
        "se/cret",
    )
    assert bucket.region == "eu-north-1"


@pytest.mark.parametrize("opener", ["_opened", "_created"])
async def test_whoever_is_cancelled_while_a_file_is_opened_leaves_it_closed_and_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opener: str
) -> None:
    storage, here = Folder(tmp_path), place()
    await storage.put(here, once(b"first"))
    opens, begun, goes_on = getattr(folder, opener), threading.Event(), threading.Event()
    handles: list[BinaryIO] = []

    def slowly(path: Path) -> BinaryIO:
        begun.set()
        assert goes_on.wait(60)
        handles.append(opens(path))
        return handles[0]

    monkeypatch.setattr(folder, opener, slowly)
    reads = opener == "_opened"
    doing = asyncio.get_running_loop().create_task(
        all_of(storage.read(here)) if reads else storage.put(here, once(b"second"))
    )
    assert await asyncio.to_thread(begun.wait, 60)
    doing.cancel()
    await asyncio.sleep(0)  # it hears of it while the file is not open yet
    goes_on.set()
    with pytest.raises(asyncio.CancelledError):
        await doing
    assert [handle.closed for handle in handles] == [True]
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [(tmp_path / here.path).name]
