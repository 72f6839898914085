"""What was said when, and who saw it when: waits, and whatever was lost, doubled, out of order or in the wrong place.

A message's wait begins when the schedule says so, whether or not it could be sent then, and ends when its bytes are
there on the other side's client. One that was not seen within `TIMED_OUT` seconds counts as so many; none is left out.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass, field

TIMED_OUT = 30.0
"""Seconds."""
WORDS = "I ordered a week ago and nothing has come yet; can you see where my parcel is?"
_MARK = re.compile(r"(\d{5})-(\d{6}) I ordered")


def text_of(conversation: int, number: int) -> str:
    """Ninety characters that say which message they are."""
    return f"{conversation:05}-{number:06} {WORDS}"


def by_customer(number: int) -> bool:
    """Customer and agent take turns, and the customer begins."""
    return number % 2 == 1


@dataclass(slots=True)
class Said:
    """One message: when it was due, and when the other side saw it."""

    due: float
    arrived: asyncio.Future[float]
    seen: float | None = None


@dataclass(slots=True)
class Faults:
    """What must not be; `errors` is what a system refused or broke off. `notes` are the first few in words."""

    errors: int = 0
    timeouts: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    misplaced: int = 0
    unshown: int = 0
    untrue: int = 0
    notes: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Keep the first few."""
        if len(self.notes) < 5:
            self.notes.append(words)


class Ledger:
    """Of one run of the clients; `begin` starts the next part of it."""

    def __init__(self) -> None:
        self.said: dict[tuple[int, int], Said] = {}
        self.faults = Faults()
        self.shown_waits: list[float] = []
        self.total = 0
        self._numbers: dict[int, int] = defaultdict(int)
        self._sights: dict[tuple[int, bool], set[int]] = defaultdict(set)
        self._last: dict[tuple[int, bool, bool], int] = defaultdict(int)
        self._boards: dict[tuple[int, int], int] = {}
        self._watchers = 0
        self.measured_from = 0.0

    def begin(self, watchers: int, measured_from: float) -> None:
        """Forget what the last part was about, but not what everybody has seen."""
        self.said.clear()
        self._boards = {
            (watcher, one): number for watcher in range(watchers) for one, number in self._numbers.items()
        }
        self.shown_waits, self.faults, self._watchers = [], Faults(), watchers
        self.measured_from, self.total = measured_from, 0

    def say(self, conversation: int, due: float) -> int:
        """The number of the next message of this conversation, which is due now."""
        self._numbers[conversation] += 1
        number = self._numbers[conversation]
        self.said[conversation, number] = Said(due, asyncio.get_running_loop().create_future())
        self.total += 1
        return number

    def heard(self, conversation: int, on_customers_side: bool, text: str, at: float) -> None:  # noqa: FBT001
        """A side's client has shown this text in this conversation; also one's own words come back."""
        found = _MARK.search(text)
        if found is None:
            return
        one, number = int(found[1]), int(found[2])
        if one != conversation:
            self.faults.misplaced += 1
            return
        seen = self._sights[one, on_customers_side]
        author = by_customer(number)
        if number in seen:
            self.faults.doubled += 1
            self.faults.note(f"doubled: {one}-{number}")
            return
        seen.add(number)
        self.faults.disordered += number < self._last[one, on_customers_side, author]
        self._last[one, on_customers_side, author] = number
        said = self.said.get((one, number))
        if said is not None and author != on_customers_side:
            said.seen = at
            if not said.arrived.done():
                said.arrived.set_result(at)

    def shown(self, watcher: int, text: str, at: float) -> None:
        """A supervisor's screen shows this as the conversation's last words: what came before it is past as well."""
        found = _MARK.search(text)
        if found is None or watcher >= self._watchers:
            return
        one, number = int(found[1]), int(found[2])
        before = self._boards.get((watcher, one), 0)
        for past in range(before + 1, number + 1):
            said = self.said.get((one, past))
            if said is not None and said.due >= self.measured_from:
                self.shown_waits.append(at - said.due)
        self._boards[watcher, one] = max(before, number)

    def open(self) -> bool:
        """Whether anything is still to be seen, by either side or by a supervisor."""
        return any(self._sides(*key) < 2 for key in self.said) or bool(self._behind())

    def waits(self) -> tuple[list[float], list[float]]:
        """In seconds, for what agents saw of customers and for what customers saw of agents."""
        found: tuple[list[float], list[float]] = ([], [])
        for (_, number), said in self.said.items():
            if said.due >= self.measured_from:
                wait = TIMED_OUT if said.seen is None else min(TIMED_OUT, said.seen - said.due)
                found[0 if by_customer(number) else 1].append(wait)
        return found

    def close(self) -> None:
        """Count what is missing: on the other side, in one's own window, and on supervisors' screens."""
        for (one, number), said in self.said.items():
            self.faults.timeouts += said.seen is None or said.seen - said.due >= TIMED_OUT
            sides = self._sides(one, number)
            if sides < 2:
                self.faults.lost += 2 - sides
                self.faults.note(f"lost: {one}-{number}, seen by {sides} of 2")
        for _, _, said in self._behind():
            self.faults.unshown += 1
            if said.due >= self.measured_from:
                self.shown_waits.append(TIMED_OUT)

    def _sides(self, one: int, number: int) -> int:
        return sum(number in self._sights[one, side] for side in (True, False))

    def _behind(self) -> list[tuple[int, int, Said]]:
        return [
            (watcher, one, said)
            for watcher in range(self._watchers)
            for (one, number), said in self.said.items()
            if number > self._boards.get((watcher, one), 0)
        ]
