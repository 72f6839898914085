"""What the house asks of a process of the engine: the operations of the port, as messages."""

from __future__ import annotations

import msgspec

from valvomo.domain.calls.hearing import Hears
from valvomo.media.port import Agreed, Engine, PcmLeg, Quality, WebLeg


class Open(msgspec.Struct, frozen=True, tag=True):
    """`Engine.open_call`."""

    call_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.open_call(self.call_id)


class End(msgspec.Struct, frozen=True, tag=True):
    """`Engine.end_call`."""

    call_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.end_call(self.call_id)


class AddWeb(msgspec.Struct, frozen=True, tag=True):
    """`Engine.add_web_leg`."""

    leg: WebLeg

    async def on(self, engine: Engine) -> Agreed:
        """Ask it of an engine."""
        return await engine.add_web_leg(self.leg)


class TakeAnswer(msgspec.Struct, frozen=True, tag=True):
    """`Engine.take_answer`."""

    call_id: str
    leg_id: str
    answer: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.take_answer(self.call_id, self.leg_id, self.answer)


class AddPcm(msgspec.Struct, frozen=True, tag=True):
    """`Engine.add_pcm_leg`."""

    leg: PcmLeg

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.add_pcm_leg(self.leg)


class Feed(msgspec.Struct, frozen=True, tag=True):
    """`Engine.feed`."""

    call_id: str
    leg_id: str
    pcm: bytes

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.feed(self.call_id, self.leg_id, self.pcm)


class Remove(msgspec.Struct, frozen=True, tag=True):
    """`Engine.remove_leg`."""

    call_id: str
    leg_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.remove_leg(self.call_id, self.leg_id)


class Move(msgspec.Struct, frozen=True, tag=True):
    """`Engine.move_leg`."""

    call_id: str
    leg_id: str
    to_call_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.move_leg(self.call_id, self.leg_id, self.to_call_id)


class Route(msgspec.Struct, frozen=True, tag=True):
    """`Engine.set_routes`."""

    call_id: str
    matrix: dict[str, Hears]
    kept: frozenset[str]

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.set_routes(self.call_id, self.matrix, kept=self.kept)


class StartRecording(msgspec.Struct, frozen=True, tag=True):
    """`Engine.start_recording`."""

    call_id: str
    recording_id: str
    folder: str
    ago: float = 0.0

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.start_recording(self.call_id, self.recording_id, self.folder, ago=self.ago)


class PauseRecording(msgspec.Struct, frozen=True, tag=True):
    """`Engine.pause_recording`."""

    call_id: str
    recording_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.pause_recording(self.call_id, self.recording_id)


class ResumeRecording(msgspec.Struct, frozen=True, tag=True):
    """`Engine.resume_recording`."""

    call_id: str
    recording_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.resume_recording(self.call_id, self.recording_id)


class StopRecording(msgspec.Struct, frozen=True, tag=True):
    """`Engine.stop_recording`."""

    call_id: str
    recording_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.stop_recording(self.call_id, self.recording_id)


class Play(msgspec.Struct, frozen=True, tag=True):
    """`Engine.play`."""

    call_id: str
    leg_id: str
    sound: bytes
    loop: bool

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.play(self.call_id, self.leg_id, self.sound, loop=self.loop)


class StopPlay(msgspec.Struct, frozen=True, tag=True):
    """`Engine.stop_play`."""

    call_id: str
    leg_id: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.stop_play(self.call_id, self.leg_id)


class Dtmf(msgspec.Struct, frozen=True, tag=True):
    """`Engine.dtmf`."""

    call_id: str
    leg_id: str
    keys: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.dtmf(self.call_id, self.leg_id, self.keys)


class SendDtmf(msgspec.Struct, frozen=True, tag=True):
    """`Engine.send_dtmf`."""

    call_id: str
    leg_id: str
    keys: str

    async def on(self, engine: Engine) -> None:
        """Ask it of an engine."""
        await engine.send_dtmf(self.call_id, self.leg_id, self.keys)


class Measure(msgspec.Struct, frozen=True, tag=True):
    """`Engine.quality`."""

    call_id: str

    async def on(self, engine: Engine) -> dict[str, Quality]:
        """Ask it of an engine."""
        return await engine.quality(self.call_id)


class OfferWeb(msgspec.Struct, frozen=True, tag=True):
    """`EmbeddedEngine.offer_web_leg`."""

    call_id: str
    leg_id: str


class Listen(msgspec.Struct, frozen=True, tag=True):
    """`Engine.tap` where it is what a leg says, otherwise `Engine.sound`; it comes under this number."""

    number: int
    call_id: str
    leg_id: str
    says: bool


class Leave(msgspec.Struct, frozen=True, tag=True):
    """Nobody listens under this number any more."""

    number: int


Done = (
    Open
    | End
    | AddWeb
    | TakeAnswer
    | AddPcm
    | Feed
    | Remove
    | Move
    | Route
    | StartRecording
    | PauseRecording
    | ResumeRecording
    | StopRecording
    | Play
    | StopPlay
    | Dtmf
    | SendDtmf
    | Measure
)
Operation = Done | OfferWeb | Listen | Leave
