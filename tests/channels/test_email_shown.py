"""What mails looked like: whatever is in one, nothing of it runs, is fetched or is sent; and the looks are kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.items import item_of
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.email.shown import MOST_SHOWN, SHOWN_ATTRIBUTES, SHOWN_STYLES, SHOWN_TAGS, shown
from valvomo.channels.media import Html
from valvomo.channels.port import Inbound

HERE = {"logo@example.net": 0, "a b": 3}
ALLOWED = set().union(*SHOWN_ATTRIBUTES.values()) | {"rel", "target"}


def html(text: str) -> str:
    made = shown(text, HERE)
    return made.html if made else ""


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("<p style='color:red'>Hei</p>", '<p style="color:red">Hei</p>'),
        ("<p style='background: #123; color:#fff'>Hei</p>", '<p style="background-color:#123;color:#fff">Hei</p>'),
        ("<td bgcolor=red>1", ""),
        (
            "<table bgcolor=red border=1><tr><td colspan=2>1",
            '<table bgcolor="red" border="1"><tbody><tr><td colspan="2">1</td></tr></tbody></table>',
        ),
        ("<img src='cid:logo@example.net' alt='Logo'>", '<img src="cid:0" alt="Logo">'),
        ("<img src='CID:a%20b'>", '<img src="cid:3">'),
        ("<font color=blue size=4 face=Arial>Hei</font>", '<font color="blue" size="4" face="Arial">Hei</font>'),
        ("<ol start=3><li>x</ol>", '<ol start="3"><li>x</li></ol>'),
    ],
)  # fmt: skip
def test_its_looks_are_kept(given: str, kept: str) -> None:
    if kept:
        assert html(given) == kept
    else:
        assert "1" in html(given)


@pytest.mark.parametrize(
    "given",
    [
        "<script>alert(1)</script>", "<SCRIPT SRC=//evil.example></SCRIPT>", "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>", "<math><mtext><script>alert(1)</script></mtext></math>",
        "<a href='javascript:alert(1)'>x</a>", "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='data:text/html,x'>x</a>",
        "<iframe src=https://evil.example></iframe>", "<object data=x></object>", "<embed src=x>", "<applet code=x>",
        "<style>@import url(https://evil.example)</style>", "<link rel=stylesheet href=https://evil.example>",
        "<meta http-equiv=refresh content='0;url=https://evil.example'>", "<base href=https://evil.example>",
        "<form action=https://evil.example><input name=p><button>x</button></form>", "<video src=https://evil.example>",
        "<p style='background:url(https://evil.example)'>x</p>",
        "<p style='background-image:url(//evil.example)'>x</p>",
        "<p style='list-style:url(//evil.example)'>x</p>", "<p style='position:fixed;inset:0'>x</p>",
        "<p style='behavior:url(x)'>x</p>", "<div style='content:url(//evil.example)'>x</div>",
        "<table background=https://evil.example><tr><td>x</table>", "<img srcset='https://evil.example 2x'>",
        "<img src='https://evil.example/p.gif'>", "<img src=//evil.example/p.gif>",
        "<img src='data:image/png;base64,AA'>",
        "<img src='cid:nobody@example.net'>", "<a href='cid:logo@example.net' ping=https://evil.example>x</a>",
        "<!--[if mso]><script>alert(1)</script><![endif]-->",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "<p id=x name=y class=z onclick=alert(1) contenteditable>x</p>", "<template><script>1</script></template>",
        "<select><iframe src=x></select>", "<title><script>1</script></title>", "<audio autoplay src=//evil.example>",
        "<p style='background: url(//evil.example) red'>x</p>",
        "<p style='background:image-set(\"//evil.example\" 1x)'>x",
    ],
)  # fmt: skip
def test_nothing_of_it_runs_or_is_fetched(given: str) -> None:
    made = html(given)
    judge(made)
    assert "evil.example" not in re.sub(r' href="https?://[^"]*"', "", made)
    assert "alert" not in made
    assert not re.search(r"url\(|image-set|script|position", made, re.IGNORECASE)


def judge(made: str) -> None:
    """By what a browser would find in it."""
    reader = _Tags()
    reader.feed(made)
    for tag, attributes in reader.found:
        assert tag in SHOWN_TAGS
        for name, value in attributes:
            assert name in ALLOWED
            if name == "href":
                assert re.match(r"(https?|mailto|tel|cid):", value or "", re.IGNORECASE) or ":" not in (
                    value or ""
                )
            if name == "src":
                assert (tag, bool(re.fullmatch(r"cid:\d+", value or ""))) == ("img", True)
            if name == "style":
                names = {one.partition(":")[0].strip() for one in (value or "").split(";") if one.strip()}
                assert names <= SHOWN_STYLES


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


MARKUP = st.lists(
    st.sampled_from(
        ["<", ">", "</", "/>", '"', "'", "=", " ", "\n", "script", "img", "svg", "style", "iframe", "math", "a", "p",
         "src", "href", "onerror", "javascript:", "cid:logo@example.net", "data:", "background", ":", ";", "url(",
         ")", "<!--", "-->", "&lt;", "&#x3c;", "<template>", "<noscript>", "title",
         "<table>", "<td", "x", "\x00", "//evil.example"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(MARKUP)
@settings(max_examples=600, deadline=None)
def test_nothing_of_any_markup_does(markup: str) -> None:
    judge(html(markup))
    assert html(html(markup)) is not None


def test_what_is_elsewhere_is_counted_and_what_is_too_long_is_cut() -> None:
    made = shown("<img src='https://a.example/x'><img src='cid:logo@example.net'><img src=x>Hei", HERE)
    assert made == Html(html='<img><img src="cid:0"><img>Hei', remote=2)
    long = shown("<b>" + "x" * MOST_SHOWN + "</b><i>end</i>", {})
    assert long is not None
    assert (long.cut, long.html.endswith("</b>"), len(long.html) <= MOST_SHOWN + 10) == (True, True, True)
    assert shown("", {}) is None
    assert shown("<script>1</script>  ", {}) is None


MAIL = """From: Aada <aada@example.net>
To: help@example.org
Subject: Kuva
Message-ID: <one@example.net>
MIME-Version: 1.0
Content-Type: multipart/related; boundary=r

--r
Content-Type: multipart/alternative; boundary=a

--a
Content-Type: text/plain

Hei kuva
--a
Content-Type: text/html

<p>Hei <img src="cid:logo@example.net"> <img src="https://evil.example/p.gif"></p>
--a--
--r
Content-Type: image/gif
Content-ID: <other@example.net>
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--r
Content-Type: image/gif
Content-ID: <logo@example.net>
Content-Transfer-Encoding: base64

R0lGODlhAQABAAAAACw=
--r--
"""
SETTINGS = EmailSettings(address="help@example.org", imap_host="h", smtp_host="h")


def came(raw: str) -> Inbound:
    lying = Lying(7, 1000, datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    item = item_of(SETTINGS, raw.replace("\n", "\r\n").encode(), lying)
    assert isinstance(item, Inbound)
    return item


def test_pictures_of_a_mail_are_its_own_files() -> None:
    item = came(MAIL)
    assert item.text == "Hei kuva"
    assert item.html == Html(html='<p>Hei <img src="cid:1"> <img></p>', remote=1)
    assert came(MAIL.replace("Subject:", "Auto-Submitted: auto-replied\nSubject:")).html is None
    plain = MAIL.partition("MIME-Version")[0] + "\nHei\n"
    assert came(plain).html is None
