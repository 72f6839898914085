"""Chance: dice that are given, and what is thrown with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

Dice = Callable[[], float]
"""The next of numbers that are spread evenly from 0 to just below 1."""

_BITS = (1 << 64) - 1


def exponential(mean: float, dice: Dice) -> float:
    """An exponential time with this mean, by inversion."""
    return -mean * math.log(1 - dice())


def one_of(values: Sequence[T], dice: Dice) -> T:
    """Any of them, each as likely as the next."""
    return values[int(dice() * len(values))]


def luck(dice: Dice) -> int:
    """What somebody's own dice are made from."""
    return int(dice() * (1 << 53))


def own_dice(of: int, throw: int) -> Dice:
    """Somebody's own dice for the `throw`-th occasion (from 0): the same numbers whenever it comes.

    SplitMix64: a counter, mixed. However often others throw theirs, these do not notice.
    """
    state = _mixed(of ^ _mixed(throw + 1))

    def dice() -> float:
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & _BITS
        return (_mixed(state) >> 11) / (1 << 53)

    return dice


def _mixed(bits: int) -> int:
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _BITS
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _BITS
    return bits ^ bits >> 31
