"""Enclosing: the files of a message as its provider is given them, read from where the house keeps them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.channels.media import Enclosed
from valvomo.db.messages import attached
from valvomo.domain.attachments.attached import PublicAttachment
from valvomo.files.links import Links, Opening
from valvomo.files.port import Place, Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosures:
    """One for a process. `base_url` is where providers reach this server, unless files have a place of their own."""

    storage: Storage
    links: Links
    base_url: str
    clock: Callable[[], datetime]

    def of(self, organization_id: str, stored: Sequence[dict[str, Any]] | None) -> tuple[Enclosed, ...]:
        """What a row of the public table says that the message has with it: nothing else is within reach here."""
        files: tuple[PublicAttachment, ...] = attached(stored, public=True)
        return tuple(self._enclosed(organization_id, one) for one in files)

    def link(self, organization_id: str, file_id: str) -> str:
        """An address that opens a file for an hour at least."""
        address, _ = self.links.link(organization_id, file_id, Opening.SENT, self.clock())
        return address if address.startswith("http") else f"{self.base_url.rstrip('/')}{address}"

    def _enclosed(self, organization_id: str, one: PublicAttachment) -> Enclosed:
        place = Place(organization_id, one.id)

        def chunks() -> AsyncIterator[bytes]:
            return self.storage.read(place)

        def link() -> str:
            return self.link(organization_id, one.id)

        return Enclosed(
            id=one.id, name=one.name, media_type=one.media_type, size=one.size, chunks=chunks, link=link
        )
