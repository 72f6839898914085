"""What a pattern asks of a text it asks of all of it: `$` of Python lets a line feed follow (`re`, *Syntax*)."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from sources import ROOT, relative

SOURCES = ROOT / "src"


def patterns() -> Iterator[tuple[str, str]]:
    """Where it stands, and each pattern that a text in a request, a form or a setting must have."""
    for path in sorted(SOURCES.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "pattern=" in text:
            yield from _of(path, text)


def _of(path: Path, text: str) -> Iterator[tuple[str, str]]:
    module = importlib.import_module(".".join(path.relative_to(SOURCES).with_suffix("").parts))
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call):
            continue
        for one in call.keywords:
            if one.arg == "pattern" and isinstance(one.value, ast.Constant | ast.JoinedStr | ast.Name):
                code = compile(ast.Expression(one.value), relative(path), "eval")
                yield f"{relative(path)}:{one.value.lineno}", eval(code, vars(module))  # noqa: S307 - our own


def test_no_pattern_lets_a_line_feed_follow() -> None:
    found = list(patterns())
    assert len(found) > 80
    assert [where for where, pattern in found if pattern.endswith("$")] == []
