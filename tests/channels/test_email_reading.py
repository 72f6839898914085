"""Mails taken apart, as the world sends them: nothing is lost, nothing runs, and nothing breaks."""

from __future__ import annotations

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valvomo.channels.email.automatic import Automatic, automatic
from valvomo.channels.email.bounces import bounce_of, problem_of
from valvomo.channels.email.decoding import addresses, header, text_of, words
from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.html import text_of_html
from valvomo.channels.email.items import item_of
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.email.reading import BrokenMailError, flowing, read
from valvomo.channels.email.threads import came_back, comes_back_to, named, own_id, token_of
from valvomo.channels.port import Inbound, Report
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

SETTINGS = EmailSettings(
    address="Help@Example.org", name="Example", aliases="info@example.org", imap_host="mail.example.org",
    smtp_host="mail.example.org", vouching_server="mx.example.org",
)  # fmt: skip
LYING = Lying(7, 1000, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
ONE = "01a2287f-bd50-7043-8471-2cc40e90e6d2"


def raw(*lines: str, body: str = "Hei", charset: str = "utf-8") -> bytes:
    """A mail with these headers beside usual ones."""
    usual = {
        "from": "From: Aada Niemi <aada@example.net>",
        "to": "To: help@example.org",
        "subject": "Subject: Paketti",
        "message-id": "Message-ID: <one@example.net>",
        "date": "Date: Mon, 02 Mar 2026 11:00:00 +0200",
    }
    given = {line.partition(":")[0].lower() for line in lines}
    head = [line for name, line in usual.items() if name not in given] + [line for line in lines if line]
    return "\r\n".join([*head, "", body.replace("\n", "\r\n")]).encode(charset)


def inbound(data: bytes, **changed: Any) -> Inbound:
    item = item_of(EmailSettings(**{**as_given(), **changed}), data, LYING)
    assert isinstance(item, Inbound)
    return item


def as_given() -> dict[str, Any]:
    return {name: getattr(SETTINGS, name) for name in EmailSettings.__struct_fields__}


def test_a_plain_mail_is_read() -> None:
    item = inbound(raw(body="Missä paketti on?\n\nAada"))
    assert (item.address, item.name, item.subject, item.text) == (
        "aada@example.net", "Aada Niemi", "Paketti", "Missä paketti on?\n\nAada",
    )  # fmt: skip
    assert item.sent_at == datetime(2026, 3, 2, 9, 0, 0, 7, tzinfo=UTC)
    assert (item.automatic, item.problem, item.identity) == ("", "", None)


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        ("=?utf-8?B?SMOkdMOkw6Q=?=", "Hätää"),
        ("=?ISO-8859-1?Q?P=E4iv=E4=E4?= =?ISO-8859-1?Q?_kaikki?=", "Päivää kaikki"),
        ("=?utf-8?b?8J+Y?= =?utf-8?b?gA==?=", "😀"),
        ("=?utf-8?q?yksi?= ja =?utf-8?q?kaksi?=", "yksi ja kaksi"),
        ("=?nonsense?q?=E4?=", "ä"),
        ("=?utf-8?b?not base64!?=", None),
        ("=?utf-8?q?broken", "=?utf-8?q?broken"),
        ("plain", "plain"),
    ],
)
def test_encoded_words(encoded: str, text: str | None) -> None:
    assert text is None or words(encoded) == text


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("päivä".encode(), "utf-8", "päivä"),
        ("päivä".encode(), "us-ascii", "päivä"),
        ("päivä".encode("latin-1"), "utf-8", "päivä"),
        ("päivä".encode("latin-1"), "", "päivä"),
        ("日本".encode("shift-jis"), "Shift_JIS", "日本"),
        (b"a\x00b", "utf-8", "ab"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"x\x9c", "zip", "xœ"),
    ],
)
def test_charsets_that_lie(data: bytes, charset: str, text: str) -> None:
    assert text_of(data, charset) == text


def test_bytes_in_headers_without_any_encoding() -> None:
    message = email.message_from_bytes("Subject: Määräys\r\n\r\n".encode())
    assert header(message, "subject") == "Määräys"
    message = email.message_from_bytes("Subject: Määräys\r\n\r\n".encode("latin-1"))
    assert header(message, "subject") == "Määräys"


def mixed() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "Aada <aada@example.net>",
        "help@example.org",
        "Kuitti",
    )
    message["Message-ID"] = "<two@example.net>"
    message.set_content("Kuitti on mukana.\n")
    message.add_alternative("<p>Kuitti on <b>mukana</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="kuitti ä.pdf")
    return message.as_bytes()


def test_words_and_files() -> None:
    item = inbound(mixed())
    assert item.text == "Kuitti on mukana."
    assert [(one.name, one.media_type, one.content) for one in item.media] == [
        ("kuitti ä.pdf", "application/pdf", b"%PDF-1.7")
    ]


def test_html_alone_becomes_text() -> None:
    data = raw(
        "Content-Type: text/html; charset=utf-8",
        body="<style>p{}</style><p>Hei<br>kaikki</p><script>alert(1)</script><ul><li>yksi</ul>"
        "<p><a href='https://example.net/a'>täältä</a></p>",
    )
    assert inbound(data).text == "Hei\nkaikki\n\n- yksi\n\ntäältä <https://example.net/a>"


def test_what_says_nothing_has_its_subject_for_words() -> None:
    assert inbound(raw(body="  \n")).text == "Paketti"
    assert inbound(raw("Subject: ", body="")).text == "[–]"


def test_lines_that_were_broken_softly_are_whole_again() -> None:
    assert flowing("yksi \nkaksi\n> a \n> b\n-- \nAada") == "yksi kaksi\n> a b\n-- \nAada"
    assert flowing("yksi \nkaksi", delete_space=True) == "yksikaksi"


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("From: <aada@example.net>", "aada@example.net"),
        ("From: AADA@EXAMPLE.NET (Aada)", "aada@example.net"),
        ('From: "Niemi, Aada" <aada@example.net>', "aada@example.net"),
        ("From: =?utf-8?q?a=40evil.example?= <aada@example.net>", "aada@example.net"),
        ("From: not an address", "unknown"),
        ("From:", "unknown"),
    ],
)
def test_who_is_answered(line: str, address: str) -> None:
    item = inbound(raw(line))
    assert item.address == address
    assert bool(item.problem) == (address == "unknown")


def test_answers_go_where_they_are_wanted_but_never_to_us() -> None:
    assert inbound(raw("Reply-To: Customer <c@example.net>")).address == "c@example.net"
    assert inbound(raw("Reply-To: info@example.org")).address == "aada@example.net"


DMARC = (
    "Authentication-Results: mx.example.org; dkim=pass header.d=example.net;\r\n"
    " dmarc=pass (p=reject) header.from=example.net"
)


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        ([DMARC], True),
        ([], False),
        ([DMARC.replace("mx.example.org", "mx.evil.example")], False),
        ([DMARC.replace("dmarc=pass", "dmarc=fail")], False),
        ([DMARC.replace("dmarc=pass", "x=1 (dmarc=pass) dmarc=none")], False),
        ([DMARC.replace("header.from=example.net", "header.from=evil.example")], False),
        ([DMARC.replace(" header.from=example.net", "")], False),
        (["Authentication-Results: mx.example.org; dmarc=fail header.from=example.net", DMARC], False),
        ([DMARC, "From: aada@example.net, eve@example.net"], False),
        ([DMARC, "From: aada@example.net\r\nFrom: eve@example.net"], False),
        ([DMARC, "From: =?utf-8?q?eve=40example=2Enet?= <aada@example.net>"], False),
        ([DMARC, 'From: "aada@example.net" <aada@example.net>'], True),
        ([DMARC, "Reply-To: eve@evil.example"], False),
    ],
)
def test_a_sender_is_known_only_by_the_word_of_the_server_that_is_trusted(
    lines: list[str], known: bool
) -> None:
    item = inbound(raw(*lines))
    assert (item.identity is not None and item.identity.value == "aada@example.net") is known
    assert inbound(raw(*lines), vouching_server="").identity is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Auto-Submitted: auto-replied", Automatic.REPLY),
        ("Auto-Submitted: auto-generated (vacation)", Automatic.REPLY),
        ("Auto-Submitted: no", None),
        ("Precedence: bulk", Automatic.LIST),
        ("Precedence: auto_reply", Automatic.REPLY),
        ("X-Autoreply: yes", Automatic.REPLY),
        ("List-Id: <news.example.net>", Automatic.LIST),
        ("Return-Path: <>", Automatic.BOUNCE),
        ("From: MAILER-DAEMON@example.net", Automatic.BOUNCE),
        ("From: info@example.org", Automatic.LOOP),
        ("X-Loop: help@example.org", Automatic.LOOP),
        (f"Message-ID: {own_id(ONE, token_of('x'), 'help@example.org')}", Automatic.LOOP),
        (f"Message-ID: {own_id(ONE, token_of('x'), 'help@example.net')}", None),
        ("X-Other: 1", None),
    ],
)
def test_what_no_person_has_written(line: str, why: Automatic | None) -> None:
    assert automatic(read(raw(line)), SETTINGS.own) is why
    assert inbound(raw(line)).automatic == (why or "")


def test_a_group_address_is_no_list() -> None:
    data = raw("List-Id: <help.example.org>", "Precedence: list")
    assert inbound(data).automatic == "list"
    assert inbound(data, lists=True).automatic == ""
    assert inbound(raw("Auto-Submitted: auto-replied", "Precedence: list"), lists=True).automatic != ""


def report(
    action: str = "failed", status: str = "5.1.1", about: str = "", to: str = "help@example.org"
) -> bytes:
    """A delivery status notification (RFC 3464 §6)."""
    about = about or own_id(ONE, token_of("x"), "help@example.org")
    return "\r\n".join(
        [
            "From: MAILER-DAEMON@mx.example.net", f"To: {to}", "Subject: Undelivered",
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"', "", "--b",
            "Content-Type: text/plain", "", "Could not be delivered.", "--b", "Content-Type: message/delivery-status",
            "", "Reporting-MTA: dns; mx.example.net", "", "Final-Recipient: rfc822; aada@example.net",
            f"Action: {action}", f"Status: {status}", f"Diagnostic-Code: smtp; 550 {status} No such user", "", "--b",
            "Content-Type: text/rfc822-headers", "", f"Message-ID: {about}", "Subject: Re: Paketti", "", "--b--", "",
        ]
    ).encode()  # fmt: skip


def test_a_mail_that_came_back_is_about_the_one_that_was_sent() -> None:
    item = item_of(SETTINGS, report(), LYING)
    assert isinstance(item, Report)
    assert item.provider_id == own_id(ONE, token_of("x"), "help@example.org")
    assert (item.state, item.problem) == (Delivery.FAILED, DeliveryProblem.INVALID_ADDRESS)
    assert item.detail == "5.1.1 550 5.1.1 No such user"


def test_a_mail_that_came_back_to_its_own_address() -> None:
    to = comes_back_to(ONE, token_of("x"), "help@example.org")
    item = item_of(SETTINGS, report(about="<rewritten@elsewhere.example>", to=to), LYING)
    assert isinstance(item, Report)
    assert item.provider_id == own_id(ONE, token_of("x"), "help@example.org")
    assert came_back([to.replace("help", "other")], SETTINGS.own) == ""


def test_other_reports_are_noted_and_no_more() -> None:
    assert bounce_of(read(report(action="delayed", status="4.4.1")), SETTINGS.own) is None
    assert bounce_of(read(report(about="<else@example.net>")), SETTINGS.own) is None
    assert inbound(report(action="delayed")).automatic == "bounce"
    delivered = bounce_of(read(report(action="delivered", status="2.0.0")), SETTINGS.own)
    assert delivered is not None
    assert (delivered.state, delivered.problem) == (Delivery.DELIVERED, None)


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        ("5.1.1", DeliveryProblem.INVALID_ADDRESS),
        ("5.2.2", DeliveryProblem.UNREACHABLE),
        ("5.3.4", DeliveryProblem.TOO_LONG),
        ("5.7.1", DeliveryProblem.BLOCKED),
        ("5.7.26", DeliveryProblem.REFUSED),
        ("5.4.4", DeliveryProblem.UNREACHABLE),
        ("nonsense", DeliveryProblem.OTHER),
    ],
)
def test_what_a_status_means(status: str, problem: DeliveryProblem) -> None:
    assert problem_of(status) is problem


def test_threads_by_ids_alone() -> None:
    root = inbound(raw()).threading
    answer = inbound(
        raw("Message-ID: <b@x>", "In-Reply-To: <one@example.net>", "References: <r@x> <one@example.net>")
    )
    assert root is not None
    assert answer.threading is not None
    assert root.own == token_of("<one@example.net>")
    assert answer.threading.refers == (root.own, token_of("<r@x>"))
    ours = own_id(ONE, root.own, "help@example.org")
    assert named([ours], [], SETTINGS.own) == root.own
    assert named([ours.replace("example.org", "example.net")], [], SETTINGS.own) == ""
    assert named([], [f"help+t-{root.own}@example.org"], SETTINGS.own) == root.own


def test_the_same_mail_is_the_same_wherever_it_lies_and_another_one_is_not() -> None:
    first = inbound(raw())
    assert inbound(raw("Received: by another", "Delivered-To: info@example.org")).key == first.key
    assert inbound(raw(body="Muuta")).key != first.key
    assert inbound(raw("Message-ID: <two@x>")).key != first.key
    assert inbound(raw("Message-ID:", body="a")).key != inbound(raw("Message-ID:", body="b")).key


def test_what_cannot_be_read_is_kept_for_a_person() -> None:
    nested = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(3000)
    )
    data = b"From: aada@example.net\r\n" + nested
    with pytest.raises(BrokenMailError):
        read(data)
    item = inbound(data)
    assert item.address == "aada@example.net"
    assert item.problem.startswith("the mail cannot be read")


# ------------------------------------------------------------------------------------------------ anything at all

ODD = st.text(max_size=40) | st.sampled_from(
    ["=?utf-8?b?w6Q?=", "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "\x00", "é",
     "a@b", "<a@b>", "<" * 30, ">" * 30, '"', "(", "=?x?q?", "multipart/mixed; boundary=b", "--b", "\r\n", "> quoted",
     "On Mon, somebody wrote:", "-- ", "<svg onload=alert(1)>", "</textarea>", "<style>@import'x'</style>", "😀"]
)  # fmt: skip
NAMES = st.sampled_from(
    ["From", "To", "Subject", "Message-ID", "References", "In-Reply-To", "Date", "Content-Type", "Reply-To", "Cc",
     "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "Authentication-Results", "List-Id",
     "X-Loop", "Content-Language", "MIME-Version", "Received", "Return-Path"]
)  # fmt: skip
VALUES = st.one_of(
    ODD,
    st.sampled_from(
        ["text/html; charset=utf-8", "text/plain; format=flowed; delsp=yes", "multipart/alternative; boundary=b",
         "multipart/report; boundary=b", "message/rfc822", "message/delivery-status", "base64", "quoted-printable",
         "8bit", "x-uuencode", "attachment; filename*=utf-8''%00%2e%2e%2fx", "text/plain; charset=utf-7",
         'text/plain; charset="=?x?="', "application/ms-tnef", "Mon, 99 Zzz 99999 99:99:99 +9999"]
    ),
)  # fmt: skip
LINES = st.lists(
    st.one_of(
        st.tuples(NAMES, VALUES).map(lambda one: f"{one[0]}: {one[1]}"),
        ODD,
        st.sampled_from(
            ["", "--b", "--b--", "=", "=FF", "PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==", "begin 644 x"]
        ),
    ),
    max_size=25,
)
ANYTHING = st.binary(max_size=400) | LINES.map(
    lambda lines: "\r\n".join(lines).encode("utf-8", "surrogatepass")
)


@given(ANYTHING)
@settings(max_examples=400, deadline=None)
def test_whatever_it_is_it_can_be_kept(data: bytes) -> None:
    item = item_of(SETTINGS, data, LYING)
    said = [item.key, item.provider_id, item.detail] if isinstance(item, Report) else [
        item.key, item.address, item.name, item.subject, item.text, item.problem, item.language, *item.context.values(),
        *(part for one in item.media for part in (one.name, one.media_type)),
    ]  # fmt: skip
    for text in said:
        assert "\x00" not in text
        text.encode("utf-8")
    if isinstance(item, Inbound):
        assert item.text or item.media
        assert item.threading is not None


MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "</", "/>", '"', "'", "=", " ", "\n", "script", "img", "svg", "style", "iframe", "math", "a", "p",
         "onerror", "onload", "onclick", "src", "href", "style", "javascript:", "JaVaScRiPt&#58;", "data:text/html,",
         "alert(1)", "<!--", "-->", "<![CDATA[", "]]>", "&lt;", "&#x3c;", "noscript", "template", "title", "textarea",
         "mglyph", "xlink:href", "srcdoc", "formaction", "\x00", "expression(", "@import", "base", "meta"]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@given(MARKUP)
@settings(max_examples=600, deadline=None)
def test_whatever_the_markup_is_its_text_can_be_kept(html: str) -> None:
    text = text_of_html(html)
    assert "\x00" not in text
    text.encode("utf-8")


def test_addresses_of_many() -> None:
    message = email.message_from_string("Cc: a@x.example, B <b@x.example>, nobody, <c@x.example\r\n\r\n")
    assert [address for _, address in addresses(message, "cc")][:2] == ["a@x.example", "b@x.example"]
