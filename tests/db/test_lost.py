"""What is the database's trouble, and what is the trouble of what was asked of it."""

from __future__ import annotations

import asyncpg
import pytest

from valvomo.db.lost import LOST, is_away

AWAY = {
    "nobody listens": ConnectionRefusedError(),
    "no answer in time": TimeoutError(),
    "the connection is closed": asyncpg.InterfaceError("connection is closed"),
    "it ends the session while it is spoken to": asyncpg.InternalClientError("cannot switch to state 11"),
    "it ends the session": asyncpg.ConnectionDoesNotExistError(),
    "it shuts down": asyncpg.AdminShutdownError(),
    "it starts": asyncpg.CannotConnectNowError(),
    "its disk is full": asyncpg.DiskFullError(),
    "it takes nobody in": asyncpg.ObjectNotInPrerequisiteStateError(),
    "it waits for a lock too long": asyncpg.LockNotAvailableError(),
    "it has no place": asyncpg.TooManyConnectionsError(),
}
ASKED = {
    "a value that the driver refuses": asyncpg.DataError("invalid input for query argument $1"),
    "a value that the database refuses": asyncpg.CheckViolationError(),
    "a statement that it does not understand": asyncpg.PostgresSyntaxError(),
}


@pytest.mark.parametrize("what", AWAY)
def test_the_database_is_away(what: str) -> None:
    assert is_away(AWAY[what])
    assert isinstance(AWAY[what], LOST)


@pytest.mark.parametrize("what", ASKED)
def test_what_was_asked_is_wrong(what: str) -> None:
    assert not is_away(ASKED[what])
    assert isinstance(ASKED[what], LOST), "and who goes on whatever happens does so too"


def test_a_bug_is_neither() -> None:
    assert not is_away(KeyError("a"))
    assert not isinstance(KeyError("a"), LOST)
