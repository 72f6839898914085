"""What all simulated people share."""

from __future__ import annotations

import random
from dataclasses import dataclass
from uuid import UUID

from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Their clock, their dice, and who counts what they do."""

    pace: Pace
    tally: Tally
    dice: random.Random

    def new_key(self) -> str:
        """An id of the sender's own: anything that no one else uses."""
        return str(UUID(int=self.dice.getrandbits(128)))
