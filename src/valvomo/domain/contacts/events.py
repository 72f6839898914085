"""What happens to contacts. These facts belong to no conversation: a merge moves none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

NOBODY = "\N{EN DASH}"
"""What stands where the name of somebody who is forgotten was, in every language."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactForgotten:
    """A customer is forgotten, with all contacts that they were: by somebody, or by the house's `rule`.

    What was written in their `conversations` goes after this, one by one. `facts` are the positions of those of the
    house that told their name, and `seal` is the digest of these as they are without it.
    """

    kind: ClassVar[str] = "contact_forgotten"
    contact_id: str
    contacts: int
    conversations: int
    rule: bool
    facts: tuple[int, ...]
    seal: str


NAMING = (ContactChanged, ContactMerged, ContactUnmerged)
"""Facts that tell a contact's name."""
