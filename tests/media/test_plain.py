"""Plain samples without calls: what waits for what is late, what is added, keys, and files that are played."""

from __future__ import annotations

import asyncio
import math
import struct
from array import array

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_sound import encoded, loudness, ogg, tone, wav

from valvomo.media.embedded import mixing, opus, sounds
from valvomo.media.embedded.codec import FRAME, RATE, SILENCE, Resampler
from valvomo.media.embedded.ears import MOST, Ear
from valvomo.media.embedded.flow import Flow
from valvomo.media.embedded.keypad import KEYS, LONGEST, Keypad
from valvomo.media.embedded.line import HOARD, Line
from valvomo.media.embedded.mixing import CEILING, Mixer
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet
from valvomo.media.embedded.sounds import Playing
from valvomo.media.port import MOST_SOUND, SoundError

HERTZ, SECOND = 1000, 50
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
VOICE = encoded(tone(HERTZ, 2, 48_000))
FRAMES = st.binary(min_size=FRAME, max_size=FRAME)


def packet(n: int, start: int = 0, ssrc: int = 5) -> Packet:
    return Packet(111, False, (start + n) % SEQUENCES, n * 960 % TIMESTAMPS, ssrc, VOICE[n % len(VOICE)])


def listened(come: dict[int, list[int]], ticks: int, start: int = 0) -> array[int]:
    """What is heard where these packets come before these ticks."""
    ear, found = Ear(), array("h")
    for tick in range(ticks):
        for n in come.get(tick, ()):
            ear.take(packet(n, start))
        found.frombytes(ear.next())
    return found


def loud(pcm: array[int]) -> list[bool]:
    """Of each tenth of a second whether the voice is in it."""
    size = RATE // 10
    return [loudness(pcm[at : at + size], HERTZ, RATE) > 0.1 for at in range(0, len(pcm) - size + 1, size)]


def rms(frame: bytes) -> float:
    return math.sqrt(sum(one * one for one in array("h", frame)) / (len(frame) // 2))


@PATIENT
@given(st.sampled_from([0, 1000, SEQUENCES - 20, SEQUENCES - 1]))
def test_what_comes_in_time_is_heard_without_a_gap(start: int) -> None:
    assert all(loud(listened({n: [n] for n in range(100)}, 100, start))[1:])


def test_what_is_lost_is_concealed_and_what_comes_unevenly_waits() -> None:
    lossy = {n: [n] for n in range(100) if n % 10 != 5}
    # At the beginning a decoder has nothing yet of which it could make what is missing.
    assert all(loud(listened(lossy, 100))[2:])
    swapped = {n: [n ^ 1] for n in range(100)}
    assert all(loud(listened(swapped, 100))[1:])
    late = {n: [n - 2] if n % 10 == 2 else [n, *([n - 2] if n % 10 == 4 else [])] for n in range(100)}
    assert sum(loud(listened(late, 100))[1:]) >= 17
    assert all(loud(listened(late, 100))[4:])


def test_after_a_silence_it_goes_on() -> None:
    come = {n: [n] for n in range(50)} | {n: [n] for n in range(150, 200)}
    found = loud(listened(come, 200))
    assert found[1:10] == [True] * 9
    assert found[12:29] == [False] * 17
    assert found[33:40] == [True] * 7


def test_a_burst_is_not_heard_later_for_ever() -> None:
    """What waited in the network is played, and then left out bit by bit until it is near again."""
    ear = Ear()
    for n in range(20):
        ear.take(packet(n))
    for n in range(20, 20 + 60 * SECOND):
        ear.next()
        ear.take(packet(n))
    assert len(ear._waiting) <= MOST
    before = len(ear._waiting)
    for n in range(5000, 5000 + 100):
        ear.take(packet(n, ssrc=6))
    assert len(ear._waiting) <= 26 + before


@PATIENT
@given(
    st.lists(st.tuples(st.integers(0, SEQUENCES - 1), st.integers(0, 3), st.binary(max_size=40)), max_size=60)
)
def test_whatever_comes_there_are_frames(come: list[tuple[int, int, bytes]]) -> None:
    ear = Ear()
    for sequence, ssrc, payload in come:
        ear.take(Packet(111, False, sequence, 0, ssrc, payload))
        assert len(ear.next()) == FRAME


@PATIENT
@given(st.lists(FRAMES, max_size=5))
def test_what_is_added_is_never_too_loud_and_one_alone_is_as_it_was(frames: list[bytes]) -> None:
    mixer = Mixer()
    found = mixer.mix(frames)
    assert len(found) == FRAME
    if len(frames) <= 1:
        assert found == (frames[0] if frames else SILENCE)
    loudest = mixer.mix([struct.pack("<320h", *[32_767] * 320)] * 5)
    assert max(array("h", loudest)) <= 32_767
    assert max(array("h", mixer.mix([struct.pack("<320h", *[32_767] * 320)] * 5))) <= CEILING


def test_after_something_loud_it_becomes_loud_again() -> None:
    mixer, quiet = Mixer(), tone(HERTZ, 0.02, RATE, 0.1).tobytes()
    noise = tone(1370, 0.02, RATE, 0.9).tobytes()
    mixer.mix([noise, noise, quiet])
    softer = rms(mixer.mix([quiet, SILENCE]))
    found = [mixer.mix([quiet, SILENCE]) for _ in range(2 * SECOND)]
    assert softer < 0.7 * rms(quiet)
    assert found[-1] == quiet


@pytest.mark.parametrize(
    ("frame", "level"),
    [
        (SILENCE, 127),
        (tone(HERTZ, 0.02, RATE, 1.0).tobytes(), 3),
        (tone(HERTZ, 0.02, RATE, 0.01).tobytes(), 43),
    ],
)
def test_how_loud_it_is(frame: bytes, level: int) -> None:
    assert mixing.level(frame) == level


def line(rate: int = 8_000) -> Line:
    return Line(id="a", call_id="c", name="", rate=rate, began=0.0)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("piece", [7, 160, 333, 4_001])
def test_a_line_is_given_pieces_of_any_length(rate: int, piece: int) -> None:
    one, found = line(rate), array("h")
    said = tone(HERTZ, 1, rate).tobytes()
    pieces = [said[at : at + piece] for at in range(0, len(said), piece)]
    for n, each in enumerate(pieces):
        one.feed(each, 0.0)
        while (n + 1) * piece * SECOND > (one._ticks + 1) * 2 * rate:
            found.frombytes(one.next())
    # A larger piece than what waits at first is silence at its beginning.
    assert all(loud(found)[3:])


def test_a_line_does_not_hoard_what_it_is_given_and_makes_up_for_clocks() -> None:
    one = line(16_000)
    one.feed(bytes(100 * FRAME), 0.0)
    assert len(one._pcm) == HOARD * FRAME
    for _ in range(60 * SECOND):
        one.feed(bytes(FRAME), 0.0)
        one.next()
    assert len(one._pcm) <= 8 * FRAME
    fast = line(16_000)
    for n in range(60 * SECOND):
        fast.feed(bytes(FRAME + (2 if n % 2 else 0)), 0.0)
        fast.next()
    assert len(fast._pcm) <= 10 * FRAME


def test_there_and_back_a_tone_is_the_same() -> None:
    said = tone(HERTZ, 1, 8_000)
    up, down = Resampler(8_000, RATE), Resampler(RATE, 8_000)
    back = array("h", b"".join(down.more(up.more(said[n : n + 160].tobytes())) for n in range(0, 8_000, 160)))
    assert loudness(back, HERTZ, 8_000) == pytest.approx(loudness(said, HERTZ, 8_000), rel=0.1)


def told(key: int, timestamp: int, duration: int = 0) -> Packet:
    return Packet(110, False, 0, timestamp % TIMESTAMPS, 5, struct.pack("!BBH", key, 10, duration))


@PATIENT
@given(
    st.integers(0, TIMESTAMPS - 1), st.lists(st.tuples(st.integers(0, 15), st.integers(1, 7)), max_size=20)
)
def test_each_press_is_told_once_whatever_of_it_arrives(start: int, presses: list[tuple[int, int]]) -> None:
    keypad, found = Keypad(), ""
    for n, (key, packets) in enumerate(presses):
        for part in range(packets):
            found += keypad.take(told(key, start + n * 9600, 960 * part)) or ""
    assert found == "".join(KEYS[key] for key, _ in presses)


def test_a_long_press_is_one_and_what_is_late_or_no_key_is_none() -> None:
    keypad = Keypad()
    assert keypad.take(told(3, 4_000_000_000)) == "3"
    assert keypad.take(told(3, 4_000_000_000 + LONGEST)) is None
    assert keypad.take(told(3, 4_000_000_000 + 2 * LONGEST)) is None
    assert keypad.take(told(3, 4_000_000_000)) is None
    assert keypad.take(told(3, 4_000_000_000 + 2 * LONGEST + 9600)) == "3"
    assert keypad.take(told(16, 4_000_000_000 + 3 * LONGEST)) is None
    assert keypad.take(Packet(110, False, 0, 0, 5, b"\x01")) is None


@pytest.mark.parametrize(
    "file", [wav(HERTZ, 0.5), wav(HERTZ, 0.5, 44_100), ogg(HERTZ, 0.5)], ids=["wav", "wav 44.1", "ogg"]
)
def test_files_are_played_to_browsers_and_telephones(file: bytes) -> None:
    sound = sounds.read(file)
    assert 24 <= len(sound) <= 27
    playing = Playing(sound, loop=False)
    numbers = list(iter(playing.step, None))
    assert numbers == list(range(len(sound)))
    plain = array("h", b"".join(map(sound.plain, numbers)))
    assert loudness(plain, HERTZ, RATE) > 0.2
    assert all(opus.samples(sound.packet(n)) == 960 for n in numbers)
    again = Playing(sound, loop=True)
    assert [again.step() for _ in range(2 * len(sound))] == 2 * numbers


@pytest.mark.parametrize(
    "file",
    [b"", b"RIFF", b"OggS", b"nonsense", b"ID3 mp3", wav(HERTZ, 0.5)[:40], wav(HERTZ, 0),
     ogg(HERTZ, 0.5)[:30], wav(HERTZ, 301),
     b"RIFF" + bytes(MOST_SOUND)],
    ids=["nothing", "riff", "oggs", "nonsense", "mp3", "half a head", "no sound", "half a page",
         "too long", "too large"],
)  # fmt: skip
def test_what_cannot_be_played(file: bytes) -> None:
    with pytest.raises(SoundError):
        sounds.read(file)


@PATIENT
@given(st.binary(max_size=200), st.sampled_from([wav(HERTZ, 0.1), ogg(HERTZ, 0.1)]), st.data())
def test_whatever_is_to_be_played_is_or_is_refused(junk: bytes, file: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(file)))
    try:
        sound = sounds.read(file[:at] + junk + file[at + len(junk) :])
    except SoundError:
        return
    assert len(sound) > 0
    assert len(sound.plain(0)) == FRAME


async def test_who_reads_slowly_has_the_newest() -> None:
    flow: Flow[int] = Flow(3)
    for n in range(10):
        flow.put(n)
    flow.end()
    assert [one async for one in flow] == [7, 8, 9]
    other: Flow[int] = Flow()
    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        waits = tasks.create_task(anext(other))
        await asyncio.sleep(0)
        other.put(1)
        assert await waits == 1
