"""Quoted: what of a message somebody has written for it, and what can be folded: a signature, and what they answer to.

Messages that come by mail have them at the end, each line of the one behind `>`, the other behind a line `-- `.
"""

from __future__ import annotations

SIGNATURE = "-- "


def said_of(text: str) -> str:
    """The words themselves; all of it where there would be none."""
    lines = text.split("\n")
    end = len(lines)
    while end and (lines[end - 1].startswith(">") or not lines[end - 1].strip()):
        end -= 1
    if SIGNATURE in lines[:end]:
        end = end - 1 - lines[:end][::-1].index(SIGNATURE)
    said = "\n".join(lines[:end]).rstrip()
    return said or text
