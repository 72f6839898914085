"""Logs: one line an event, and nothing private in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from valvomo import logs


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()  # noqa: TID251 - put back what set_up changes
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_json_is_one_object_a_line() -> None:
    stream = io.StringIO()
    logs.set_up("info", "json", stream=stream)
    structlog.get_logger("valvomo.live").info("feed.gap", position=7)
    (line,) = lines(stream)
    assert line.pop("timestamp")
    assert line == {"event": "feed.gap", "position": 7, "level": "info", "logger": "valvomo.live"}


def test_the_standard_library_comes_out_the_same_way() -> None:
    stream = io.StringIO()
    logs.set_up("info", "json", stream=stream)
    logging.getLogger("asyncpg.pool").warning("lost %s", "postgresql://u:hunter2@h/d")  # noqa: TID251
    (line,) = lines(stream)
    assert line["event"] == "lost postgresql://u:***@h/d"
    assert line["logger"] == "asyncpg.pool"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_connections_that_come_and_go_are_no_events(level: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    # A server that ran in this process without an access log has cut it off from the others.
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "propagate", True)  # noqa: TID251
    logs.set_up(level, "json", stream=stream)
    for name in ("uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).info("connection open")  # noqa: TID251
        logging.getLogger(name).error("trouble")  # noqa: TID251
    assert [line["event"] for line in lines(stream)] == ["trouble", "trouble"]


def test_the_level_holds() -> None:
    stream = io.StringIO()
    logs.set_up("warning", "console", stream=stream)
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "console"])
def test_nothing_private_is_logged(form: str) -> None:
    stream = io.StringIO()
    logs.set_up("info", "json" if form == "json" else "console", stream=stream)
    log = structlog.get_logger()
    log.info("sent", text="hunter2", password="hunter2", Token="hunter2", error="Bearer hunter2hunter2")
    try:
        whisper = "hunter2"
        raise ValueError(len(whisper))  # noqa: TRY301 - the traceback is what is looked at
    except ValueError:
        log.exception("failed")
    assert "hunter2" not in stream.getvalue().replace('whisper = "hunter2"', "")
    assert "ValueError" in stream.getvalue()
