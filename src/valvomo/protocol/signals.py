"""What the signals say (`live/signals.py`): that there is something new, and nothing of what it is."""

from __future__ import annotations

import msgspec


class SettingSignal(msgspec.Struct, frozen=True, kw_only=True):
    """A setting, an alert or an evaluation changed at `position`; `kind` and `id` as the audit log names them."""

    id: str
    kind: str
    position: int


class AuditSignal(msgspec.Struct, frozen=True, kw_only=True):
    """The audit log goes as far as `position`, 0 while it is empty."""

    position: int
    id: str = "audit"
    kind: str = "audit"
