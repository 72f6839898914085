"""Recordings without calls: packets, places and files, whatever is lost, late or paused on the way."""

import asyncio
import errno
import os
import struct
import threading
from array import array
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_sound import encoded, loudness, read_back, tone

from valvomo.media import leftover
from valvomo.media.embedded import opus
from valvomo.media.embedded.opus import RATE
from valvomo.media.embedded.recorder import Recorder
from valvomo.media.embedded.rtp import TIMESTAMPS, Packet
from valvomo.media.embedded.timeline import LATE, SLACK, WINDOW, Timeline
from valvomo.media.embedded.track import Written
from valvomo.media.port import Recorded, RecordingError

FRAME, HERTZ = 960, 1000
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
VOICE = encoded(tone(HERTZ, 4, RATE))


def pages(data: bytes) -> list[tuple[int, int]]:
    """Of each page of Ogg: its position, and the packets that end in it (RFC 3533 §6)."""
    found, at = [], 0
    while at < len(data):
        assert data[at : at + 4] == b"OggS"
        (position,) = struct.unpack_from("<q", data, at + 6)
        lacing = data[at + 27 : at + 27 + data[at + 26]]
        found.append((position, sum(one < 255 for one in lacing)))
        at += 27 + len(lacing) + sum(lacing)
    return found


def track(path: Path, packets: list[tuple[int, bytes]]) -> Written:
    written = Written(path=path, began=packets[0][0])
    written.head({"LEG": "a"})
    written.put(packets)
    written.close()
    return written


def windows(file: Path, seconds: float = 0.1) -> list[bool]:
    """Of each tenth of a second whether the voice is heard in it."""
    pcm, size = read_back(str(file)), int(16_000 * seconds)
    return [loudness(pcm[at : at + size], HERTZ, 16_000) > 0.05 for at in range(0, len(pcm) - size + 1, size)]


@pytest.mark.parametrize(
    ("packet", "length"),
    [
        (b"", 0), (b"\x03", 0), (b"\x03\x00", 0), (b"\x78x", 960), (b"\x00", 480), (b"\x18x", 2880),
        (b"\x1ax", 5760), (b"\x1b\x03", 0), (b"\x60", 480), (b"\x80", 120), (b"\xf9xx", 1920), (b"\xfb\x06", 5760),
        (b"\xfb\x07", 0),
    ],
)  # fmt: skip
def test_how_long_packets_are(packet: bytes, length: int) -> None:
    assert opus.samples(packet) == length


@PATIENT
@given(st.binary(min_size=1, max_size=4))
def test_whatever_comes_has_a_length_or_none(packet: bytes) -> None:
    assert 0 <= opus.samples(packet) <= opus.LONGEST
    assert opus.samples(opus.missing(packet)) == opus.frame_samples(packet)


@PATIENT
@given(st.integers(0, 400_000))
def test_silence_is_as_long_as_it_is_asked_for(length: int) -> None:
    assert 0 <= length - sum(map(opus.samples, opus.silence(length))) < 120


@PATIENT
@given(
    start=st.integers(0, TIMESTAMPS - 1),
    late=st.lists(st.integers(0, 15_000), min_size=1, max_size=400),
)
def test_what_comes_unevenly_is_placed_evenly(start: int, late: list[int]) -> None:
    """However the network delivers, packets are as far from each other as they were said, but for what a clock owes."""
    timeline = Timeline()
    places = [
        timeline.place(7, (start + n * FRAME) % TIMESTAMPS, n * FRAME + delay) for n, delay in enumerate(late)
    ]
    steps = [after - before for before, after in pairwise(places)]
    assert sum(step != FRAME for step in steps) <= len(late) * FRAME // WINDOW + 1
    assert abs(places[-1] - (len(late) - 1) * FRAME) <= max(late) + SLACK


def test_clocks_that_run_apart_stay_together() -> None:
    timeline, apart = Timeline(), 1.001
    for n in range(30_000):
        due = int(n * FRAME * apart)
        assert abs(timeline.place(7, n * FRAME % TIMESTAMPS, due) - due) <= SLACK + WINDOW // 500


def test_who_begins_anew_is_placed_where_they_are() -> None:
    timeline = Timeline()
    assert timeline.place(7, 500, 4800) == 4800
    assert timeline.place(7, 500 + FRAME, 4800 + 3 * FRAME) == 4800 + FRAME
    assert timeline.place(8, 99_000, 100_000) == 100_000
    assert timeline.place(8, 99_000 + LATE // 2, 100_000 + LATE) == 100_000 + LATE // 2
    assert timeline.place(8, 99_000 + LATE // 2 + 1, 100_000 + 2 * LATE) == 100_000 + 2 * LATE


def test_a_track_is_played_as_it_was_said(tmp_path: Path) -> None:
    file = tmp_path / "a.opus"
    written = track(file, [(4800 + n * FRAME, one) for n, one in enumerate(VOICE)])
    assert (written.began, written.samples) == (4800, 4 * RATE)
    assert file.stat().st_mode & 0o777 == 0o600
    assert all(windows(file))
    heads, *found = pages(file.read_bytes())[1:]
    assert heads[0] == 0
    position = 0
    for end, packets in found:
        position += packets * FRAME
        assert end == position
        assert packets * FRAME <= RATE // 2


def test_what_was_lost_is_concealed_and_what_was_not_said_is_silence(tmp_path: Path) -> None:
    file = tmp_path / "a.opus"
    said = [one for one in enumerate(VOICE) if one[0] not in {20, 21, 40} and not 50 <= one[0] < 100]
    written = track(file, [(n * FRAME, one) for n, one in said])
    assert written.samples == 4 * RATE
    found = windows(file)
    assert found[:10] == [True] * 10
    assert found[10:20] == [False] * 10
    # An encoder counts on what it has sent before: it takes a moment until all is there again.
    assert found[22:39] == [True] * 17


@PATIENT
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(-400, 400)), min_size=1, max_size=60))
def test_whatever_is_lost_or_doubled_what_is_in_a_track_is_in_its_place(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[int, int]]
) -> None:
    packets = sorted((1000 + n * FRAME + shift, VOICE[n % len(VOICE)]) for n, shift in said)
    file = tmp_path_factory.mktemp("track") / "a.opus"
    written = track(file, packets)
    assert abs(written.began + written.samples - (packets[-1][0] + FRAME)) <= FRAME
    assert pages(file.read_bytes())[-1][0] == written.samples


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.told: list[Recorded] = []
        self.recorder = Recorder(lambda: self.now, self.told.append)


async def test_a_recording_that_is_paused_and_its_late_packets(tmp_path: Path) -> None:
    place = Clock()
    recording = place.recorder.start("call", "one", str(tmp_path))
    order = [*range(10), 11, 12, 13, 10, *range(14, 200)]
    for place.now, n in ((100 + step * 0.02, n) for step, n in enumerate(order)):
        recording.paused = 50 <= n < 100
        recording.take("leg", "Aino", Packet(111, False, n, n * FRAME, 5, VOICE[n]), place.now)
        if n == 150:
            await place.recorder.write()
            (file,) = tmp_path.iterdir()
            assert pages(file.read_bytes())[-1][0] > 2 * RATE
    assert place.told == []
    recording.over = True
    await place.recorder.write()
    await place.recorder.write()
    (told,) = place.told
    (kept,) = told.tracks
    assert (told.failed, kept.leg_id, kept.name, kept.began, kept.seconds) == ("", "leg", "Aino", 0.0, 4.0)
    assert Path(kept.file).name == "one-1.opus"
    found = windows(Path(kept.file))
    assert (found[:10], found[10:20], found[22:39]) == ([True] * 10, [False] * 10, [True] * 17)


async def test_a_disk_that_is_full_is_told_and_stops_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Clock()
    one, other = [place.recorder.start("call", name, str(tmp_path)) for name in ("one", "other")]
    real, full = os.write, {""}

    def write(number: int, data: bytes) -> int:
        if f"{one.id}-" in Path(f"/proc/self/fd/{number}").readlink().name:
            full.add("told")
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(number, data)

    monkeypatch.setattr(os, "write", write)
    for n, voice in enumerate(VOICE):
        place.now += 0.02
        for recording in (one, other):
            recording.take("leg", "", Packet(111, False, n, n * FRAME, 5, voice), place.now)
        await place.recorder.write()
    one.over = other.over = True
    await place.recorder.write()
    told = {each.recording_id: each for each in place.told}
    assert "No space left" in told["one"].failed
    assert told["other"].failed == ""
    assert told["other"].tracks[0].seconds == 4.0
    assert "told" in full


async def test_a_file_says_whose_it_is_however_much_of_it_was_written(tmp_path: Path) -> None:
    place = Clock()
    recording = place.recorder.start("call", "one", str(tmp_path))
    for n, voice in enumerate(VOICE):
        place.now += 0.02
        recording.take("a=leg", "Aino Öberg", Packet(111, False, n, n * FRAME, 5, voice), place.now)
    recording.over = True
    await place.recorder.write()
    (track,) = place.told[0].tracks
    file = Path(track.file)
    assert leftover.read(file) == ("one", track)
    whole, before = file.read_bytes(), track.seconds
    for cut in range(len(whole), -1, -997):
        file.write_bytes(whole[:cut])
        found = leftover.read(file)
        seconds = found[1].seconds if found else 0.0
        assert seconds <= before
        before = seconds
    assert before == 0.0


@PATIENT
@given(st.binary(max_size=240))
def test_whatever_is_in_a_file_it_is_read_or_is_none(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes
) -> None:
    file = tmp_path_factory.mktemp("left") / "one-1.opus"
    body = b"OpusTags" + junk
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, 2, 960, 1, 0, 0, 1)
    for content in (junk, b"OggS" + junk, head + bytes([len(body)]) + body):
        file.write_bytes(content)
        assert leftover.read(file) is None


async def test_who_is_on_hold_for_long_is_not_taken_for_left(tmp_path: Path) -> None:
    place = Clock()
    recording = place.recorder.start("call", "one", str(tmp_path))
    recording.take("leg", "", Packet(111, False, 1, 0, 5, VOICE[0]), place.now)
    place.now += 1.0
    await place.recorder.write()
    (file,) = tmp_path.iterdir()
    os.utime(file, (1, 1))
    recording.paused = True
    await place.recorder.write()
    assert file.stat().st_mtime > 1


async def test_recordings_that_cannot_begin(tmp_path: Path) -> None:
    recorder = Clock().recorder
    for name in ("", "../one", "a/b", "x" * 65):
        with pytest.raises(RecordingError, match="named"):
            recorder.start("call", name, str(tmp_path))
    with pytest.raises(RecordingError, match="no folder"):
        recorder.start("call", "one", str(tmp_path / "nowhere"))


async def test_a_recording_of_nobody_has_no_file(tmp_path: Path) -> None:
    place = Clock()
    place.recorder.start("call", "one", str(tmp_path)).over = True
    await place.recorder.write()
    assert place.told == [Recorded("call", "one", ())]
    assert list(tmp_path.iterdir()) == []


async def test_who_closes_waits_for_who_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place, real = Clock(), os.write
    begun, may = threading.Event(), threading.Event()

    def write(number: int, data: bytes) -> int:
        begun.set()
        assert may.wait(60)
        return real(number, data)

    recording = place.recorder.start("call", "one", str(tmp_path))
    for n, voice in enumerate(VOICE):
        place.now += 0.02
        recording.take("leg", "", Packet(111, False, n, n * FRAME, 5, voice), place.now)
    monkeypatch.setattr(os, "write", write)
    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        tasks.create_task(place.recorder.writes())
        assert await asyncio.to_thread(begun.wait, 60)
        recording.over = True
        closing = tasks.create_task(place.recorder.close())
        await asyncio.sleep(0)
        assert not closing.done()
        may.set()
    (told,) = place.told
    assert told.failed == ""
    assert told.tracks[0].seconds == 4.0
    assert all(windows(Path(told.tracks[0].file)))


async def test_files_that_are_there_stay(tmp_path: Path) -> None:
    (tmp_path / "one-1.opus").write_bytes(b"of before")
    place = Clock()
    recording = place.recorder.start("call", "one", str(tmp_path))
    recording.take("leg", "", Packet(111, False, 1, 0, 5, VOICE[0]), place.now)
    recording.over = True
    await place.recorder.write()
    assert Path(place.told[0].tracks[0].file).name == "one-2.opus"
    assert (tmp_path / "one-1.opus").read_bytes() == b"of before"


def test_what_is_no_opus_is_left_out(tmp_path: Path) -> None:
    written = track(
        tmp_path / "a.opus", [(0, VOICE[0]), (FRAME, b""), (FRAME, b"\x03"), (2 * FRAME, VOICE[2])]
    )
    assert written.samples == 3 * FRAME
    assert array("h", read_back(str(written.path))) != array("h")
