"""What the driver raises when the database cannot be reached, is going away, or has cut us off."""

import asyncpg

LOST = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The last is what it says when the server ends the session in the moment in which it is spoken to."""
_AWAY = (
    OSError, TimeoutError, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError, asyncpg.ObjectNotInPrerequisiteStateError,
)  # fmt: skip


def is_away(error: BaseException) -> bool:
    """Whether it is the database's trouble, which nothing that was asked of it could help.

    What the driver refuses of a value is that value's own.
    """
    return isinstance(error, _AWAY) and not isinstance(error, ValueError)
