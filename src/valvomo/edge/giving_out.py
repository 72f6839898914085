"""Giving out files: whoever has a good link gets what it opens, as bytes that can do nothing where they are shown.

No cookie is asked for and none is set. A browser is told that it may run nothing of it, may not guess what it is, and
is given the real type only of pictures, sound and video, which were made anew or cannot hold a page. Providers who
fetch what they deliver are told what it is; whoever else has such a link downloads it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple
from urllib.parse import quote, urlsplit

import structlog

from valvomo.domain.attachments.attached import Upload
from valvomo.domain.attachments.kinds import INLINE, UNKNOWN, kind_of
from valvomo.edge import giving_html
from valvomo.edge.http.origin import header
from valvomo.edge.parts import Parts
from valvomo.files.links import PREFIX, Link, Opening
from valvomo.files.port import MissingError, Place, StorageError, Variant
from valvomo.queries import attachments, message_html

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]

POLICY = "sandbox; default-src 'none'"
THUMBNAIL_TYPE = "image/webp"
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_OK, _PARTIAL, _NOT_FOUND, _METHOD, _RANGE_REFUSED, _AWAY = 200, 206, 404, 405, 416, 503

log = structlog.get_logger(__name__)


class Part(NamedTuple):
    """From `start` up to but without `end` of `size` bytes."""

    start: int
    end: int
    size: int


class GivingOut:
    """All below `/files/`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._host = urlsplit(parts.files.links.base).netloc

    def takes(self, scope: Any) -> bool:
        """Whether this request is answered here. A host that is for files has nothing else, and files nowhere else."""
        if not self._host:
            return bool(scope["path"].startswith(PREFIX))
        return (header(scope["headers"], b"host") or "") == self._host or bool(
            scope["path"].startswith(PREFIX)
        )

    async def answer(self, scope: Any, send: Send) -> None:
        """The file, a part of it, or that there is nothing."""
        scope["path_template"] = f"{PREFIX}…"
        if scope["method"] not in {"GET", "HEAD"}:
            await _say(send, _METHOD, {"allow": "GET, HEAD"})
            return
        elsewhere = self._host and (header(scope["headers"], b"host") or "") != self._host
        link = None if elsewhere else self._parts.files.links.opened(scope["path"], self._parts.clock())
        if link is None:
            await _say(send, _NOT_FOUND)
            return
        if link.opening is Opening.HTML:
            await self._give_html(scope, send, link)
            return
        async with self._parts.reader.asking() as tx:
            upload = await attachments.opened(tx, link.organization_id, link.file_id)
        if upload is None or (link.opening is Opening.WHOLE and kind_of(upload.media_type) not in INLINE):
            await _say(send, _NOT_FOUND)
            return
        await self._give(scope, send, link, upload)

    async def _give_html(self, scope: Any, send: Send, link: Link) -> None:
        async with self._parts.reader.asking() as tx:
            opened = await message_html.opened(tx, link.organization_id, link.file_id)
        if opened is None:
            await _say(send, _NOT_FOUND)
            return
        body = giving_html.page(self._parts.files, link.organization_id, opened, self._parts.clock())
        headers = {**giving_html.headers(self._parts.files), "content-length": str(len(body))}
        await send(_start(_OK, headers))
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _give(self, scope: Any, send: Send, link: Link, upload: Upload) -> None:
        small = link.opening is Opening.THUMBNAIL
        place = Place(upload.organization_id, upload.id, Variant.THUMBNAIL if small else Variant.WHOLE)
        try:
            size = await self._parts.files.storage.size(place)
        except MissingError as error:
            log.warning("attachment.bytes_missing", file=upload.id, error=str(error))
            await _say(send, _NOT_FOUND)
            return
        except StorageError as error:
            log.warning("attachment.not_given", error=str(error))
            await _say(send, _AWAY, {"retry-after": "5"})
            return
        left = max(0, link.until - int(self._parts.clock().timestamp()))
        headers = {**_headers(link, upload), "cache-control": f"private, max-age={left}, immutable"}
        part = _part(header(scope["headers"], b"range"), size)
        if part is None:
            await _say(send, _RANGE_REFUSED, {"content-range": f"bytes */{size}"})
            return
        await self._stream(scope, send, (place, part, headers))

    async def _stream(self, scope: Any, send: Send, what: tuple[Place, Part, dict[str, str]]) -> None:
        place, part, headers = what
        whole = part.end - part.start == part.size
        headers["content-length"] = str(part.end - part.start)
        if not whole:
            headers["content-range"] = f"bytes {part.start}-{part.end - 1}/{part.size}"
        await send(_start(_OK if whole else _PARTIAL, headers))
        if scope["method"] != "HEAD" and part.end > part.start:
            async for chunk in self._parts.files.storage.read(place, part.start, part.end):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _headers(link: Link, upload: Upload) -> dict[str, str]:
    shown = link.opening in {Opening.WHOLE, Opening.THUMBNAIL}
    inline = kind_of(upload.media_type) in INLINE
    told = upload.media_type if inline or link.opening is Opening.SENT else UNKNOWN
    kind = THUMBNAIL_TYPE if link.opening is Opening.THUMBNAIL else told
    return {
        "content-type": kind,
        "content-disposition": disposition(upload.name, shown=shown and inline),
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex",
        "accept-ranges": "bytes",
    }


def disposition(name: str, *, shown: bool) -> str:
    """`Content-Disposition` (RFC 6266): a plain name for the old, and the whole one in a form that cannot break out."""
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"{'inline' if shown else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _part(wanted: str | None, size: int) -> Part | None:
    """What a `Range` asks for: all where it asks for nothing that we understand, None for what is not there."""
    found = _RANGE.fullmatch(wanted or "")
    if found is None or found[1] == found[2] == "":
        return Part(0, size, size)
    if found[1] == "":
        last = int(found[2])
        return Part(max(0, size - last), size, size) if last and size else None
    start = int(found[1])
    end = min(size, int(found[2]) + 1) if found[2] else size
    return Part(start, end, size) if start < end else None


async def _say(send: Send, status: int, headers: dict[str, str] | None = None) -> None:
    bare = {
        "content-security-policy": POLICY,
        "content-length": "0",
        "cross-origin-resource-policy": "cross-origin",
    }
    await send(_start(status, {**bare, **(headers or {})}))
    await send({"type": "http.response.body", "body": b""})


def _start(status: int, headers: dict[str, str]) -> dict[str, Any]:
    given = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": given}
