"""Names say what a thing is; nothing half-done, and nothing of one machine, is left in a file."""

import ast
import re

from sources import files, relative, tree, with_suffix

# Put together here so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE = re.compile(r"(?<![\w.$}])/(wo" + r"rk|ro" + r"ot|ho" + r"me/[a-z]+)/")
VAGUE = frozenset(
    {"util", "utils", "helper", "helpers", "misc", "common", "manager", "managers", "service", "services"}
)
VAGUE_ENDING = re.compile(r"(Manager|Service|Helper|Utils?|Handler)$")
TEXT = {".py", ".sql", ".ts", ".tsx", ".vue", ".css", ".html", ".md", ".toml", ".json", ".yml", ".yaml", ""}


def matches(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in files():
        if path.suffix in TEXT:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if pattern.search(line):
                    found.append(f"{relative(path)}:{number}: {line.strip()}")
    return found


def test_nothing_is_left_for_later() -> None:
    assert matches(UNFINISHED) == []


def test_no_path_of_one_machine() -> None:
    assert matches(MACHINE) == []


def test_no_file_is_named_vaguely() -> None:
    sources = with_suffix(".py", ".ts", ".tsx", ".vue", ".sql")
    assert [relative(path) for path in sources if path.name.split(".")[0].lower() in VAGUE] == []


def test_no_class_is_named_vaguely() -> None:
    found = [
        f"{relative(path)}:{node.lineno} {node.name}"
        for path in with_suffix(".py", under="src/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and VAGUE_ENDING.search(node.name)
    ]
    assert found == []


def test_every_module_says_what_it_is() -> None:
    silent = [relative(path) for path in with_suffix(".py") if not ast.get_docstring(tree(path))]
    assert silent == []
