"""The doorbell: "there may be something new in this organization's journal".

It is a hint and may be lost: readers hold positions and look by themselves once a second. Within a process it
rings at once after the commit. Other processes hear it over the bus.

Most commits are nothing but messages, after which nobody's rights, offers or deadlines are others than before:
who only cares for those need not be woken by words. And what such a commit of this process has written is in its
memory still: who takes it from there need not read it back.

What providers tell is nothing in the journal yet, and wakes only those who take it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from valvomo.bus.port import Bus
from valvomo.db.ids import new_id
from valvomo.db.journal import Fact
from valvomo.db.messages import Message

CHANNEL = "journal"
_ANYTHING = "anything"
_WORDS = "words"
_ARRIVALS = "arrivals"

Listener = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a commit of mere messages, or of how far they have come, has written.

    At least one fact, with positions that follow each other, and the messages.
    """

    facts: tuple[Fact, ...]
    messages: tuple[Message, ...]

    @classmethod
    def of(cls, facts: Sequence[Fact], messages: Iterable[Message], position: int) -> Said:
        """What was committed with `position` as the position of the last fact."""
        first = position - len(facts) + 1
        return cls(
            facts=tuple(replace(fact, position=number) for number, fact in enumerate(facts, first)),
            messages=tuple(messages),
        )


Taker = Callable[[str, Said], None]


class Doorbell:
    """Rings listeners of this process at once, and those of others soon after, if there is a bus."""

    def __init__(self, bus: Bus | None = None) -> None:
        self._bus = bus
        self._name = new_id()
        self._listeners: list[tuple[Listener, frozenset[str], Taker | None]] = []
        if bus is not None:
            bus.subscribe(CHANNEL, self.heard)

    def listen(
        self, listener: Listener, *, words: bool = True, arrivals: bool = False, taker: Taker | None = None
    ) -> None:
        """Call this with the organization's id whenever it rings; without `words`, not after mere messages.

        With `arrivals`, also when something came over a channel. A `taker` is called in its place where there is
        something to be taken.
        """
        wanted = {_ANYTHING} | ({_WORDS} if words else set()) | ({_ARRIVALS} if arrivals else set())
        self._listeners.append((listener, frozenset(wanted), taker))

    def ring(
        self, organization_id: str, *, words: bool = False, arrived: bool = False, said: Said | None = None
    ) -> None:
        """Something was committed here; `words`: messages and nothing that followed from them, `said` if given.

        `arrived`: it is to be taken in first.
        """
        what = _ARRIVALS if arrived else _WORDS if words else _ANYTHING
        for listener, wanted, taker in self._listeners:
            if said is not None and taker is not None:
                taker(organization_id, said)
            elif what in wanted:
                listener(organization_id)
        if self._bus is not None:
            self._bus.publish(CHANNEL, f"{self._name} {organization_id} {what}")

    def heard(self, payload: str) -> None:
        """From the bus: something was committed somewhere, by us or others; empty when any may have been missed."""
        if not payload:
            self._tell("", _ANYTHING)
            return
        name, organization_id, what = payload.split(" ")
        if name != self._name:
            self._tell(organization_id, what if what in (_WORDS, _ARRIVALS) else _ANYTHING)

    def _tell(self, organization_id: str, what: str) -> None:
        for listener, wanted, _ in self._listeners:
            if what in wanted:
                listener(organization_id)
