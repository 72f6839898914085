"""What happens to contacts. These facts belong to no conversation: a merge moves none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged:
    """Somebody changed what is known of a contact; `before` and `after` hold what differs."""

    kind: ClassVar[str] = "contact_changed"
    contact_id: str
    name: str
    before: dict[str, object]
    after: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactMerged:
    """Two contacts, whatever is merged into them included, are one customer from now on."""

    kind: ClassVar[str] = "contact_merged"
    contact_id: str
    name: str
    into_id: str
    into: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactUnmerged:
    """They are two again, each as it was and with what came to it meanwhile."""

    kind: ClassVar[str] = "contact_unmerged"
    contact_id: str
    name: str
    into_id: str
    into: str
