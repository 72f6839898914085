"""What customers send besides words: said at once, fetched after, kept as any other file, and never lost in silence."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_clamd import Clamd
from sample_files import EICAR, HTML, PDF, PROGRAMS, bomb, picture
from sample_floor import AATU, AINO, SAARA, Floor
from sample_line import Line, conversation_of
from sample_media import Files, brings, file, written
from sample_meta import PAGE_ID, account, called, messenger, ms_event, whatsapp
from sample_provider import Asked, Said
from sample_stage import Stage

from valvomo.channels.media import Medium
from valvomo.channels.messenger import Messenger
from valvomo.channels.port import Inbound
from valvomo.channels.telegram.updates import inbound_of, update_of
from valvomo.channels.whatsapp import WhatsApp
from valvomo.commands.channels.media import AttachMedia, FetchMediaAgain
from valvomo.commands.channels.mending import TryAgain
from valvomo.commands.channels.receiving import kept
from valvomo.commands.conversations import serve
from valvomo.commands.execute import Executor
from valvomo.db.attachments import upload_of
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.clamav import ClamAV
from valvomo.jobs.delivery import content_of
from valvomo.jobs.fetching import LEASE_SECONDS, LONGEST_PAUSE, MOST_ATTEMPTS
from valvomo.protocol.letters import BOT_LETTER_KINDS
from valvomo.queries.verify import verify

PHOTO = picture()
WA = {"phone_number_id": "106540352242922", "business_account_id": "102290129340398"}


@pytest.fixture
async def files(line: Line, tmp_path: Path) -> AsyncIterator[Files]:
    async with Files.of(line.floor, line.opener, tmp_path) as opened:
        yield opened


def holding(line: Line, **bodies: Any) -> None:
    """The system gives these out by their names; what is `None` is gone, an int is a status."""

    def answer(asked: Asked) -> Said:
        if asked.path == "/in":
            return Said()
        body = bodies.get(asked.path[1:])
        if isinstance(body, Said):
            return body
        return Said(status=404) if body is None else Said(body=body)

    line.system.answer = answer


def at(line: Line, name: str) -> str:
    return f"{line.system.url}/{name}"


async def came(line: Line, text: str, *files: dict[str, Any], one: str = "m-1") -> str:
    """The conversation that a message with files has begun."""
    await brings(line, text, one, *files)
    await line.take_in()
    return await conversation_of(line.floor)


async def sound(floor: Floor) -> None:
    report = await verify(floor.database)
    assert report.clean, report.findings


async def test_a_picture_is_said_at_once_and_there_when_it_was_fetched(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    one = await came(line, "look", file(at(line, "photo"), "my photo.png"))
    (message,) = await written(line.floor, one)
    assert (message.text, message.files) == ("look", [])
    assert message.awaited == [("my photo.png", "fetching", None)]
    await sound(line.floor)
    assert await files.fetch() == 1
    (message,) = await written(line.floor, one)
    (kept,) = message.files
    assert (kept["name"], kept["media_type"], kept["width"], message.media) == (
        "my photo.png",
        "image/png",
        40,
        (),
    )
    assert (await files.kept(kept["id"])).startswith(b"\x89PNG")
    await sound(line.floor)


async def test_a_message_may_be_nothing_but_files_and_they_keep_their_order(line: Line, files: Files) -> None:
    holding(line, b=PDF, a=PHOTO)
    wanted = [
        file(at(line, "b"), "b.pdf", "application/pdf"),
        file(at(line, "gone"), "c.png"),
        file(at(line, "a"), "a.png"),
    ]
    one = await came(line, "", *wanted)
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert (message.text, message.names) == ("", ["b.pdf", "a.png"])
    assert message.awaited == [("c.png", "failed", "gone")]
    await sound(line.floor)


@pytest.mark.parametrize(
    ("body", "case"),
    [
        (None, ("a.png", "image/png", MediaProblem.GONE)),
        (Said(status=403), ("a.png", "image/png", MediaProblem.GONE)),
        (b"", ("a.png", "image/png", MediaProblem.EMPTY)),
        (PDF, ("a.png", "image/png", MediaProblem.MISMATCH)),
        (HTML, ("a.html", "", MediaProblem.NOT_ALLOWED)),
        (PROGRAMS[0], ("a.png", "", MediaProblem.PROGRAM)),
        (PHOTO, ("a.exe", "", MediaProblem.PROGRAM)),
        (bomb(), ("a.png", "image/png", MediaProblem.TOO_MANY_PIXELS)),
        (PHOTO[:60], ("a.png", "image/png", MediaProblem.DAMAGED)),
        (b"%PDF-" + b"x" * 11_000_000, ("a.pdf", "application/pdf", MediaProblem.TOO_LARGE)),
    ],
)
async def test_what_is_not_taken_is_said_with_its_reason(
    line: Line, files: Files, body: Any, case: tuple[str, str, MediaProblem]
) -> None:
    name, media_type, problem = case
    holding(line, it=body)
    one = await came(line, "look", file(at(line, "it"), name, media_type))
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert (message.text, message.files) == ("look", [])
    assert [(one.state.value, one.problem) for one in message.media] == [("failed", problem)]
    await sound(line.floor)


async def test_a_virus_is_found_and_a_scanner_that_is_away_is_waited_for(line: Line, tmp_path: Path) -> None:
    daemon = Clamd(mood="hangs up")
    scanner = ClamAV(await daemon.start())
    async with Files.of(line.floor, line.opener, tmp_path, scanner) as files:
        holding(line, photo=PHOTO, virus=b"plain text: " + EICAR)
        one = await came(line, "", file(at(line, "photo")), file(at(line, "virus"), "v.txt", "text/plain"))
        await files.fetch()
        (message,) = await written(line.floor, one)
        assert [state for _, state, _ in message.awaited] == ["fetching", "fetching"]
        daemon.mood = "well"
        asked = len(line.system.asked)
        for upload in await line.floor.sql("SELECT * FROM attachments WHERE progress = 'scanning'"):
            await files.examination.examine(upload_of(upload))
        await files.fetch(10)
        (message,) = await written(line.floor, one)
        assert (message.names, message.awaited) == (["photo.png"], [("v.txt", "failed", "virus")])
        # What was kept once is not fetched again.
        assert len(line.system.asked) == asked
        await sound(line.floor)
    await daemon.stop()


async def test_a_provider_that_is_away_is_asked_again_for_hours_and_then_by_people(
    line: Line, files: Files
) -> None:
    holding(line, photo=Said(status=503))
    one = await came(line, "look", file(at(line, "photo")))
    for _ in range(MOST_ATTEMPTS - 1):
        assert await files.fetch(LONGEST_PAUSE) == 1
    (message,) = await written(line.floor, one)
    assert message.awaited == [("photo.png", "fetching", None)]
    await files.fetch(LONGEST_PAUSE)
    (message,) = await written(line.floor, one)
    assert message.awaited == [("photo.png", "failed", "unavailable")]
    assert await files.fetch(10 * LONGEST_PAUSE) == 0
    holding(line, photo=PHOTO)
    await line.floor.done(AINO, serve.Pick(conversation_id=one))
    again = FetchMediaAgain(conversation_id=one, media_id=message.media[0].id)
    await line.floor.done(AINO, again)
    (message,) = await written(line.floor, one)
    assert message.awaited == [("photo.png", "fetching", None)]
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert (message.names, message.media) == (["photo.png"], ())
    await sound(line.floor)


async def test_only_who_may_read_it_has_it_fetched_again_and_nothing_unsound(
    line: Line, files: Files
) -> None:
    holding(line, it=PROGRAMS[0])
    one = await came(line, "", file(at(line, "it"), "a.png", ""), file(at(line, "gone")))
    await line.floor.done(AINO, serve.Pick(conversation_id=one))
    await files.fetch()
    (message,) = await written(line.floor, one)
    program, gone = message.media
    run = line.floor.executor.execute
    for actor, medium, reason in (
        (AINO, program.id, Reason.MEDIA_FOR_GOOD),
        (SAARA, gone.id, Reason.MONITOR_FIRST),
        (AINO, "nothing", Reason.NOT_FOUND),
    ):
        refused = await run(actor, FetchMediaAgain(conversation_id=one, media_id=medium))
        assert isinstance(refused, Refusal), refused
        assert refused.reason is reason
    await line.floor.done(AINO, FetchMediaAgain(conversation_id=one, media_id=gone.id))
    await line.floor.done(AINO, FetchMediaAgain(conversation_id=one, media_id=gone.id))
    assert await files.fetch() == 1


async def test_it_comes_once_however_often_it_is_told_and_whoever_dies(
    line: Line, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    holding(line, photo=PHOTO)
    one = await came(line, "look", file(at(line, "photo")))
    await brings(line, "look", "m-1", file(at(line, "photo")))
    await line.take_in()
    usual = Executor.execute

    class DiedError(BaseException):
        pass

    async def dying(self: Executor, actor: Any, command: Any, key: str | None = None) -> Any:
        if isinstance(command, AttachMedia):
            raise DiedError
        return await usual(self, actor, command, key)

    # It was fetched, kept and looked into, and then the process died: before the message could have it.
    monkeypatch.setattr(Executor, "execute", dying)
    (row,) = await files.fetching.lease(5)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - a death in a group
        await files.fetching.fetch(row, files.http)
    monkeypatch.setattr(Executor, "execute", usual)
    assert await files.fetch() == 0
    assert (await written(line.floor, one))[0].awaited == [("photo.png", "fetching", None)]
    assert await files.fetch(LEASE_SECONDS + 1) == 1
    assert await files.fetch(LEASE_SECONDS + 1) == 0
    (message,) = await written(line.floor, one)
    assert (message.names, message.media) == (["photo.png"], ())
    await sound(line.floor)


async def test_two_processes_make_of_one_file_one_attachment(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    one = await came(line, "look", file(at(line, "photo")))
    (row,) = await files.fetching.lease(5)
    line.floor.clock.advance(LEASE_SECONDS + 1)
    (late,) = await files.fetching.lease(5)
    await files.fetching.fetch(late, files.http)
    await files.fetching.fetch(row, files.http)
    (message,) = await written(line.floor, one)
    assert (message.names, message.media) == (["photo.png"], ())
    await sound(line.floor)


async def test_what_was_written_before_the_end_is_fetched_after_it(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    one = await came(line, "look", file(at(line, "photo")))
    await line.floor.done(AINO, serve.Pick(conversation_id=one))
    await line.floor.done(AINO, serve.End(conversation_id=one))
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert message.names == ["photo.png"]
    await sound(line.floor)


async def test_more_than_a_message_may_have_or_nothing_at_all(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    await line.floor.sql("""UPDATE workstreams SET attachments = '{"most": 2}' WHERE id = 'custom'""")
    one = await came(line, "look", *[file(at(line, "photo"), f"{number}.png") for number in range(3)])
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert message.names == ["0.png", "1.png"]
    assert message.awaited == [("2.png", "failed", "too-many")]
    await line.floor.sql(
        """UPDATE workstreams SET attachments = '{"customer": {"allowed": false}}' WHERE id = 'custom'"""
    )
    await brings(line, "more", "m-2", file(at(line, "photo")))
    await line.take_in()
    assert await files.fetch() == 0
    assert (await written(line.floor, one))[1].awaited == [("photo.png", "failed", "not-allowed")]
    await sound(line.floor)


async def test_everybody_who_reads_along_sees_it_come(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    one = await came(line, "look", file(at(line, "photo")))
    await line.floor.done(AINO, serve.Pick(conversation_id=one))
    stage = await Stage.open(line.floor)
    aino = stage.reader(AINO)
    topic = f"conversation:{one}"
    await aino.watch(topic)
    await stage.settle()
    await files.fetch()
    await stage.settle()
    said = [item for item in aino.told(topic) if item["kind"] == "message"]
    before, after = said[0], said[-1]
    assert (before["id"], len(said)) == (after["id"], 2)
    assert (before["media"][0]["state"], before["attachments"]) == ("fetching", [])
    assert ([one["name"] for one in after["attachments"]], after["media"]) == (["photo.png"], [])


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    (
        "file_id", "file_name", "mime_type", "file_size", "id", "caption", "filename", "type", "payload", "url",
        "title", "name", "media_type", "size", "voice", "emoji", "is_animated",
    )
)  # fmt: skip
FILES = ANY | st.dictionaries(NAMES, ANY, max_size=6)
KINDS = ("photo", "document", "voice", "video_note", "sticker", "animation")


@given(
    st.sampled_from(KINDS),
    FILES | st.lists(FILES, max_size=3),
    st.sampled_from(("image", "audio", "sticker", "?")),
)
def test_whatever_a_provider_says_of_files_can_be_kept(kind: str, said: Any, sort: str) -> None:
    update = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": 7, "type": "private"},
              "from": {"id": 7, "first_name": "A"}, kind: said}}  # fmt: skip
    graph = {"type": sort, sort: said, "from": "358401234567", "id": "w", "timestamp": "1"}
    page = ms_event(message={"mid": "m", "attachments": said if isinstance(said, list) else [said]})
    at = datetime(2026, 3, 2, tzinfo=UTC)
    one = inbound_of(update_of(json.dumps(update).encode()), "1")
    wa, ms = WhatsApp(), Messenger()
    items: list[Any] = [one] if one else []
    items += wa.receive(account(wa, WA), called(whatsapp(messages=[graph]), at)).items
    items += ms.receive(account(ms, {"page_id": PAGE_ID}), called(messenger(page), at)).items
    assert len(items) >= 2
    for item in items:
        found = kept(item, at)
        assert not found.body["media"]
        assert item.text or item.media
        assert all(medium.ref or medium.problem for medium in item.media)
        json.dumps([[one.ref, one.name, one.media_type, one.problem] for one in found.media]).encode()
        assert not any("\0" in f"{one.ref}{one.name}{one.media_type}" for one in found.media)


async def test_whatever_is_fetched_under_whatever_name_becomes_a_file_or_a_reason(
    line: Line, files: Files
) -> None:
    dice = Random(7)
    bodies = [
        PHOTO,
        PDF,
        HTML,
        b"",
        b"\0" * 9,
        PROGRAMS[1],
        EICAR,
        bomb(),
        "ää".encode(),
        b"\x89PNG\r\n\x1a\n",
    ]
    names = ["a.png", "", "../../etc/passwd", "a\u202egpj.exe", "x" * 400 + ".pdf", "con", "\ud83d\ude00.jpg"]
    kinds = ["image/png", "application/pdf", "", "text/html", "image/svg+xml", "a/b; c=d", "x" * 90, "\u00e4"]
    held = {f"f{number}": body for number, body in enumerate(bodies)}
    holding(line, **held)
    for number in range(6):
        wanted = [
            file(at(line, dice.choice(list(held))), dice.choice(names), dice.choice(kinds)) for _ in range(5)
        ]
        await brings(line, "", f"m-{number}", *wanted)
    await line.take_in()
    assert await files.fetch() == 30
    one = await conversation_of(line.floor)
    found = await written(line.floor, one)
    assert [len(message.files) + len(message.media) for message in found] == [5] * 6
    assert {medium.state.value for message in found for medium in message.media} == {"failed"}
    assert not any(
        "/" in each["name"] or "\u202e" in each["name"] for message in found for each in message.files
    )
    await sound(line.floor)


async def test_a_bot_hears_of_files_and_opens_them(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    await line.floor.sql("UPDATE workstreams SET bot_id = 'botti' WHERE id = 'custom'")
    one = await came(line, "look", file(at(line, "photo")))
    await files.fetch()
    rows = await line.floor.sql(
        "SELECT * FROM outbox WHERE conversation_id = $1 AND kind LIKE 'bot.%' ORDER BY place", one
    )
    assert [row["kind"] for row in rows] == ["bot.conversation_started", "bot.message", "bot.attachment"]
    words, came_later = (json.loads(content_of(row, files.enclosures))["data"] for row in rows[1:])
    assert (words["message"]["text"], words["message"]["attachments"], words["message"]["awaited"]) == (
        "look",
        [],
        1,
    )
    (told,) = came_later["attachments"]
    assert (came_later["message"], told["name"]) == (words["message"]["id"], "photo.png")
    assert told["url"].startswith("https://desk.example.org/files/")
    for row, kind in zip(rows[1:], ("bot.message", "bot.attachment"), strict=True):
        content = json.loads(content_of(row, files.enclosures))["data"]
        msgspec.convert(content, BOT_LETTER_KINDS[kind].form, strict=False)


async def test_bytes_that_came_with_a_message_are_taken_in_without_asking_anybody(
    line: Line, files: Files
) -> None:
    """As by e-mail: nothing is at the provider any more, or nobody wants to ask it."""
    (row,) = await line.floor.sql("SELECT * FROM channel_accounts")
    said = Inbound(
        key="mail-1", address="ann@example.org", text="see", sent_at=line.floor.clock(),
        media=(
            Medium(name="a.png", media_type="image/png", content=PHOTO),
            Medium(name="b.exe", media_type="", content=PROGRAMS[0]),
            Medium(name="c.pdf", media_type="application/pdf", problem=MediaProblem.TOO_LARGE),
        ),
    )  # fmt: skip
    for _ in range(2):
        await line.reception.keep(line.opener.open(row), (said,), line.floor.clock())
    await line.take_in()
    one = await conversation_of(line.floor)
    assert [state for _, state, _ in (await written(line.floor, one))[0].awaited] == [
        "fetching",
        "fetching",
        "failed",
    ]
    await files.fetch()
    (message,) = await written(line.floor, one)
    assert message.names == ["a.png"]
    assert [(name, problem) for name, _, problem in message.awaited] == [
        ("b.exe", "program"),
        ("c.pdf", "too-large"),
    ]
    assert line.system.asked == []
    held = [
        row["content"] for row in await line.floor.sql("SELECT content FROM channel_media ORDER BY place")
    ]
    assert held == [None, PROGRAMS[0], None], "what became a file is not kept twice"
    async with line.floor.database.transaction() as tx:
        await tx.run("media.forget_contents", line.floor.clock() + timedelta(days=1), 100)
    assert await line.floor.sql("SELECT 1 FROM channel_media WHERE content IS NOT NULL") == []
    await sound(line.floor)


async def test_what_was_dropped_before_it_was_taken_in_leaves_nothing(line: Line, files: Files) -> None:
    holding(line, photo=PHOTO)
    await brings(line, "look", "m-1", file(at(line, "photo")))
    await line.floor.sql("UPDATE arrivals SET given_up_at = received_at")
    await line.floor.done(AATU, TryAgain(account_id=line.account_id, key="message:m-1", drop=True))
    await line.take_in()
    assert await files.fetch() == 0
    assert await line.floor.sql("SELECT 1 FROM channel_media") == []
