"""What code inside a transaction can do: run named statements, and nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from asyncpg import Connection, Record
from asyncpg.pool import PoolConnectionProxy

from valvomo.db.statements import Statement
from valvomo.telemetry.spans import Span, part


class UnknownStatementError(Exception):
    """No statement has this key: a bug in the caller."""


class Transaction:
    """One open transaction, or a connection on which each statement is one (`Database.asking`).

    Every call names a statement as ``area.name`` and gives its parameters in order. A violated constraint is
    `asyncpg.IntegrityConstraintViolationError` with ``constraint_name``, which areas map to their refusals.
    """

    __slots__ = ("_connection", "_statements")

    def __init__(
        self,
        connection: "Connection[Record] | PoolConnectionProxy[Record]",
        statements: Mapping[str, Statement],
    ) -> None:
        self._connection = connection
        self._statements = statements

    async def rows(self, name: str, *args: Any) -> list[Record]:
        """All rows."""
        return await self._connection.fetch(self._sql(name), *args)

    async def row(self, name: str, *args: Any) -> Record | None:
        """The first row, or None where there is none."""
        return await self._connection.fetchrow(self._sql(name), *args)

    async def value(self, name: str, *args: Any) -> Any:
        """The first column of the first row, or None where there is none."""
        return await self._connection.fetchval(self._sql(name), *args)

    async def run(self, name: str, *args: Any) -> str:
        """The command's status, such as ``UPDATE 1``."""
        return await self._connection.execute(self._sql(name), *args)

    async def many(self, name: str, batches: Iterable[Sequence[Any]]) -> None:
        """The statement once for each sequence of parameters, in one round trip."""
        await self._connection.executemany(self._sql(name), batches)

    def _sql(self, name: str) -> str:
        statement = self._statements.get(name)
        if statement is None:
            raise UnknownStatementError(name)
        return statement.sql


class TracedTransaction(Transaction):
    """The same, with a span for each statement: its name, and nothing of what it is given or answers."""

    __slots__ = ()

    async def rows(self, name: str, *args: Any) -> list[Record]:
        """All rows."""
        with _statement(name):
            return await super().rows(name, *args)

    async def row(self, name: str, *args: Any) -> Record | None:
        """The first row."""
        with _statement(name):
            return await super().row(name, *args)

    async def value(self, name: str, *args: Any) -> Any:
        """The first column of the first row."""
        with _statement(name):
            return await super().value(name, *args)

    async def run(self, name: str, *args: Any) -> str:
        """The command's status."""
        with _statement(name):
            return await super().run(name, *args)

    async def many(self, name: str, batches: Iterable[Sequence[Any]]) -> None:
        """Once for each sequence of parameters."""
        with _statement(name):
            await super().many(name, batches)


def _statement(name: str) -> AbstractContextManager[Span]:
    return part(name, kind="client", db__system__name="postgresql", db__operation__name=name)
