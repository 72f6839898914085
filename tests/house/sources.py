"""The files of the project, as the house rules see them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "valvomo"
# Made by tools, and read by nobody.
_GENERATED = {"uv.lock", "web/package-lock.json", "web/openapi.json", "web/src/api/schema.d.ts"}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def files() -> tuple[Path, ...]:
    """Everything that is or will be under version control and was written by hand."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name and name not in _GENERATED)
    return tuple(path for path in sorted(paths) if path.is_file())


def with_suffix(*suffixes: str, under: str = "") -> list[Path]:
    return [path for path in files() if path.suffix in suffixes and relative(path).startswith(under)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
