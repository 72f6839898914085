"""SQL lives in named statements, and leaves nothing behind on a pooled connection."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sources import relative, tree, with_suffix

STATEMENT = re.compile(
    r"\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|INDEX|ROLE|DATABASE|FUNCTION)\s)"
)
# Before there is a schema to have statements for, and the heartbeat of a connection.
ELSEWHERE = {"src/valvomo/db/embedded/supervisor.py", "src/valvomo/db/listening.py"}
# The pool does not reset connections, so nothing may outlive its transaction on one.
SESSION_STATE = re.compile(
    r"\bpg_(try_)?advisory_lock(_shared)?\b|^SET\s+(SESSION\s|\w+\s+TO\s)|\bLISTEN\s", re.MULTILINE
)
OWN_CONNECTION = {
    "src/valvomo/db/sql/migrations.sql",
    "src/valvomo/db/sql/leading.sql",
    "src/valvomo/db/sql/claims.sql",
}


def strings(path: Path) -> Iterator[ast.Constant]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node


def test_no_sql_in_python() -> None:
    found = [
        f"{relative(path)}:{node.lineno}"
        for path in with_suffix(".py", under="src/")
        if relative(path) not in ELSEWHERE
        for node in strings(path)
        if STATEMENT.match(str(node.value))
    ]
    assert found == []


def test_no_statement_leaves_session_state() -> None:
    found = [
        relative(path)
        for path in with_suffix(".sql", under="src/valvomo/db/sql/")
        if relative(path) not in OWN_CONNECTION and SESSION_STATE.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
