"""Where an engine is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the engine listens, and the addresses at which browsers reach it; port 0 is any that is free.

    `public` are what browsers are told: of a server behind a translation of addresses that of the outside. Processes of
    its own log from `log_level` on in this `log_format`, as the house does.
    """

    host: str
    port: int = 0
    public: tuple[str, ...] = ()
    log_level: str = "info"
    log_format: Literal["console", "json"] = "console"
