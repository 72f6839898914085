"""Recordings of calls in real browsers: whose sound is in which file, and whose is in none."""

import asyncio
from itertools import groupby
from pathlib import Path

import pytest
from sample_call import Meeting
from sample_sound import heard, read_back
from sample_telephone import TONES, Telephone

from valvomo.domain.calls.hearing import Part
from valvomo.media import leftover
from valvomo.media.port import GoneError, Recorded, RecordingError, Track

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]
PATIENCE = 120.0
PARTS = {"customer": Part.CUSTOMER, "agent": Part.AGENT, "supervisor": Part.WHISPERER}
SECOND = 50
"""Packets."""


async def recorded(meeting: Meeting, recording: str = "one") -> dict[str, Track]:
    """The tracks of a recording, as soon as they are whole."""
    async for one in meeting.engine.happenings():
        if isinstance(one, Recorded):
            assert (one.call_id, one.recording_id, one.failed) == (meeting.call, recording, "")
            return {track.leg_id: track for track in one.tracks}
    raise AssertionError


def tenths(track: Track, rate: int = 16_000) -> list[tuple[str, int]]:
    """What is heard in a track, and for how many tenths of a second; the edges between two are left out."""
    pcm, size = read_back(track.file, rate), rate // 10
    found = [heard(pcm[at : at + size], TONES, rate) for at in range(0, len(pcm) - size + 1, size)]
    runs = [list(run) for _, run in groupby(found)]
    # Where a tone begins or ends in a window, and where an encoder finds its way again, there is something of all; and
    # a telephone on a machine that has no time falls silent in between.
    whole = [what for run in runs if len(run) > 2 for what in run]
    return [(what, len(list(run))) for what, run in groupby(whole)]


async def test_each_in_their_own_track_and_a_whisper_in_none(meeting: Meeting, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        for who, part in PARTS.items():
            await meeting.come(who, part)
        await meeting.route(PARTS)
        await meeting.until(customer="agent", agent="customer supervisor", supervisor="agent customer")
        await meeting.engine.start_recording("call", "one", str(tmp_path))
        await meeting.engine.start_recording("call", "one", str(tmp_path))
        await meeting.says("customer", SECOND)
        await meeting.route(PARTS, held=True)
        await meeting.says("customer", SECOND)
        await meeting.route(PARTS)
        await meeting.says("customer", SECOND)
        await meeting.engine.stop_recording("call", "one")
        tracks = await recorded(meeting)
        await meeting.until(customer="agent", agent="customer supervisor")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one-1.opus", "one-2.opus"]
    assert tracks.keys() == {"customer", "agent"}
    for who in ("agent", "customer"):
        assert [what for what, _ in tenths(tracks[who])] == [who, "", who], "on hold nobody is kept"


async def test_a_pause_is_silence_for_all_and_the_end_of_a_call_ends_it(
    meeting: Meeting, tmp_path: Path
) -> None:
    async with asyncio.timeout(PATIENCE):
        for who in ("customer", "agent"):
            await meeting.come(who, PARTS[who])
        await meeting.route({"customer": Part.CUSTOMER, "agent": Part.AGENT})
        await meeting.until(customer="agent", agent="customer")
        await meeting.engine.start_recording("call", "one", str(tmp_path))
        await meeting.says("agent", SECOND)
        await meeting.engine.pause_recording("call", "one")
        await meeting.says("agent", SECOND)
        await meeting.engine.resume_recording("call", "one")
        await meeting.says("agent", SECOND)
        await meeting.engine.end_call("call")
        tracks = await recorded(meeting)
    for who, track in tracks.items():
        assert [what for what, _ in tenths(track)] == [who, "", who]


async def test_a_telephone_is_recorded_as_a_browser_is(meeting: Meeting, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE), Telephone.ringing(meeting.engine, "call", "customer") as phone:
        meeting.telephones["customer"] = phone
        await meeting.come("agent", Part.AGENT)
        parts = {"customer": Part.CUSTOMER, "agent": Part.AGENT}
        await meeting.route(parts)
        await meeting.until(customer="agent", agent="customer")
        await meeting.engine.start_recording("call", "one", str(tmp_path))
        await meeting.says("customer", SECOND)
        await meeting.route(parts, held=True)
        await meeting.says("customer", SECOND)
        await meeting.route(parts)
        await meeting.says("customer", SECOND)
        await meeting.engine.stop_recording("call", "one")
        tracks = await recorded(meeting)
    for who in ("agent", "customer"):
        assert [what for what, _ in tenths(tracks[who])] == [who, "", who], "on hold nobody is kept"
    assert {track.name for track in tracks.values()} == {"customer", ""}


async def test_what_another_engine_has_begun_goes_on_at_its_time(meeting: Meeting, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        await meeting.come("agent", Part.AGENT)
        await meeting.route({"agent": Part.AGENT})
        await meeting.engine.start_recording("call", "one", str(tmp_path), ago=600.0)
        await meeting.says("agent", SECOND)
        await meeting.engine.stop_recording("call", "one")
        track = (await recorded(meeting))["agent"]
    assert 600.0 <= track.began < 600.0 + PATIENCE
    assert 0.0 < track.seconds < PATIENCE, "what was before is not in it"
    found = leftover.read(Path(track.file))
    assert found is not None
    assert found[1].began == track.began, "also where nobody is told of its end"


async def test_nobody_is_kept_unless_it_is_said(meeting: Meeting, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENCE):
        await meeting.come("agent", Part.AGENT)
        await meeting.engine.start_recording("call", "one", str(tmp_path))
        await meeting.says("agent", SECOND)
        await meeting.engine.set_routes("call", {}, kept=frozenset({"somebody"}))
        await meeting.says("agent", SECOND)
        await meeting.engine.stop_recording("call", "one")
        assert await recorded(meeting) == {}
    assert list(tmp_path.iterdir()) == []


async def test_recordings_that_cannot_begin(meeting: Meeting, tmp_path: Path) -> None:
    with pytest.raises(GoneError):
        await meeting.engine.start_recording("never opened", "one", str(tmp_path))
    with pytest.raises(RecordingError):
        await meeting.engine.start_recording("call", "../one", str(tmp_path))
    await meeting.engine.pause_recording("call", "never begun")
    await meeting.engine.stop_recording("never opened", "one")
