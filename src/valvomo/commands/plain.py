"""Plain: what leaves the house without encryption does so only within networks that the operator has named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from valvomo.addresses import Network, may_be_plain
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Refusal, malformed


async def plain_refusal(at: str, url: str | None, allowed: Sequence[Network]) -> Refusal | None:
    """Why an address is not kept, before it is; what it stands for is judged at each use too."""
    try:
        parts = urlsplit(url or "")
        if parts.scheme != "http" or await may_be_plain(parts.hostname or "", parts.port or 80, allowed):
            return None
    except ValueError:
        # What cannot be read is refused by whoever keeps it.
        return None
    return malformed(at, "must begin with https:// for a server out there")


class Plain:
    """One for a process: judges where administrators want letters sent and models asked."""

    def __init__(self, allowed: Sequence[Network]) -> None:
        self._allowed = allowed

    async def refusal(self, actor: Actor, addresses: Mapping[str, str | None]) -> Refusal | None:
        """The first address that is not kept, by where it stands. Nobody else makes us look for a name."""
        if not actor.is_(UserRole.ADMINISTRATOR):
            return None
        for at, url in addresses.items():
            if refusal := await plain_refusal(at, url, self._allowed):
                return refusal
        return None
