"""Listening to one call for whoever writes it down: each leg by itself, cut at its pauses.

The engine gives only what may be kept. What the customer was to hear is told apart from what they were not by who hears
whom at the moment; where that changes an utterance is cut, and in doubt the customer did not hear it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Protocol

from valvomo.db.ids import new_id
from valvomo.domain.calls.hearing import Matrix, Part
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.speech.cutting import Cutter, Utterance
from valvomo.media.port import Engine, Heard

SETTLES_SECONDS = 1.0
"""For so long what arrives may have been said before the customer could hear it."""
ROLES: Mapping[Part, Role] = {
    Part.CUSTOMER: Role.CUSTOMER,
    Part.AGENT: Role.PRIMARY,
    Part.CONSULT: Role.CONSULT,
    Part.SPEAKER: Role.SUPERVISOR,
}
"""As what somebody is in the conversation whose words may be written down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What one party has said in one go, to be written down; `since` is when it was over, by this process's clock."""

    id: str
    organization_id: str
    recording_id: str
    person_id: str
    name: str
    role: Role
    language: str
    heard: bool
    began_ms: int
    ended_ms: int
    pcm: bytes
    since: float
    tries: int = 0


class Scribe(Protocol):
    """Whoever writes down what is heard."""

    def begin(self, listening: Listening, person_id: str) -> None:
        """Have one party listened to, beside everything else."""
        ...

    def take(self, speech: Speech) -> None:
        """Something has been said."""
        ...


@dataclass(slots=True)
class _Speaker:
    name: str
    role: Role
    heard: bool
    heard_from: float | None = None
    cutter: Cutter = field(default_factory=Cutter)


class Listening:
    """To one call that is kept, since `ago` seconds: `place` is the call's id, and that of what is kept of it."""

    def __init__(
        self,
        engine: Engine,
        conversation: Conversation,
        place: tuple[str, str],
        scribe: Scribe,
        *,
        ago: float = 0.0,
    ) -> None:
        self._engine = engine
        self.conversation = conversation
        self.call_id, self._recording_id = place
        self._scribe = scribe
        self._speakers: dict[str, _Speaker] = {}
        self._began = time.monotonic() - ago
        self._shift: float | None = None
        self.over = asyncio.Event()
        """Nothing more is said in it."""

    def hush(self, matrix: Matrix) -> None:
        """Before it is so: whom the customer hears no longer, of them nothing more is taken for heard."""
        heard = _heard(matrix, self.conversation.contact_id)
        for person_id, one in self._speakers.items():
            if one.role is not Role.CUSTOMER and person_id not in heard:
                one.heard_from = None
                if one.heard:
                    self._cut(person_id)
                    one.heard = False

    def follow(self, conversation: Conversation, matrix: Matrix, kept: AbstractSet[str]) -> None:
        """After it is so: who may be kept, and whom the customer hears."""
        self.conversation = conversation
        heard, now = _heard(matrix, conversation.contact_id), time.monotonic()
        for person_id in self._speakers.keys() - kept:
            self._cut(person_id)
        for person_id in sorted(kept):
            leg = leg_of(conversation, person_id)
            role = ROLES.get(leg.part) if leg is not None else None
            if role is None:
                continue
            hears = role is Role.CUSTOMER or person_id in heard
            one = self._speakers.get(person_id)
            if one is None:
                name = _name(conversation, person_id)
                self._speakers[person_id] = _Speaker(name=name, role=role, heard=hears)
                self._scribe.begin(self, person_id)
                continue
            if one.role is not role:
                self._cut(person_id)
                one.role = role
            if hears and not one.heard and one.heard_from is None:
                one.heard_from = now + SETTLES_SECONDS

    def end(self) -> None:
        """Nothing more is said in it."""
        self.over.set()
        for person_id in self._speakers:
            self._cut(person_id)

    def silence(self, person_id: str) -> Speech:
        """Nothing that was said: whoever writes it down is ready when something is."""
        return self._speech(person_id, Utterance(began=0.0, ended=0.0, pcm=b""))

    async def listen(self, person_id: str) -> None:
        """To one party, for as long as the call is there."""
        try:
            async with aclosing(self._engine.tap(self.call_id, person_id)) as sound:
                async for one in sound:
                    self._take(person_id, one)
        finally:
            self._cut(person_id)

    def _take(self, person_id: str, heard: Heard) -> None:
        one, now = self._speakers[person_id], time.monotonic()
        # What has taken the shortest time to come tells best when the call began by our clock.
        shift = now - heard.at
        self._shift = shift if self._shift is None else min(self._shift, shift)
        if one.heard_from is not None and now >= one.heard_from:
            self._cut(person_id)
            one.heard, one.heard_from = True, None
        for said in one.cutter.take(heard.at, heard.pcm):
            self._say(person_id, said)

    def _cut(self, person_id: str) -> None:
        one = self._speakers[person_id]
        for said in one.cutter.end():
            self._say(person_id, said)

    def _say(self, person_id: str, said: Utterance) -> None:
        self._scribe.take(self._speech(person_id, said))

    def _speech(self, person_id: str, said: Utterance) -> Speech:
        one, conversation = self._speakers[person_id], self.conversation
        return Speech(
            id=new_id(),
            organization_id=conversation.organization_id,
            recording_id=self._recording_id,
            person_id=person_id,
            name=one.name,
            role=one.role,
            language=conversation.language,
            heard=one.heard,
            began_ms=self._milliseconds(said.began),
            ended_ms=self._milliseconds(said.ended),
            pcm=said.pcm,
            since=time.monotonic(),
        )

    def _milliseconds(self, at: float) -> int:
        """A moment of the call, from when it is kept on."""
        return max(0, round(1000 * (at + (self._shift or 0.0) - self._began)))


def _heard(matrix: Matrix, customer_id: str) -> frozenset[str]:
    hears = matrix.get(customer_id)
    return hears.sources if hears is not None else frozenset()


def _name(conversation: Conversation, person_id: str) -> str:
    if person_id == conversation.contact_id:
        return conversation.customer_name
    if person_id == conversation.owner_id:
        return conversation.owner_name or ""
    one = conversation.participant(person_id)
    return one.name if one is not None else ""
