"""Skills: what work asks for, what agents can do, and how well the two fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LEAST_LEVEL, MOST_LEVEL = 1, 5
"""Proficiency: from *knows a little* to *knows it all*."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Need:
    """A skill (by id) that a conversation asks for, and the least proficiency, 1 to 5, that answers it."""

    skill_id: str
    level: int = LEAST_LEVEL


def shortfall(needs: Iterable[Need], skills: Mapping[str, int]) -> int:
    """How many levels are missing in all: 0 is an exact match."""
    return sum(max(0, one.level - skills.get(one.skill_id, 0)) for one in needs)


def proficiency(needs: Iterable[Need], skills: Mapping[str, int]) -> int:
    """The levels in the skills that are asked for, summed: what tells two exact matches apart."""
    return sum(skills.get(one.skill_id, 0) for one in needs)


def match(needs: Iterable[Need], skills: Mapping[str, int]) -> float | None:
    """The share of the levels asked for that is there, 0 to 1; None where nothing is asked for."""
    asked = tuple(needs)
    levels = sum(one.level for one in asked)
    return 1 - shortfall(asked, skills) / levels if levels else None


def joined(*groups: Iterable[Need]) -> tuple[Need, ...]:
    """All of them, each skill once with the highest level asked for, by skill."""
    levels: dict[str, int] = {}
    for group in groups:
        for one in group:
            levels[one.skill_id] = max(one.level, levels.get(one.skill_id, 0))
    return tuple(Need(skill_id=skill_id, level=level) for skill_id, level in sorted(levels.items()))
