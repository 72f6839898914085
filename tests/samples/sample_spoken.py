"""A chat in a call of which what is said is written down."""

from __future__ import annotations

from sample_floor import AINO, TIMER, Floor

from valvomo.commands.conversations.call import AcceptCall, Elevate
from valvomo.commands.conversations.record import StartRecording
from valvomo.commands.conversations.write_down import WriteDown
from valvomo.domain.conversations.model import Mode, Role


async def kept_call(floor: Floor) -> tuple[str, str]:
    """A chat of Aino's in a call that is kept: its id, and the recording's."""
    await floor.sql("UPDATE workstreams SET calls_kept = 'transcript'")
    await floor.with_texts()
    one = await floor.accepted("noticed")
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(await floor.guest(one), AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await floor.done(TIMER, StartRecording(conversation_id=one))
    (row,) = await floor.sql("SELECT id FROM recordings")
    return one, row["id"]


async def is_said(floor: Floor, recording: str, text: str = "as it was said") -> None:
    """Aino says something, and it is written down."""
    said = WriteDown(
        recording_id=recording, person_id="aino", name="Aino", spoken_as=Role.PRIMARY, text=text,
        began_ms=1, ended_ms=900, confidence=0.5, heard=True,
    )  # fmt: skip
    await floor.done(TIMER, said)
