"""Nesting of HTML, told before anything reads it: parsers take a square of the depth, and strangers choose that."""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 1000
"""Elements inside each other. A hundred answers that quote each other have some hundreds."""
_MARKUP = re.compile(
    r"<!--(?:-?>|.*?--!?>|.*)"
    r"|<(?P<ends>/?)(?P<name>[a-z][^\s/>]*+)"
    r"(?:=\s*+(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))|[^>])*+",
    re.IGNORECASE | re.DOTALL,
)
"""A comment, or a tag with all that is in it. Where it begins it matches, so that each place is looked at once."""
_SHALLOW = frozenset(
    {
        "area", "base", "body", "br", "col", "colgroup", "dd", "dt", "embed", "head", "hr", "html", "img", "input",
        "li", "link", "meta", "option", "p", "param", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track",
        "wbr",
    }
)  # fmt: skip
"""What is empty, or ended by the next of its kind: of these alone nothing becomes deep."""
_TEXT = frozenset({"iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp"})
"""What holds text, whatever that looks like."""


def shallow(html: str) -> str:
    """As much of it, from its beginning, as is not nested deeper than anybody's is."""
    opened: Counter[str] = Counter()
    depth, text = 0, ""
    for found in _MARKUP.finditer(html):
        name = (found["name"] or "").lower()
        if text:
            text = "" if found["ends"] and name == text else text
        elif not name or name in _SHALLOW:
            continue
        elif not found["ends"]:
            opened[name] += 1
            depth += 1
            text = name if name in _TEXT else ""
            if depth > DEEPEST:
                return html[: found.start()]
        if found["ends"] and not text and opened[name]:
            opened[name] -= 1
            depth -= 1
    return html
