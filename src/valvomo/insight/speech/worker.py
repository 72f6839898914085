"""A process that writes down what is said: utterances come by standard input, one after the other, words go back.

It lives as long as its input. What it is told first is where models and endpoints are, so that no key stands in a list
of processes.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import BinaryIO, TypeVar

import msgspec

from valvomo.insight.port import UnavailableError
from valvomo.insight.speech.choosing import SpeechModels, SpeechPlaces
from valvomo.insight.speech.talk import MOST_BYTES, Answered, Asked
from valvomo.pipes import checked, packed

NICENESS = 5
"""Whatever carries calls and delivers messages comes first."""
Message = TypeVar("Message")


def main() -> None:
    """Write until the input ends."""
    with suppress(OSError):
        os.nice(NICENESS)
    # Whatever else is printed goes where logs go.
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    told = sys.stdin.buffer
    places = _next(told, SpeechPlaces)
    if places is None:
        return
    models = SpeechModels(places)
    while (asked := _next(told, Asked)) is not None:
        out.write(packed(_answer(models, asked)))
        out.flush()


def _answer(models: SpeechModels, asked: Asked) -> Answered:
    try:
        name, writing = models.write(asked.backend, asked.sound)
    except UnavailableError as error:
        return Answered(refused=str(error))
    return Answered(name=name, writing=writing)


def _next(told: BinaryIO, kind: type[Message]) -> Message | None:
    head = told.read(4)
    if len(head) < 4:  # noqa: PLR2004 - the length of a message's length
        return None
    return msgspec.msgpack.decode(told.read(checked(head, MOST_BYTES)), type=kind)


if __name__ == "__main__":
    main()
