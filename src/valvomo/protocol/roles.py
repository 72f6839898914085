"""Roles as accounts have them."""

import msgspec

from valvomo.domain.access.actor import UserRole


class RoleDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What an account can be: its word, and what whoever has it does."""

    id: UserRole
    name: str
    description: str
