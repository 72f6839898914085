"""Whether a fact about no conversation can be read. Those about one are read when it is folded."""

from __future__ import annotations

from typing import Any

import msgspec

from valvomo.domain.agents.events import HOUSE_FACTS


def unreadable(row: Any) -> str | None:
    """Why nobody can take this fact of the house in, its body given as text; None when everybody can."""
    kind = HOUSE_FACTS.get(row["kind"])
    if kind is None:
        return "is of no kind that happens to a house"
    try:
        msgspec.json.decode(row["body"], type=kind)
    except msgspec.DecodeError as error:
        return f"cannot be read: {error}"
    return None
