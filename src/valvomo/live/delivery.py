"""Delivery: a frame to a reader, or a note of what to tell them once they have caught up (design §1 step 9).

Nothing here waits. A reader whose buffer is full is told nothing more until it has drained; then it gets the
latest state of everything that changed meanwhile, in one frame. One who stays behind is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from valvomo.domain.refusals import Refusal
from valvomo.live.connection import HIGH_WATER, MOST_BEHIND_SECONDS, Connection, Subscription
from valvomo.protocol.frames import PACKED_AT_ONCE, PACKED_FROM, Frame, refused_frame, topic_frame
from valvomo.protocol.problems import problem_of

LOW_WATER = HIGH_WATER // 4


class Delivery:
    """`age` says how old the floor is in milliseconds, `clock` what time it is, `timer` counts seconds.

    `behind` are the readers who have to be told something once they have caught up.
    """

    def __init__(
        self, age: Callable[[], int], clock: Callable[[], datetime], timer: Callable[[], float]
    ) -> None:
        self._age = age
        self._clock = clock
        self._timer = timer
        self.behind: set[Connection] = set()
        self._waiting: dict[Connection, asyncio.Future[None]] = {}
        self.sent = 0
        self.bytes = 0
        self.snapshots = 0
        self.resumes = 0
        self.coalesced = 0
        self.dropped = 0

    def age_ms(self) -> int:
        """How old the floor is."""
        return self._age()

    def frame(self, topic: str, op: str, at: int, data: Sequence[object]) -> Frame:
        """A frame that says how fresh it is."""
        return topic_frame(topic, op, at, data, ms=self._age(), time=self._clock())

    def send(self, subscription: Subscription, frame: Frame) -> None:
        """To a reader who is not slow."""
        if subscription.packs and PACKED_FROM <= len(frame.payload) <= PACKED_AT_ONCE:
            frame = frame.packed()
        subscription.connection.sink.write(frame)
        self.sent += 1
        self.bytes += len(frame.wire)

    def tell(self, subscription: Subscription, frame: Frame, ids: Iterable[str] = ()) -> None:
        """Changes; for a slow reader it is only noted what changed (`ids`, or everything when there are none)."""
        if not subscription.connection.slow:
            self.send(subscription, frame)
            return
        self.coalesced += 1
        before = len(subscription.dirty)
        subscription.dirty.update(ids)
        subscription.stale = subscription.stale or len(subscription.dirty) == before == 0
        self.put_off(subscription.connection)

    def put_off(self, connection: Connection) -> None:
        """This reader has to be told more once what was sent has got through."""
        if connection.behind_since is None:
            connection.behind_since = self._timer()
            self.behind.add(connection)

    async def drained(self, connection: Connection) -> None:
        """Wait until this reader has taken what was sent before, or is given up: who asks for more must read."""
        if connection.slow:
            self.put_off(connection)
            waits = self._waiting.setdefault(connection, asyncio.get_running_loop().create_future())
            await asyncio.shield(waits)

    def forget(self, connection: Connection) -> None:
        """The connection is gone."""
        self.behind.discard(connection)
        self._let_go(connection)

    def _let_go(self, connection: Connection) -> None:
        if (waits := self._waiting.pop(connection, None)) is not None:
            waits.set_result(None)

    def refuse(self, subscription: Subscription, refusal: Refusal) -> None:
        """The topic ends with a problem document."""
        connection = subscription.connection
        problem = problem_of(refusal, connection.actor.language).document()
        connection.sink.write(refused_frame(subscription.topic, problem))

    def ready(self, connection: Connection) -> bool:
        """Whether a slow reader has caught up, so that it can be told; cuts off one that does not."""
        if connection.behind_since is None:
            return False
        if connection.sink.buffered() <= LOW_WATER:
            connection.behind_since = None
            self.forget(connection)
            return True
        if self._timer() - connection.behind_since > MOST_BEHIND_SECONDS:
            # It stays slow, so that nothing more is written to it before its end is noticed.
            self.forget(connection)
            self.dropped += 1
            connection.sink.cut()
        return False
