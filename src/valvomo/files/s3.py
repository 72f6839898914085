"""Files with whoever speaks S3: the storage of many processes that share no folder."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from valvomo.files.port import MissingError, Place, StorageError

CHUNK = 256 * 1024
_PART = 8 * 1024 * 1024
"""Bytes of a part of a large file; S3 takes none below five megabytes but the last."""
_TRY_FOR = timedelta(seconds=20)
MOST_TRIES = 3
"""After the first, of what S3 says it could not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Where, and as whom. Without a key the machine's own way of knowing is taken, as S3 programs do."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = ""

    @classmethod
    def of(cls, url: str) -> Bucket:
        """The bucket of ``s3://key:secret@bucket/prefix?endpoint=…&region=…``."""
        parts = urlsplit(url)
        return cls(
            name=parts.hostname or "",
            prefix=parts.path.strip("/"),
            key=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
            **dict(parse_qsl(parts.query)),
        )


class S3:
    """The storage in one bucket, below a prefix."""

    def __init__(self, bucket: Bucket, *, tries: int = MOST_TRIES) -> None:
        self._prefix = f"{bucket.prefix}/" if bucket.prefix else ""
        settings: dict[str, Any] = {
            "endpoint": bucket.endpoint,
            "region": bucket.region or "us-east-1",
            "access_key_id": bucket.key,
            "secret_access_key": bucket.secret,
            "virtual_hosted_style_request": False if bucket.endpoint else None,
        }
        given = {name: value for name, value in settings.items() if value not in ("", None)}
        self._store = S3Store(
            bucket.name,
            config=cast("Any", given),
            client_options={
                "allow_http": bucket.endpoint.startswith("http://"),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": tries, "retry_timeout": _TRY_FOR},
        )

    async def put(self, place: Place, chunks: AsyncIterator[bytes]) -> None:
        """In parts, so that a large file takes no more memory than one; there is nothing there before all is."""
        failed: list[BaseException] = []

        async def ours() -> AsyncIterator[bytes]:
            try:
                async for chunk in chunks:
                    yield chunk
            except BaseException as error:
                # Ours, and to be told as what it is: obstore would wrap it.
                failed.append(error)
                raise

        with _reported():
            try:
                await obstore.put_async(
                    self._store,
                    self._at(place),
                    ours(),
                    use_multipart=True,
                    chunk_size=_PART,
                    max_concurrency=2,
                )
            except BaseException:
                if failed:
                    raise failed[0] from None
                raise

    async def read(self, place: Place, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """As they come."""
        if end is not None and end <= start:
            return
        part: Any = {"offset": start} if end is None else (start, end)
        options: Any = {"range": part} if start or end is not None else {}
        with _reported():
            found = await obstore.get_async(self._store, self._at(place), options=options)
            stream = found.stream(min_chunk_size=CHUNK)
        while True:
            with _reported():
                try:
                    chunk = await anext(stream)
                except StopAsyncIteration:
                    return
            yield bytes(chunk)

    async def size(self, place: Place) -> int:
        """As the bucket says."""
        with _reported():
            return int((await obstore.head_async(self._store, self._at(place)))["size"])

    async def remove(self, place: Place) -> None:
        """S3 says nothing of what was not there, and others that it is missing."""
        with contextlib.suppress(MissingError), _reported():
            await obstore.delete_async(self._store, self._at(place))

    async def check(self) -> None:
        """Writes a small file, reads it back, removes it."""
        path, said = f"{self._prefix}check-{secrets.token_hex(4)}", secrets.token_bytes(16)
        with _reported():
            await obstore.put_async(self._store, path, said, use_multipart=False)
            read = bytes(await (await obstore.get_async(self._store, path)).bytes_async())
            await obstore.delete_async(self._store, path)
        if read != said:
            raise StorageError("what was read back is not what was written")

    def _at(self, place: Place) -> str:
        return f"{self._prefix}{place.path}"


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise MissingError("no such object") from error
    except (BaseError, OSError) as error:
        # What it says may hold addresses and keys' names, never secrets.
        raise StorageError(str(error).splitlines()[0]) from error
