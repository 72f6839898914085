"""Long texts for models that read a limited number of tokens: the beginning and the end, where feelings are said."""

from __future__ import annotations

from collections.abc import Callable

MOST_TOKENS = 128
"""Reading takes about two milliseconds a token; a whole e-mail must not hold up everybody else."""

LONGEST_TOKEN = 16
"""Characters: no need to count the tokens of more text than can hold what is kept."""


def shortened(text: str, count: Callable[[str], int], most: int = MOST_TOKENS) -> str:
    """The text, or if it has more than `most` tokens its first and its last halves of them."""
    if count(text[: most * LONGEST_TOKEN]) <= most and len(text) <= most * LONGEST_TOKEN:
        return text
    half = most // 2
    beginning, end = text[: half * LONGEST_TOKEN], text[-half * LONGEST_TOKEN :]
    first = _most(len(beginning), lambda size: count(beginning[:size]) <= half)
    last = _most(len(end), lambda size: count(end[len(end) - size :]) <= half)
    return f"{beginning[:first]} {end[len(end) - last :]}"


def clean(text: str) -> str:
    """Without what no model can read: characters that are none, and the end marks of C."""
    return " ".join(text.encode("utf-8", "ignore").decode().replace("\0", " ").split())


def _most(size: int, fits: Callable[[int], bool]) -> int:
    """The greatest number up to `size` that fits, where every smaller one does too."""
    low, high = 0, size
    while low < high:
        middle = (low + high + 1) // 2
        if fits(middle):
            low = middle
        else:
            high = middle - 1
    return low
