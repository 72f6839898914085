"""Readers who have yet to be shown something, in turn: what goes wrong with one of them is no matter of the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from valvomo.db.lost import LOST
from valvomo.live.connection import Subscription

MOST_TROUBLES = 3
"""After so many in one round the database is not there, and asking on for everybody would take for ever."""
MOST_FAILURES = 5
"""After so many times nobody tries any more to show a reader something that cannot be shown."""

log = structlog.get_logger(__name__)


class Backlog:
    """`show` shows one reader what they have missed; `give_up` tells a reader to whom that could not be shown."""

    def __init__(
        self, show: Callable[[Subscription], Awaitable[None]], give_up: Callable[[Subscription], None]
    ) -> None:
        self._show = show
        self._give_up = give_up
        self._waiting: dict[Subscription, None] = {}

    def __contains__(self, subscription: object) -> bool:
        return subscription in self._waiting

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, subscription: Subscription) -> None:
        """Has yet to be shown something."""
        self._waiting[subscription] = None

    def discard(self, subscription: Subscription) -> None:
        """Has been shown it, or is gone."""
        self._waiting.pop(subscription, None)

    async def go_round(self, ready: Callable[[Subscription], bool] = lambda _: True) -> None:
        """Everybody who waits now and is `ready`, each once; who failed stands behind all others next time.

        Raises one of `LOST` when it has met several of them.
        """
        troubles = 0
        for subscription in list(self._waiting):
            if subscription not in self._waiting or not ready(subscription):
                continue
            self.discard(subscription)
            try:
                await self._show(subscription)
            except LOST:
                self.add(subscription)
                troubles += 1
                if troubles >= MOST_TROUBLES:
                    raise
            except Exception:
                log.exception("live.show", topic=subscription.topic, failures=subscription.failures + 1)
                self._failed(subscription)
            except BaseException:
                self.add(subscription)
                raise
            else:
                subscription.failures = 0

    def _failed(self, subscription: Subscription) -> None:
        subscription.failures += 1
        if subscription.failures < MOST_FAILURES:
            self.add(subscription)
        else:
            self._give_up(subscription)
