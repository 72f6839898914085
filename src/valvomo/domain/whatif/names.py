"""Things by what people call them."""

from __future__ import annotations

from collections.abc import Iterable


class UnsoundError(Exception):
    """Something is named that is not there, or not once: where that stands, and what is wrong with it."""

    def __init__(self, at: str, problem: str) -> None:
        super().__init__(problem)
        self.at, self.problem = at, problem


class Names:
    """Things by id, or by name where only one has it, whatever the case."""

    def __init__(self, kind: str, named: Iterable[tuple[str, str]]) -> None:
        self._kind = kind
        self._ids: set[str] = set()
        self._by_name: dict[str, list[str]] = {}
        for one, name in named:
            self._ids.add(one)
            self._by_name.setdefault(name.casefold(), []).append(one)

    def id(self, given: str, at: str) -> str:
        """Which one is meant."""
        if given in self._ids:
            return given
        found = self._by_name.get(given.casefold(), [])
        if len(found) != 1:
            raise UnsoundError(at, f"there is {'more than one' if found else 'no'} {self._kind} {given!r}")
        return found[0]
