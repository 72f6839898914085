"""What comes from those who are in calls here, counted by as what they came: of who only listens nothing ever does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Packets:
    """Of one process, since it began. `came` is all of sound and pictures, `refused` what of it was thrown away."""

    came: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True, eq=False)
class Coming:
    """Somebody who has come into a call as `part`: what was taken from them, and not, when it was last looked at."""

    packets: Packets
    part: str
    _taken: int = 0
    _refused: int = 0

    def told(self, taken: int, refused: int) -> None:
        """What an engine has counted of them by now; where that is less than before it has begun to count anew."""
        more = taken - self._taken if taken >= self._taken else taken
        less = refused - self._refused if refused >= self._refused else refused
        self._taken, self._refused = taken, refused
        self.packets.came[self.part] += more + less
        self.packets.refused[self.part] += less
