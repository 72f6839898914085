"""A person's live stream as far as calls go: what they offer is answered there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from valvomo.demo.calling.leg import Leg
from valvomo.demo.people.stream import Frame, Stream

ANSWERED_WITHIN = 10.0
TRIES, PAUSE = 3, 1.0


class NoWayError(Exception):
    """The house did not let somebody into the call."""


class CallStream:
    """A stream that others hear too; `come_in` brings a leg into the call of a conversation."""

    def __init__(
        self,
        url: str,
        hello: Callable[[], Iterable[Frame]],
        heard: Callable[[Frame], None],
        headers: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        self._heard = heard
        self._answers: dict[str, asyncio.Future[str]] = {}
        self._stream = Stream(url, hello, self._take, headers)
        self.run = self._stream.run

    async def come_in(self, leg: Leg, conversation: str, *, named: bool) -> None:
        """Raises `NoWayError`. `named`: whose stream is not of one conversation alone says which."""
        offer, where = await leg.offer(), {"conversation": conversation} if named else {}
        said = await self._answered({"op": "call", "offer": offer, **where}, conversation)
        try:
            await leg.take(said)
        except TimeoutError:
            raise NoWayError("nothing gets through") from None

    async def _answered(self, frame: Frame, conversation: str) -> str:
        why = "no answer"
        for _ in range(TRIES):
            answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            self._answers[conversation] = answer
            await self._stream.send(frame)
            try:
                async with asyncio.timeout(ANSWERED_WITHIN):
                    return await answer
            except TimeoutError:
                continue
            except NoWayError as refused:
                why = str(refused)
                await asyncio.sleep(PAUSE)
            finally:
                self._answers.pop(conversation, None)
        raise NoWayError(why)

    def _take(self, frame: Frame) -> None:
        if frame.get("op") != "answer":
            self._heard(frame)
            return
        waits = self._answers.get(str(frame.get("conversation") or ""))
        if waits is None or waits.done():
            return
        problem: Any = frame.get("problem")
        if problem:
            waits.set_exception(NoWayError(str(problem.get("type"))))
        else:
            waits.set_result(str(frame["answer"]))
