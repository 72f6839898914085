"""Named SQL statements, read from ``sql/*.sql``.

A file is an area (``conversations.sql``), a statement in it begins with two comment lines::

    -- name: lock
    -- The row of one conversation, locked until the transaction ends.
    SELECT ... FOR UPDATE

and is called by its key ``conversations.lock``. So every statement can be found, read, explained and reviewed
by someone who does not read Python.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"^-- name:[ \t]*(?P<name>.*?)[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"--.*")
_WORD = re.compile(r"[a-z][a-z0-9_]*")


class BadStatementError(Exception):
    """A statement file that cannot be trusted; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: ``key`` is ``area.name``, ``purpose`` says in a line what it is for."""

    key: str
    purpose: str
    sql: str


def read_statements(folder: Path) -> Mapping[str, Statement]:
    """All statements of a folder by key; raises `BadStatementError` rather than guess."""
    found: dict[str, Statement] = {}
    for path in sorted(folder.glob("*.sql")):
        for statement in _statements_of(path):
            if statement.key in found:
                raise BadStatementError(f"{path.name}: {statement.key} is there twice")
            found[statement.key] = statement
    return MappingProxyType(found)


@cache
def statements() -> Mapping[str, Statement]:
    """The statements of this package, read once."""
    return read_statements(_FOLDER)


def _statements_of(path: Path) -> Iterator[Statement]:
    text = path.read_text(encoding="utf-8")
    heads = list(_NAME.finditer(text))
    if not heads:
        raise BadStatementError(f"{path.name}: no `-- name:` line")
    if any(line and not line.startswith("--") for line in text[: heads[0].start()].splitlines()):
        raise BadStatementError(f"{path.name}: there is SQL before the first `-- name:` line")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for head, end in zip(heads, ends, strict=True):
        yield _statement(path, head["name"], text[head.end() : end])


def _statement(path: Path, name: str, body: str) -> Statement:
    key = f"{path.stem}.{name}"
    if not _WORD.fullmatch(name) or not _WORD.fullmatch(path.stem):
        raise BadStatementError(f"{path.name}: {key!r} is not a name in lower_case")
    first, _, sql = body.lstrip("\n").partition("\n")
    purpose = first.removeprefix("--").strip()
    if not first.startswith("--") or not purpose:
        raise BadStatementError(f"{path.name}: {key} lacks the line that says what it is for")
    sql = sql.strip()
    code = _COMMENT.sub("", sql).strip().removesuffix(";")
    if not code:
        raise BadStatementError(f"{path.name}: {key} is empty")
    if re.search(r";\s*$", code, re.MULTILINE):
        raise BadStatementError(f"{path.name}: {key} is more than one statement")
    return Statement(key, purpose, sql.removesuffix(";"))
