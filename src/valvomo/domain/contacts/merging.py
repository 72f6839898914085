"""Merging: which contacts are one customer, as a forest in which every contact points at most at one other.

Nothing moves with a merge. A conversation, a token, a channel's thread and an identity stay with the contact that
they came to, so whoever holds a token reads what they read before, and taking a merge back restores exactly what
was: there is nothing else to restore.
"""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.domain.refusals import Reason, Refusal

Merges = Mapping[str, str]
"""From each contact that is merged into another one to that one."""


def root_of(merges: Merges, contact_id: str) -> str:
    """The contact as which all of this customer's are shown."""
    while contact_id in merges:
        contact_id = merges[contact_id]
    return contact_id


def group_of(merges: Merges, contact_id: str) -> frozenset[str]:
    """All contacts that are the same customer as this one, itself included."""
    root = root_of(merges, contact_id)
    everybody = {contact_id, root, *merges, *merges.values()}
    return frozenset(one for one in everybody if root_of(merges, one) == root)


def merge(merges: Merges, contact_id: str, into_id: str) -> tuple[str, str] | Refusal | None:
    """Which contact is to point at which; None where they are one already.

    What is merged is the customer, not one of the contacts that they are made of: so the two roots become one.
    """
    if contact_id == into_id:
        return Refusal(Reason.SAME_CONTACT)
    pair = (root_of(merges, contact_id), root_of(merges, into_id))
    return None if pair[0] == pair[1] else pair
