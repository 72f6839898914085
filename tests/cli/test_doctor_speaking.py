"""`valvomo doctor` and the voices that speak to callers on a telephone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_voice import Endpoint, speaking, wav

from valvomo.cli.doctor import speaking as voices
from valvomo.cli.doctor.finding import State
from valvomo.settings import Settings

pytest.importorskip("aiortc", reason="calls need the extra `calls`")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with speaking() as stand_in:
        yield stand_in


def program(folder: Path, *, works: bool = True) -> str:
    """Called like espeak-ng: it says what is in a file."""
    (folder / "said.wav").write_bytes(wav("one"))
    file = folder / "speaker"
    says = f"cat > /dev/null; cat {folder}/said.wav" if works else "cat > /dev/null; exit 1"
    file.write_text(f"#!{shutil.which('sh')}\n{says}\n")
    file.chmod(0o700)
    return str(file)


def test_where_no_calls_are_carried_nobody_need_speak() -> None:
    assert voices.examine(Settings(voice_program="")).state is State.NOT_CONFIGURED


def test_where_nobody_speaks_it_is_said_what_that_costs() -> None:
    found = voices.examine(Settings(calls_processes=1, voice_program=""))
    assert (found.check, found.state) == ("voice", State.NOT_CONFIGURED)
    assert "no notice is heard" in found.seen


def test_an_endpoint_without_a_model_is_no_voice() -> None:
    found = voices.examine(Settings(calls_processes=1, voice_program="", voice_url="http://127.0.0.1:1/v1"))
    assert found.state is State.WARNING
    assert "VALVOMO_VOICE_URL" in found.cure


@pytest.mark.parametrize(("works", "state"), [(True, State.OK), (False, State.BROKEN)])
def test_a_program_is_tried(tmp_path: Path, works: bool, state: State) -> None:
    settings = Settings(calls_processes=1, voice_program=program(tmp_path, works=works))
    assert voices.examine(settings).state is state


@pytest.mark.parametrize(("works", "state"), [(True, State.WARNING), (False, State.BROKEN)])
def test_an_endpoint_that_fails_is_named_and_what_stands_in_is_tried_too(
    tmp_path: Path, endpoint: Endpoint, works: bool, state: State
) -> None:
    settings = Settings(
        calls_processes=1, voice_url=endpoint.url, voice_model="tts", voice_key="hidden",
        voice_program=program(tmp_path, works=works),
    )  # fmt: skip
    ok = voices.examine(settings)
    assert ok.state is (State.OK if works else State.WARNING)
    assert ("openai tts" in ok.seen) is works
    endpoint.answer = lambda _: (401, b"")
    found = voices.examine(settings)
    assert found.state is state
    assert "openai tts" in found.seen
    assert "hidden" not in found.seen + found.cure
