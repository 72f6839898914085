"""Files in a folder of this machine, or of several that share one: written beside, made durable, and then moved in."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from valvomo.files.port import MissingError, Place, StorageError

CHUNK = 256 * 1024
_CHECKED = "check"


class Folder:
    """The storage below one folder, which is made when the first file comes; only its owner may enter."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, place: Place, chunks: AsyncIterator[bytes]) -> None:
        """Durable when this returns: file and folder are synced before anybody is told."""
        await self._put(self._root / place.path, chunks)

    async def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """A chunk at a time, so that a large file takes no more memory than a small one."""
        with _reported():
            handle = await _held(_opened, self._root / place.path)
        try:
            handle.seek(start)
            left = None if end is None else end - start
            while left is None or left > 0:
                with _reported():
                    chunk = await asyncio.to_thread(handle.read, CHUNK if left is None else min(CHUNK, left))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk
        finally:
            handle.close()

    async def size(self, place: Place) -> int:
        """As the folder says."""
        with _reported():
            return (await asyncio.to_thread((self._root / place.path).stat)).st_size

    async def remove(self, place: Place) -> None:
        """Nothing is left, not even a folder that has become empty, until another file needs it."""
        with _reported():
            await asyncio.to_thread(_removed, self._root / place.path)

    async def check(self) -> None:
        """Writes a small file, reads it back, removes it."""
        path, said = self._root / f"{_CHECKED}-{secrets.token_hex(4)}", secrets.token_bytes(16)

        async def chunks() -> AsyncIterator[bytes]:
            yield said

        await self._put(path, chunks())
        with _reported():
            read = await asyncio.to_thread(path.read_bytes)
            await asyncio.to_thread(path.unlink)
        if read != said:
            raise StorageError("what was read back is not what was written")

    async def _put(self, path: Path, chunks: AsyncIterator[bytes]) -> None:
        beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            with _reported():
                handle = await _held(_created, beside)
            try:
                async for chunk in chunks:
                    with _reported():
                        await asyncio.to_thread(handle.write, chunk)
                with _reported():
                    await asyncio.to_thread(_synced, handle)
            finally:
                handle.close()
            with _reported():
                await asyncio.to_thread(_moved, beside, path)
        except BaseException:
            with contextlib.suppress(OSError):
                await asyncio.shield(asyncio.to_thread(beside.unlink))
            raise


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingError(str(error)) from error
    except OSError as error:
        raise StorageError(str(error)) from error


async def _held(opener: Callable[[Path], BinaryIO], path: Path) -> BinaryIO:
    """Apart from the loop. Who is cancelled meanwhile leaves nothing open, and no file that comes to be afterwards."""
    opening = asyncio.get_running_loop().run_in_executor(None, opener, path)
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            (await opening).close()
        raise


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _created(path: Path) -> BinaryIO:
    for folder in reversed(path.parents):
        with contextlib.suppress(FileExistsError):
            folder.mkdir(mode=0o700)
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb")


def _synced(handle: BinaryIO) -> None:
    handle.flush()
    os.fsync(handle.fileno())


def _moved(beside: Path, path: Path) -> None:
    beside.replace(path)
    # The name is in the folder only once the folder itself is on the disk, and the folder in its own.
    for folder in (path.parent, path.parent.parent):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _removed(path: Path) -> None:
    path.unlink(missing_ok=True)
