"""Forgetting: a customer is taken out of what the house knows, with all contacts that they were.

What was written with them goes from their conversations afterwards (`domain/conversations/forgotten.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.agents.events import HouseFact, Searched, SettingChanged
from valvomo.domain.contacts.events import NAMING, NOBODY, ContactChanged
from valvomo.domain.refusals import Reason, Refusal

SHORTEST = 3
"""Characters of a name by which somebody can have searched for this customer, and not for any word."""


def forget_refusal(actor: Actor, ongoing: int) -> Refusal | None:
    """Why this actor may not have a customer forgotten, with whom so many conversations go on."""
    if not actor.is_(UserRole.ADMINISTRATOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.ADMINISTRATOR.value})
    return Refusal(Reason.CONTACT_ONGOING, {"count": ongoing}) if ongoing else None


def unnamed(event: HouseFact) -> HouseFact:
    """A fact of the house that tells of a customer, without whom: which details were changed stays, not to what."""
    if isinstance(event, ContactChanged):
        before, after = (dict.fromkeys(one, NOBODY) for one in (event.before, event.after))
        return replace(event, name=NOBODY, before=dict(before), after=dict(after))
    if isinstance(event, NAMING):
        return replace(event, name=NOBODY, into=NOBODY)
    if isinstance(event, Searched):
        return replace(event, words=NOBODY)
    return replace(event, name=NOBODY) if isinstance(event, SettingChanged) else event


def searched_by(known: Iterable[str | None]) -> list[str]:
    """What somebody must have searched for to have searched for this customer, of all that was known of them."""
    return sorted({one.strip() for one in known if one and len(one.strip()) >= SHORTEST})
