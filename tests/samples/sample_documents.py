"""The code that stands in documents for people to copy."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def code_of(page: str, language: str) -> str:
    """The one block of this language on a page of docs."""
    found = re.findall(
        rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
    )
    assert len(found) == 1, f"{page} has {len(found)} blocks of {language}"
    return str(found[0])
