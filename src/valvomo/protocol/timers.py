"""Timers of workstreams as they are given: one by one (spec 1 §2)."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.protocol.settings import Seconds


class TimersRequest(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Timers that are given; one that is left out stays as it is, or is the default of the channel."""

    offer: Annotated[int, Meta(ge=5, le=3600)] | UnsetType = UNSET
    reconnect: Annotated[int, Meta(ge=1, le=86400)] | UnsetType = UNSET
    agent_gone: Annotated[int, Meta(ge=1, le=86400)] | UnsetType = UNSET
    auto_close_open: Seconds | UnsetType | None = UNSET
    auto_close_wrap_up: Seconds | UnsetType | None = UNSET
    auto_close_waiting: Seconds | UnsetType | None = UNSET
    auto_end_active: Seconds | UnsetType | None = UNSET
    wrap_up_block: Annotated[int, Meta(ge=1, le=86400)] | UnsetType = UNSET
