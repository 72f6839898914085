"""What people say to their calls, and the answers that they wait for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import groupby

from valvomo.bus.port import Bus
from valvomo.commands.calling import ANSWERED, SAID
from valvomo.db import calls
from valvomo.db.calls import Answer, Key, Said
from valvomo.db.database import Database

ANSWERED_TO = frozenset({"come", "keys", "forward"})
"""What somebody waits for the answer to."""
TO_TELEPHONES = frozenset({"keys", "forward"})
"""What is answered once the other side's network has done it."""
Reply = Callable[[Said, Answer | None], Awaitable[None]]


class Signals:
    """One for a process that carries calls. `wake` is called when something was said."""

    def __init__(self, database: Database, bus: Bus, process_id: str, wake: Callable[[], None]) -> None:
        self._database = database
        self._bus = bus
        self._process_id = process_id
        self._wake = wake
        self.said = True
        """Whether something may have been said since it was last taken."""
        bus.subscribe(SAID, self._told_of)

    async def take(self) -> list[tuple[Key, list[Said]]]:
        """What is said to the calls that are this process's, or nobody's; of each call oldest first."""
        self.said = False
        async with self._database.transaction() as tx:
            taken = await calls.take(tx, self._process_id)
        by_call = groupby(sorted(taken, key=lambda one: one.key), key=lambda one: one.key)
        return [(key, list(said)) for key, said in by_call]

    async def reply(self, said: Said, given: Answer | None) -> None:
        """What came of it; None: another process has the call, and is to hear it."""
        async with self._database.transaction() as tx:
            if given is None:
                await tx.run("calls.give_back", said.id)
            elif said.what in ANSWERED_TO:
                await calls.answer(tx, said.id, given)
            else:
                await tx.run("calls.drop", said.id)
        self._bus.publish(SAID if given is None else ANSWERED, said.id)

    def _told_of(self, _payload: str) -> None:
        self.said = True
        self._wake()
