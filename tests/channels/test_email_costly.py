"""Mails that were made to take long: each is refused before it does, or killed, and none of them holds up a mailbox."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest
from sample_post import mail

from valvomo.channels.email.apart import TOO_COSTLY, Apart
from valvomo.channels.email.bounces import bounce_of
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.html import MOST_SAID, text_of_html
from valvomo.channels.email.items import item_of
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.email.nesting import DEEPEST, shallow
from valvomo.channels.email.quoting import split
from valvomo.channels.email.reading import MOST_HEADERS, MOST_INNER, BrokenMailError, flowing, read
from valvomo.channels.email.shown import shown
from valvomo.channels.port import Inbound, UnavailableError

SETTINGS = EmailSettings(
    address="help@example.org", imap_host="mail.example.org", smtp_host="mail.example.org"
)
LYING = Lying(7, 1000, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
PATIENCE = 6.0
"""Seconds of a processor: more than each takes where it is refused, and less than where it is not."""


def nested(depth: int, lines: int) -> bytes:
    """Parts inside each other, and then so many empty lines."""
    heads = [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (one, one) for one in range(depth)
    ]
    return b"From: aada@example.net\r\n" + b"".join(heads) + b"\n" * lines


def parts(count: int) -> bytes:
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count


COSTLY: dict[str, Callable[[], object]] = {
    "deep html as text": lambda: text_of_html("<div>" * 30_000),
    "deep html as it was sent": lambda: shown("<div>" * 30_000, {}),
    "ends that are comments": lambda: text_of_html("<div><!--</div>-->" * 30_000),
    "ends that are values": lambda: text_of_html('<div title="</div>">' * 30_000),
    "ends of something else": lambda: text_of_html("<div></b>" * 30_000),
    "tags that never end": lambda: shallow("<a " * 600_000),
    "comments that never end": lambda: shallow("<!-- " * 400_000),
    "links that never break": lambda: text_of_html(
        "".join(f"<a href=http://x{one}.y>a</a>" for one in range(40_000))
    ),
    "attributions": lambda: split("a wrote:\n" * 11_000),
    "soft breaks": lambda: flowing("a \n" * 500_000),
}


@pytest.mark.slow  # each goes through as much as may be sent
@pytest.mark.parametrize("name", sorted(COSTLY))
def test_what_takes_the_square_of_what_was_sent_is_cut_before(name: str) -> None:
    began = time.process_time()
    COSTLY[name]()
    assert time.process_time() - began < PATIENCE


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (nested(200, 200_000), "nested too deeply"),
        (parts(MOST_INNER), "too many parts"),
        (b"X: y\r\n" * (MOST_HEADERS + 1), "too many headers"),
    ],
    ids=["nested", "parts", "headers"],
)
def test_what_nobody_has_made_by_hand_is_kept_for_a_person(data: bytes, why: str) -> None:
    began = time.process_time()
    with pytest.raises(BrokenMailError, match=why):
        read(data)
    assert time.process_time() - began < PATIENCE
    item = item_of(SETTINGS, data, LYING)
    assert isinstance(item, Inbound)
    assert why in item.problem


def test_whatever_is_parsed_and_cannot_be_looked_into_is_kept_for_a_person(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deep(*_: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("valvomo.channels.email.items.bounce_of", deep)
    item = item_of(SETTINGS, mail("Hei", "one"), LYING)
    assert isinstance(item, Inbound)
    assert item.problem == "the mail cannot be read: RecursionError: maximum recursion depth exceeded"


def test_headers_that_came_back_are_read_as_headers_and_nothing_more() -> None:
    data = (
        b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
        b"Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nMessage-ID: <inside@example.org>\r\n--b--\r\n"
    )
    assert bounce_of(read(data), SETTINGS.own) is None


def test_html_as_deep_as_anybody_writes_is_whole() -> None:
    thread = "<blockquote><div>" * (DEEPEST // 2 - 5) + "Hei"
    assert shallow(thread) == thread
    rows = "<table><tr><td>Hei</td></tr></table><ul><li>yksi<li>kaksi</ul><p>kolme<br>" * 2000
    assert shallow(rows) == rows
    assert shallow("<div><script>'</div>'</script></div>" * 2000).count("script") == 4000
    made = shown(f"Alku{'<div>' * (DEEPEST + 1)}loppu", {})
    assert made is not None
    assert (made.html.startswith("Alku"), "loppu" in made.html, made.cut) == (True, False, True)


def test_as_many_words_are_read_as_are_kept() -> None:
    assert text_of_html("a" * (MOST_SAID + 7)) == "a" * MOST_SAID
    assert text_of_html(f"<pre>{'a' * (MOST_SAID + 7)}</pre>") == "a" * MOST_SAID


def test_a_line_that_ends_softly_goes_on_and_an_empty_one_ends_it() -> None:
    assert flowing("yksi \nkaksi \nkolme\n> neljä \n> viisi") == "yksi kaksi kolme\n> neljä viisi"


def costly() -> bytes:
    """A mail that takes a square of its size, which no limit of ours knows of: attributes are told apart one by one."""
    html = "<b " + " ".join(f"a{one}" for one in range(250_000)) + ">"
    return b"From: aada@example.net\r\nContent-Type: text/html\r\n\r\n" + html.encode()


@pytest.fixture
async def reader() -> AsyncIterator[Apart]:
    made = Apart()
    yield made
    await made.close()


async def test_what_is_read_apart_is_what_is_read_here(reader: Apart) -> None:
    data = mail("Hei", "one")
    assert await reader.item(SETTINGS, data, LYING) == item_of(SETTINGS, data, LYING)
    first = await reader.ready()
    assert await reader.item(SETTINGS, b"", LYING, "why") == item_of(SETTINGS, b"", LYING, "why")
    assert await reader.ready() is first, "the next one is read by the same"
    first.kill()
    await first.wait()
    assert await reader.item(SETTINGS, data, LYING) == item_of(SETTINGS, data, LYING)


@pytest.mark.parametrize(("seconds", "cpu_seconds"), [(0.5, 100), (100.0, 0)], ids=["clock", "processor"])
async def test_a_mail_that_takes_too_long_is_kept_for_a_person(seconds: float, cpu_seconds: int) -> None:
    reader, data = Apart(seconds, cpu_seconds), costly()
    try:
        item = await reader.item(SETTINGS, data, LYING)
        assert isinstance(item, Inbound)
        assert item.address == "aada@example.net"
        assert item.problem == f"the mail cannot be read: {TOO_COSTLY}"
        if seconds > 1:
            behind = await reader.item(SETTINGS, mail("Hei", "one"), LYING)
            assert behind == item_of(SETTINGS, mail("Hei", "one"), LYING), "another process reads on"
    finally:
        await reader.close()


async def test_where_nothing_can_be_started_mails_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valvomo.channels.email.apart.sys.executable", "/nowhere")
    with pytest.raises(UnavailableError, match="no process"):
        await Apart().ready()
    monkeypatch.setattr("valvomo.channels.email.apart.sys.executable", "/bin/false")
    with pytest.raises(UnavailableError, match="does not begin"):
        await Apart().ready()
