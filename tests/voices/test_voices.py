"""Voices: espeak-ng, endpoints, and what is made of them: once, in time, by whoever can."""

from __future__ import annotations

import asyncio
import io
import shutil
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from sample_speech import ESPEAK, needs_espeak
from sample_voice import Endpoint, SampleVoice, speaking, text_of, wav

from valvomo.insight.breaker import FAILURES
from valvomo.insight.port import UnavailableError
from valvomo.voices.choosing import VoicePlaces, voices_configured, voices_of
from valvomo.voices.espeak import EspeakVoice
from valvomo.voices.remote import LARGEST, RemoteVoice
from valvomo.voices.rendering import Voices

SHELL = shutil.which("sh")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with speaking() as stand_in:
        yield stand_in


def program(folder: Path, script: str) -> str:
    """A program that is called like espeak-ng and is not it."""
    file = folder / "speaker"
    file.write_text(f"#!{SHELL}\n{script}\n")
    file.chmod(0o700)
    return str(file)


@needs_espeak
@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "You are number 3."), ("fi", "Olette jonossa numero 3."), ("sv", "-v fi är ingen flagga.")],
)
def test_espeak_says_it_in_a_file_that_knows_how_long_it_is(language: str, text: str) -> None:
    sound = EspeakVoice(ESPEAK or "").say(text, language)
    with wave.open(io.BytesIO(sound), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        seconds = file.getnframes() / file.getframerate()
        assert len(sound) == 44 + 2 * file.getnframes()
        assert max(memoryview(file.readframes(file.getnframes())).cast("h")) > 1_000
    assert 0.5 < seconds < 10


@needs_espeak
@pytest.mark.parametrize("language", ["qq", "", "../x", "en --path=/", "EN"])
def test_espeak_says_nothing_in_what_is_no_language(language: str) -> None:
    with pytest.raises(UnavailableError):
        EspeakVoice(ESPEAK or "").say("No.", language)


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("cat > /dev/null; exit 0", "said nothing"),
        ("cat > /dev/null; echo out of memory >&2; exit 3", "out of memory"),
        ("cat > /dev/null; exit 3", "ended with 3"),
        ("cat > /dev/null; head -c 100 /dev/zero", "said nothing"),
    ],
    ids=["nothing", "told", "silent", "zeros"],
)
def test_a_program_that_does_otherwise_is_told(tmp_path: Path, script: str, why: str) -> None:
    with pytest.raises(UnavailableError, match=why):
        EspeakVoice(program(tmp_path, script)).say("Hello", "en")


def test_a_program_that_never_ends_is_ended(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="too long"):
        EspeakVoice(program(tmp_path, "exec sleep 600"), seconds=0.2).say("Hello", "en")


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        EspeakVoice(str(tmp_path / "none")).say("Hello", "en")


def test_an_endpoint_is_asked_for_the_words_and_nothing_else(endpoint: Endpoint) -> None:
    said = RemoteVoice(endpoint.url, "tts-1", "key", "alloy").say("You are next.", "en")
    assert text_of(said) == "You are next."
    assert endpoint.asked[-1] == {
        "model": "tts-1", "input": "You are next.", "voice": "alloy", "response_format": "wav",
    }  # fmt: skip
    assert endpoint.paths[-1] == "/v1/audio/speech"
    assert endpoint.headers[-1]["authorization"] == "Bearer key"
    RemoteVoice(endpoint.url, "tts-1").say("Again.", "fi")
    assert endpoint.asked[-1] == {"model": "tts-1", "input": "Again.", "response_format": "wav"}
    assert "authorization" not in endpoint.headers[-1]


@pytest.mark.parametrize(
    "answer",
    [(500, b""), (200, b""), (200, b"<html>"), (200, b"RIFF" + bytes(LARGEST)), (302, wav("x"))],
    ids=["failing", "empty", "page", "large", "elsewhere"],
)
def test_what_is_no_sound_is_not_taken(endpoint: Endpoint, answer: tuple[int, bytes]) -> None:
    before, endpoint.answer = endpoint.answer, lambda _: answer
    try:
        with pytest.raises(UnavailableError, match="openai m"):
            RemoteVoice(endpoint.url, "m").say("Hello", "en")
    finally:
        endpoint.answer = before


def test_an_endpoint_that_keeps_failing_is_left_alone(endpoint: Endpoint) -> None:
    before, endpoint.answer = endpoint.answer, lambda _: (500, b"")
    now, voice = [0.0], RemoteVoice(endpoint.url, "m", clock=lambda: now[0])
    try:
        for _ in range(FAILURES):
            with pytest.raises(UnavailableError):
                voice.say("Hello", "en")
        asked = len(endpoint.asked)
        with pytest.raises(UnavailableError, match="resting"):
            voice.say("Hello", "en")
        assert len(endpoint.asked) == asked
    finally:
        endpoint.answer = before
    now[0] = 60.0
    assert text_of(voice.say("Hello", "en")) == "Hello"


@pytest.mark.parametrize(
    ("places", "names"),
    [
        (VoicePlaces(program=""), []),
        (VoicePlaces(program="no-such-program"), []),
        (VoicePlaces(program="sh"), ["espeak-ng"]),
        (VoicePlaces(program="", url="http://127.0.0.1:1/v1"), []),
        (VoicePlaces(program="", url="http://127.0.0.1:1/v1", model="m"), ["openai m"]),
        (VoicePlaces(program="sh", url="http://127.0.0.1:1/v1", model="m"), ["openai m", "espeak-ng"]),
    ],
    ids=["none", "absent", "program", "no-model", "endpoint", "both"],
)
def test_who_speaks(places: VoicePlaces, names: list[str]) -> None:
    assert [one.name for one in voices_of(places)] == names
    assert voices_configured(places) == tuple(names)


async def test_what_is_said_again_or_by_many_at_once_is_made_once() -> None:
    voice = SampleVoice()
    voices = Voices([voice])
    said = await asyncio.gather(*(voices.say("Hello", "en") for _ in range(20)))
    assert {text_of(one) for one in said} == {"en: Hello"}
    assert voice.asked == [("en", "Hello")]
    assert text_of(await voices.say("Hello", "sv")) == "sv: Hello"
    await voices.say("Hello", "en")
    assert voice.asked == [("en", "Hello"), ("sv", "Hello")]
    assert voices.able
    voices.close()


async def test_what_is_kept_has_an_end_and_the_oldest_goes() -> None:
    voice, size = SampleVoice(), len(wav("en: 1"))
    voices = Voices([voice], most=2 * size)
    for text in ("1", "2", "1", "3", "1", "2"):
        await voices.say(text, "en")
    assert [text for _, text in voice.asked] == ["1", "2", "3", "2"]
    voices.close()


async def test_who_fails_is_told_once_and_the_next_one_stands_in() -> None:
    first, second = SampleVoice("first", broken=True), SampleVoice("second")
    voices = Voices([first, second])
    with structlog.testing.capture_logs() as logs:
        for text in ("1", "2", "2"):
            assert text_of(await voices.say(text, "en")) == f"en: {text}"
        first.broken = False
        await voices.say("3", "en")
        assert [text for _, text in second.asked] == ["1", "2"]
        first.broken = True
        await voices.say("4", "en")
    assert [one["voice"] for one in logs if one["event"] == "voices.unavailable"] == ["first", "first"]
    voices.close()


async def test_where_nobody_can_speak_nothing_is_said() -> None:
    voices = Voices([])
    assert not voices.able
    with pytest.raises(UnavailableError):
        await voices.say("Hello", "en")
    voices.close()


async def test_who_takes_too_long_is_waited_for_no_longer() -> None:
    stuck = threading.Event()
    voice = SampleVoice(stuck=stuck)
    voices = Voices([voice], seconds=0.1)
    try:
        with structlog.testing.capture_logs() as logs:
            for _ in range(3):
                with pytest.raises(UnavailableError, match="not within"):
                    await voices.say("Hello", "en")
        assert len(logs) == 1
    finally:
        stuck.set()
    voice.stuck = None
    patient = Voices([voice])
    assert text_of(await patient.say("Hello", "en")) == "en: Hello"
    voices.close()
    patient.close()


async def test_who_hangs_up_takes_nothing_away_from_others() -> None:
    stuck = threading.Event()
    voice = SampleVoice(stuck=stuck)
    voices = Voices([voice])
    async with asyncio.TaskGroup() as group:
        gone, there = (group.create_task(voices.say("Hello", "en")) for _ in range(2))
        while not voice.asked:  # noqa: ASYNC110 - a thread rings no bell
            await asyncio.sleep(0.001)
        gone.cancel()
        stuck.set()
        assert text_of(await there) == "en: Hello"
    voices.close()
