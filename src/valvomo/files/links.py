"""Links that open one variant of one file for some minutes, and nothing else: whoever has one needs no cookie."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

MINUTES = 5
"""A link is good for so long at least, and for twice that at most: equal ones for a while, so that caches help."""
PREFIX = "/files/"
_STEP = MINUTES * 60
_SENT_STEP = 3600
_PATH = re.compile(
    r"/files/(?P<organization>[A-Za-z0-9-]{1,64})/(?P<file>[0-9a-f-]{36})/(?P<opening>whole|thumbnail|download|sent|html)"
    r"/(?P<until>[0-9]{1,12})/(?P<signature>[A-Za-z0-9_-]{43})"
)


class Opening(StrEnum):
    """What a link opens: the file to be shown, its small picture, the file to be downloaded, or for a provider.

    A provider is told what the file is, which no browser is that might show it, and may take an hour to fetch it.
    `HTML` is no file: the id is a message's, and what opens is what that looked like.
    """

    WHOLE = "whole"
    THUMBNAIL = "thumbnail"
    DOWNLOAD = "download"
    SENT = "sent"
    HTML = "html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link says that is good."""

    organization_id: str
    file_id: str
    opening: Opening
    until: int


class Links:
    """Signs and checks. `key` gives one that is derived from the house's, when it is needed first.

    `base` is where files are opened, empty for this server's own address.
    """

    def __init__(self, key: Callable[[], bytes], base: str = "") -> None:
        self._key = cache(key)
        self.base = base.rstrip("/")

    def link(
        self, organization_id: str, file_id: str, opening: Opening, now: datetime
    ) -> tuple[str, datetime]:
        """The address, and until when it is good."""
        step = _SENT_STEP if opening is Opening.SENT else _STEP
        until = (int(now.timestamp()) // step + 2) * step
        signature = self._signature(organization_id, file_id, opening, until)
        path = f"{PREFIX}{organization_id}/{file_id}/{opening.value}/{until}/{signature}"
        return self.base + path, datetime.fromtimestamp(until, now.tzinfo)

    def opened(self, path: str, now: datetime) -> Link | None:
        """What this path opens; None where it is not signed by us, for something else, or too late."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        opening, until = Opening(found["opening"]), int(found["until"])
        expected = self._signature(found["organization"], found["file"], opening, until)
        if not hmac.compare_digest(expected, found["signature"]) or until <= now.timestamp():
            return None
        return Link(
            organization_id=found["organization"], file_id=found["file"], opening=opening, until=until
        )

    def _signature(self, organization_id: str, file_id: str, opening: Opening, until: int) -> str:
        said = f"{organization_id}\n{file_id}\n{opening.value}\n{until}".encode()
        return urlsafe_b64encode(hmac.digest(self._key(), said, hashlib.sha256)).rstrip(b"=").decode()
