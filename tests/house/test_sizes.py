"""Files and functions stay short enough to be read again."""

import ast

from sources import relative, tree, with_suffix

LONGEST_FILE = 300
LONGEST_FUNCTION = 40


def test_no_file_reaches_300_lines() -> None:
    sources = [
        *with_suffix(".py", ".sql", under="src/"),
        *with_suffix(".ts", ".tsx", ".vue", ".css", under="web/src/"),
        *with_suffix(".ts", ".tsx", ".css", under="web/widget/"),
    ]
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    # A migration is one transaction and cannot be split; message catalogues are data.
    judged = {name: lines for name, lines in lengths.items() if "/migrations/" not in name}
    assert {name: lines for name, lines in judged.items() if lines >= LONGEST_FILE} == {}


def test_no_function_reaches_40_lines() -> None:
    too_long = {}
    for path in with_suffix(".py", under="src/"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines >= LONGEST_FUNCTION:
                    too_long[f"{relative(path)}:{node.lineno} {node.name}"] = lines
    assert too_long == {}
