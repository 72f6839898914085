"""Who hears and sees whom in a call: one table, which engines only apply (spec 1 §3, §5).

What is not in the table is neither heard nor seen. A listener is heard by nobody, a whisperer by the agent alone, and a
customer who is on hold hears music and is heard by nobody: they may talk to whoever is beside them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """As what somebody is in a call. Supervisors are listeners, whisperers or, once they have joined, speakers."""

    CUSTOMER = "customer"
    AGENT = "agent"
    CONSULT = "consult"
    LISTENER = "listener"
    WHISPERER = "whisperer"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One way on which somebody is in a call.

    `muted`: they have turned off their microphone; of their camera that says nothing. `private`: a consult whom the
    customer does not hear.
    """

    id: str
    part: Part
    muted: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True)
class Hears:
    """What one leg is given, by others' ids: the sound of `sources` or music in its place, the pictures of `seen`."""

    sources: frozenset[str] = frozenset()
    music: bool = False
    seen: frozenset[str] = frozenset()


Matrix = Mapping[str, Hears]
"""By leg; who is absent from it hears and sees nothing."""

_HOUSE = frozenset({Part.AGENT, Part.CONSULT, Part.SPEAKER})
_ALL_OF_IT = _HOUSE | {Part.CUSTOMER}
HEARD_BY: Mapping[Part, frozenset[Part]] = {
    Part.CUSTOMER: _HOUSE | {Part.CUSTOMER},
    Part.AGENT: _ALL_OF_IT | {Part.WHISPERER},
    Part.CONSULT: _ALL_OF_IT,
    Part.LISTENER: _ALL_OF_IT,
    Part.WHISPERER: _ALL_OF_IT,
    Part.SPEAKER: _ALL_OF_IT,
}
"""Whom each part hears while nobody is on hold, muted or in private."""
SENDING = frozenset(Part) - {Part.LISTENER}
"""Parts from which an engine takes sound at all; a listener's way leads in one direction only."""
RECORDED = _ALL_OF_IT
"""Parts whose sound may be recorded and written down; what is whispered never is."""


def hears(hearer: Leg, source: Leg, *, held: bool) -> bool:
    """Whether one leg is given the sound of another; `held`: the customer is on hold."""
    return not source.muted and sees(hearer, source, held=held)


def sees(hearer: Leg, source: Leg, *, held: bool) -> bool:
    """Whether one leg is given the picture of another: of whom it would hear if they spoke."""
    if hearer.id == source.id or source.part not in HEARD_BY[hearer.part]:
        return False
    if Part.CUSTOMER in {hearer.part, source.part} and held:
        return False
    return not (hearer.part is Part.CUSTOMER and source.private)


def hearing(legs: Collection[Leg], *, held: bool = False) -> dict[str, Hears]:
    """What every leg of a call hears and sees.

    A customer hears music on hold, and as long as nobody is there whom they could hear: before an agent has come, and
    when the last one is gone. Where there is somebody who is silent they hear silence.
    """
    return {
        one.id: Hears(
            frozenset(other.id for other in legs if hears(one, other, held=held)),
            music=one.part is Part.CUSTOMER and (held or not _served(legs)),
            seen=frozenset(other.id for other in legs if sees(one, other, held=held)),
        )
        for one in legs
    }


def recorded(legs: Collection[Leg], *, held: bool = False) -> frozenset[str]:
    """The legs whose sound may be kept now: of who is heard in the conversation, and of nobody who is muted.

    While the customer is on hold that is nobody: what the house then says among itself is not said to them.
    """
    return frozenset(one.id for one in legs if one.part in RECORDED and not one.muted and not held)


def _served(legs: Collection[Leg]) -> bool:
    return any(one.part in _HOUSE and not one.private for one in legs)
