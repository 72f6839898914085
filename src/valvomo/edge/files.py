"""Files of the web build: console, widget, sample shop. Read once, so that no path can lead anywhere else."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from valvomo.edge.http.origin import header

_HASHED = re.compile(r"[-.][A-Za-z0-9_-]{8}\.\w+$")
_COMPRESSED = ("text/", "application/json", "image/svg")
_LEAST_TO_COMPRESS = 1024
_NOT_PAGES = ("/api/", "/api", "/widget", "/bot/", "/healthz", "/readyz", "/metrics")
"""Where an unknown address is an error, and not a page of the console that the browser finds by itself."""

SHOP = "/widget/demo"
_TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".webmanifest": "application/manifest+json"}

Send = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Asset:
    """One file, as it is sent."""

    body: bytes
    compressible: bool
    kind: str
    tag: str
    caching: str

    @cached_property
    def compressed(self) -> bytes:
        """Made when it is first asked for: all of them together would take as long as half a server's start."""
        return gzip.compress(self.body, 6)

    async def answer(self, scope: Any, send: Send) -> None:
        """Send it, compressed where that is understood; 304 when it is there already."""
        headers = [
            (b"content-type", self.kind.encode()),
            (b"etag", self.tag.encode()),
            (b"cache-control", self.caching.encode()),
            (b"vary", b"accept-encoding"),
        ]
        status, body = 200, self.body
        if self.tag in (header(scope["headers"], b"if-none-match") or ""):
            status, body = 304, b""
        elif self.compressible and "gzip" in (header(scope["headers"], b"accept-encoding") or ""):
            body = self.compressed
            headers.append((b"content-encoding", b"gzip"))
        if status != 304:  # noqa: PLR2004 - not modified has no body and no length
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class Files:
    """All files below a folder, by address. An empty or missing folder has none."""

    def __init__(self, folder: Path) -> None:
        self._assets = _assets(folder)

    def find(self, scope: Any) -> Asset | None:
        """The file at an address; addresses of the console's pages are its one page."""
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD"} or path == SHOP:
            return None
        asset = self._assets.get(path)
        if asset is not None or path.startswith(_NOT_PAGES) or "." in path.rpartition("/")[2]:
            return asset
        return self._assets.get("/index.html")


def page(folder: Path, name: str) -> str | None:
    """The text of a page, None when the web has not been built."""
    path = folder / name
    return path.read_text(encoding="utf-8") if path.is_file() else None


@cache
def _assets(folder: Path) -> dict[str, Asset]:
    # A process that serves a folder several times, as tests do, reads and sums it once.
    return {
        f"/{path.relative_to(folder).as_posix()}": _asset(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    textual = kind.startswith(_COMPRESSED)
    return Asset(
        body=body,
        compressible=textual and len(body) >= _LEAST_TO_COMPRESS,
        kind=f"{kind}; charset=utf-8" if textual else kind,
        tag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
        caching=_caching(path),
    )


def _caching(path: Path) -> str:
    if path.parent.name == "assets" or _HASHED.search(path.name):
        return "public, max-age=31536000, immutable"
    return "public, max-age=300" if path.name == "loader.js" else "no-cache"
