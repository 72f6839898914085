"""The rules are pure: same facts in, same answer out, with nothing to wait for and nothing to mock."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sources import SOURCE, relative, tree

# What pure code may stand on. Not here on purpose: asyncio, random, secrets, time, logging, os, uuid, io.
STANDARD = frozenset(
    {
        "__future__", "abc", "base64", "bisect", "collections", "dataclasses", "datetime", "decimal", "enum",
        "fractions", "functools", "hashlib", "heapq", "hmac", "itertools", "json", "math", "operator", "re",
        "statistics", "string", "types", "typing", "unicodedata", "zoneinfo",
    }
)  # fmt: skip
ALLOWED = {
    "domain": (STANDARD, ("valvomo.domain",)),
    "live/views": (STANDARD | {"msgspec"}, ("valvomo.domain", "valvomo.protocol", "valvomo.live.views")),
}
CLOCKS = frozenset({"now", "utcnow", "today"})


def pure_files() -> list[tuple[str, Path]]:
    return [(folder, path) for folder in ALLOWED for path in sorted((SOURCE / folder).rglob("*.py"))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize(("folder", "path"), pure_files(), ids=lambda value: Path(value).stem)
def test_imports_only_what_is_pure(folder: str, path: Path) -> None:
    standard, ours = ALLOWED[folder]
    stray = [
        name
        for name in imports(path)
        if name.partition(".")[0] not in standard
        and not any(name == package or name.startswith(f"{package}.") for package in ours)
    ]
    assert stray == [], relative(path)


@pytest.mark.parametrize(("folder", "path"), pure_files(), ids=lambda value: Path(value).stem)
def test_reads_no_clock_and_waits_for_nothing(folder: str, path: Path) -> None:
    del folder
    for node in ast.walk(tree(path)):
        place = f"{relative(path)}:{getattr(node, 'lineno', 0)}"
        assert not isinstance(node, ast.AsyncFunctionDef | ast.Await), place
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCKS, f"{place}: take the time as an argument"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"open", "print", "input"}, place
