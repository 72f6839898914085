"""A call that this process carries: who is in it, and the engine doing what the conversation says of them.

The conversation decides everything: its state now is the one argument of who is in the call, who hears whom, and what
is taken from whom. Whoever has another part than the one they came with has to come anew, because what an engine takes
from somebody is settled when they come.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from valvomo.db.calls import Answer, Key, Said
from valvomo.domain.calls.hearing import SENDING, Leg, Part, hearing, recorded
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.calls.quality import grade
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason
from valvomo.jobs.calls.taking_down import TakingDown
from valvomo.jobs.calls.watching import Watching, scored
from valvomo.jobs.calls.writing import Writer
from valvomo.live.calls import CallSignal, LegSignal
from valvomo.media.port import Engine, GoneError, Kind, OfferError, PcmLeg, WebLeg
from valvomo.telemetry.packets import Coming, Packets

LAST_MOMENT = timedelta(seconds=5)
"""So long before the time of a customer without a window runs out, it is looked whether they are heard."""

Apart = Callable[[Conversation], bool]
"""Whether a customer is told something before they and the others hear each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """On which somebody is in a call: what is taken from them, how it does, and what has come."""

    sends: frozenset[Kind]
    signal: LegSignal
    coming: Coming


def sends(part: Part, *, video: bool) -> frozenset[Kind]:
    """What an engine takes from whoever is this in a call: from a listener nothing, from a whisperer no picture."""
    if part not in SENDING:
        return frozenset()
    return frozenset({Kind.AUDIO, Kind.VIDEO} if video and part is not Part.WHISPERER else {Kind.AUDIO})


class Attended:
    """One call; everything about it is done one after the other by its owner. Recordings are written to `folder`."""

    def __init__(
        self,
        engine: Engine,
        conversation: Conversation,
        call: Call,
        folder: str = "",
        *,
        clock: Callable[[], datetime],
        writer: Writer | None = None,
        packets: Packets | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._taking_down = TakingDown(engine, folder, clock=clock, writer=writer)
        self._packets = packets if packets is not None else Packets()
        self.conversation = conversation
        self.call = call
        self.ways: dict[str, Way] = {}
        self.watching = Watching(call)
        self._first: Apart = lambda _: False
        self.apart = False
        """Whether the customer is told something before they hear anybody, or anybody them."""
        self.asked_to_record = False
        self.news = True
        """Whether something has changed of which the browsers have not been told."""

    @property
    def key(self) -> Key:
        """Whose call it is."""
        return self.conversation.organization_id, self.conversation.id

    async def come(self, said: Said) -> Answer:
        """Somebody offers to come in; whoever is in already comes anew."""
        leg = leg_of(self.conversation, said.person_id)
        if leg is None or (leg.part is Part.CUSTOMER and self.call.telephone is not None):
            return Answer(refusal=Reason.NOT_IN_CALL.value)
        taken = sends(leg.part, video=self.call.video)
        coming = WebLeg(
            call_id=self.call.id, leg_id=leg.id, offer=said.offer, sends=taken, name=leg.part.value
        )
        try:
            before = self.ways.get(leg.id)
            if before is not None and self._is_other(leg, before):
                await self._engine.remove_leg(self.call.id, leg.id)
            # Asked of an engine that has it already nothing happens.
            await self._engine.open_call(self.call.id)
            agreed = await self._engine.add_web_leg(coming)
        except OfferError as error:
            return Answer(refusal=Reason.BAD_OFFER.value, why=str(error))
        except GoneError:
            # The engine's process has died since; the next offer opens the call anew.
            self.ways.clear()
            return Answer(refusal=Reason.BUSY.value)
        signal = LegSignal(person_id=leg.id, muted=before is not None and before.signal.muted)
        # Who comes by another network is the same to the engine, which counts on.
        same = before.coming if before is not None and not self._is_other(leg, before) else None
        counted = same or Coming(self._packets, leg.part.value)
        self.ways[leg.id] = Way(sends=taken, signal=signal, coming=counted)
        self.news = True
        await self.route()
        return Answer(answer=agreed.answer, offer=agreed.offer)

    async def agree(self, person_id: str, answer: str) -> None:
        """Somebody's browser answers to what the engine has offered it; where that is of no use it comes anew."""
        with suppress(OfferError):
            if person_id in self.ways:
                await self._engine.take_answer(self.call.id, person_id, answer)

    async def ring(self, name: str, apart: Apart) -> str:
        """The customer comes by telephone, or comes anew; their leg. Raises `ConnectionError`, and `GoneError`."""
        leg_id, self._first = self.conversation.contact_id, apart
        await self._engine.remove_leg(self.call.id, leg_id)
        await self._engine.open_call(self.call.id)
        await self._engine.add_pcm_leg(PcmLeg(call_id=self.call.id, leg_id=leg_id, name=name))
        coming = Coming(self._packets, Part.CUSTOMER.value)
        signal = LegSignal(person_id=leg_id)
        self.ways[leg_id] = Way(sends=frozenset({Kind.AUDIO}), signal=signal, coming=coming)
        self.news = True
        await self.route()
        return leg_id

    async def go(self, person_id: str) -> None:
        """Somebody leaves the call, and stays in the conversation."""
        if self.ways.pop(person_id, None) is not None:
            self.news = True
            await self.route()
            await self._engine.remove_leg(self.call.id, person_id)

    async def mute(self, person_id: str, *, muted: bool) -> None:
        """Somebody mutes themselves, or speaks again."""
        if self.mark(person_id, muted=muted):
            await self.route()

    def follows(self, version: int | None) -> bool:
        """Whether the call is as that of a conversation in this version is to be."""
        return version == self.conversation.version and self.apart == self._first(self.conversation)

    async def follow(self, conversation: Conversation) -> bool:
        """The conversation has changed; whether the call goes on."""
        self.conversation, self.news = conversation, True
        call = ongoing_call(conversation)
        if call is None or call.id != self.call.id:
            await self._engine.end_call(self.call.id)
            self.ways.clear()
            self.unheard()
            return False
        self.call = call
        self._hear()
        # Who may not be heard any more is not, before anything else is done about them.
        await self.route()
        for person_id, way in list(self.ways.items()):
            leg = leg_of(conversation, person_id)
            if leg is None or self._is_other(leg, way):
                await self.go(person_id)
        return True

    def _is_other(self, leg: Leg, way: Way) -> bool:
        """Whether they have to come anew. Of who whispered nothing is kept by that name, nor what they said last."""
        whispers = (leg.part is Part.WHISPERER) != (way.coming.part == Part.WHISPERER)
        return whispers or sends(leg.part, video=self.call.video) != way.sends

    async def route(self) -> None:
        """Let the engine apply who hears whom now."""
        legs = [
            leg
            for person_id, way in self.ways.items()
            if (leg := leg_of(self.conversation, person_id, muted=way.signal.muted)) is not None
        ]
        self.apart = self._first(self.conversation)
        held, kept = self.call.held_since is not None or self.apart, self.call.recording
        keeps = recorded(legs, held=held) if kept and not kept.paused else frozenset()
        matrix = hearing(legs, held=held)
        self._taking_down.hush(matrix)
        await self._engine.set_routes(self.call.id, matrix, kept=keeps)
        await self._taking_down.follow(self.conversation, self.call, matrix, keeps)

    def unheard(self) -> None:
        """Nothing more is said in it that could be written down."""
        self._taking_down.end()

    @property
    def to_record(self) -> bool:
        """Whether it is time to ask if this call is to be kept: customer and agent are in it, and nobody has asked."""
        sides = {self.conversation.contact_id, self.conversation.owner_id}
        there = {person_id for person_id, way in self.ways.items() if way.signal.connected}
        waits = self.asked_to_record or self.apart or self.call.recording is not None
        return not waits and sides <= there

    def is_missed(self, at: datetime) -> bool:
        """Whether the customer's time to come back runs out, though they are in the call."""
        by = self.conversation.deadlines.get(Deadline.RECONNECT)
        way = self.ways.get(self.conversation.contact_id)
        return by is not None and by - at <= LAST_MOMENT and way is not None and way.signal.connected

    async def measure(self) -> None:
        """Ask the engine how everybody's way does."""
        at, came = self._clock(), {one: way.coming for one, way in self.ways.items()}
        for person_id, found in (await self._engine.quality(self.call.id)).items():
            self.mark(person_id, quality=grade(scored(found)))
            way = self.ways.get(person_id)
            if way is not None and way.coming is came.get(person_id):
                # Who has come anew meanwhile is not blamed for what came from them before.
                way.coming.told(found.up, found.refused)
            if way is not None and way.signal.connected:
                self.watching.sample(self.conversation, person_id, found, at)
        for part, way in self._sides().items():
            if way is None or not way.signal.connected:
                self.watching.away(part)

    def mark(
        self,
        person_id: str,
        *,
        connected: bool | None = None,
        muted: bool | None = None,
        speaking: bool | None = None,
        quality: int | None = None,
    ) -> bool:
        """Note how somebody does; whether that is news."""
        way = self.ways.get(person_id)
        if way is None:
            return False
        given = {"connected": connected, "muted": muted, "speaking": speaking, "quality": quality}
        changes = {name: it for name, it in given.items() if it is not None}
        signal = structs.replace(way.signal, **changes)
        if signal == way.signal:
            return False
        self.ways[person_id], self.news = replace(way, signal=signal), True
        self._hear()
        return True

    def _sides(self) -> dict[Part, Way | None]:
        owner = self.conversation.owner_id
        return {
            Part.CUSTOMER: self.ways.get(self.conversation.contact_id),
            Part.AGENT: self.ways.get(owner) if owner is not None else None,
        }

    def _hear(self) -> None:
        """Whether both sides speak now, and hear each other."""
        ways = self._sides().values()
        both = all(one is not None and one.signal.speaking and not one.signal.muted for one in ways)
        self.watching.heard(self._clock(), together=both and self.call.held_since is None and not self.apart)

    def signal(self) -> CallSignal:
        """Everybody who is in it, for the browsers."""
        return CallSignal(
            organization_id=self.conversation.organization_id,
            conversation_id=self.conversation.id,
            call_id=self.call.id,
            announcing=self.apart and self.conversation.contact_id in self.ways,
            legs=tuple(way.signal for way in self.ways.values()),
        )
