"""Who must have acknowledged what: agents that they may be monitored, supervisors what it is for (spec 1 §5)."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.domain.access.actor import UserRole

KIND_OF_ROLE: Mapping[UserRole, str] = {
    UserRole.AGENT: "agent_monitoring",
    UserRole.SUPERVISOR: "supervisor_purpose",
}
"""The kind of text that an account with this role acknowledges."""


def outstanding(
    roles: frozenset[UserRole],
    given: Mapping[str, Mapping[str, int]],
    newest: Mapping[str, Mapping[str, int]],
) -> list[str]:
    """The kinds that are still to be acknowledged, in order of the roles.

    `given` and `newest` are versions by kind and language. Once is enough, in whichever language: it is asked
    again only when the text that was acknowledged has a newer version in that language.
    """
    return [
        kind
        for role, kind in KIND_OF_ROLE.items()
        if role in roles
        and not any(
            version >= newest.get(kind, {}).get(language, 0)
            for language, version in given.get(kind, {}).items()
        )
    ]
