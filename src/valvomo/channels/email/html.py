"""HTML of mail as plain text that says the same."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

from valvomo.channels.email.nesting import shallow
from valvomo.channels.port import cleaned

MOST_HTML = 2_000_000
"""Characters of HTML that are read; mail programs cut off at a tenth of that."""
MOST_LINK = 500
"""Characters of an address that are said; longer ones are for machines."""
MOST_SAID = 100_000
"""Characters of text after which no more is read: as many as are kept of any mail."""
_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2",
        "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
    }
)  # fmt: skip
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "blockquote", "table", "pre"})
_QUOTES = re.compile(r"gmail_quote|yahoo_quoted|moz-cite-prefix|protonmail_quote", re.IGNORECASE)
_OUTLOOK = re.compile(
    r"(?:^|\s)(?:x_)?(?:divRplyFwdMsg|appendonsend|mail-editor-reference-message-container)(?:\s|$)"
)
WITHOUT = frozenset(
    {"script", "style", "title", "head", "template", "noscript", "object", "svg", "math", "select"}
)
READ_TAGS = frozenset(
    {
        "a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "center", "cite", "code", "col", "colgroup",
        "dd", "del", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i",
        "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strike", "strong", "sub",
        "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
    }
)  # fmt: skip


def text_of_html(html: str) -> str:
    """Its text: a line for each block, quotations behind `>`, links with where they lead."""
    reader = _Reader()
    reader.feed(_regular(html))
    reader.close()
    return reader.text()


def _regular(html: str) -> str:
    """Well-formed, so that it can be read in one way only; with the classes by which programs mark quotations."""
    return nh3.clean(
        cleaned(shallow(html[:MOST_HTML])),
        tags=set(READ_TAGS) | {"img"},
        clean_content_tags=set(WITHOUT) - {"head", "select"},
        attributes={"*": {"class", "id"}, "a": {"href"}, "img": {"alt"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


class _Reader(HTMLParser):
    """Reads what `_regular` has made."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._open: list[tuple[str, bool, str]] = []
        self._depth = 0
        self._rest = False
        self._plain = 0
        self._said = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if tag == "br":
            self._lines.append(self._mark())
        elif tag == "img":
            self._say(named.get("alt", ""))
        elif tag == "hr":
            self._break(spaced=True)
        else:
            self._enter(tag, named)

    def _enter(self, tag: str, named: dict[str, str]) -> None:
        quotes = tag == "blockquote" or bool(_QUOTES.search(named.get("class", "")))
        if _OUTLOOK.search(named.get("id", "")):
            # Everything from here on is the older mail, and nothing around it says where it ends.
            self._break(spaced=True)
            self._rest = True
        if tag in _BLOCKS:
            self._break(spaced=tag in _SPACED)
        # What stands in a quotation inside a quotation's own wrapper is one quotation, not two.
        deeper = quotes and not (tag == "blockquote" and self._open and self._open[-1][1])
        if deeper:
            self._depth += 1
            self._break(spaced=True)
        self._open.append((tag, deeper, named.get("href", "")))
        self._plain += tag == "pre"
        if tag == "li":
            self._say("- ")
        elif tag in {"td", "th"} and not self._lines[-1].endswith((" ", "> ")) and self._lines[-1]:
            self._say(" ")

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            one, deeper, href = self._open.pop()
            self._plain -= one == "pre"
            if one == "a":
                self._lead(href)
            if deeper:
                self._depth -= 1
            if one in _BLOCKS or deeper:
                self._break(spaced=one in _SPACED or deeper)
            if one == tag:
                return

    def _lead(self, href: str) -> None:
        target = href.removeprefix("mailto:").removeprefix("tel:")
        # It says where it leads just before, or not at all; to look through all of a line for each takes its square.
        near = self._lines[-1][-4 * MOST_LINK :]
        if target and target.rstrip("/") not in near and len(target) <= MOST_LINK:
            self._say(f" <{target}>")

    def handle_data(self, data: str) -> None:
        if self._plain:
            first, *more = self._room(data).split("\n")
            self._lines[-1] += first
            self._lines += [self._mark() + line for line in more]
            return
        self._say(re.sub(r"[\s\xa0]+", " ", data))

    def _room(self, text: str) -> str:
        """As much of it as there is room for yet."""
        kept = text[: max(0, MOST_SAID - self._said)]
        self._said += len(kept)
        return kept

    def _say(self, said: str) -> None:
        if not (text := self._room(said)):
            return
        line, mark = self._lines[-1], self._mark()
        begun = line.startswith(mark) and len(line) > len(mark) and not line.endswith(" ")
        self._lines[-1] = line + (text if begun else text.lstrip(" "))

    def _mark(self) -> str:
        return "> " * min(self._depth + self._rest, 5)

    def _break(self, *, spaced: bool) -> None:
        if self._lines[-1].strip("> "):
            self._lines.append(self._mark())
        else:
            self._lines[-1] = self._mark()
        if spaced and len(self._lines) > 1 and self._lines[-2].strip("> "):
            self._lines.append(self._mark())

    def text(self) -> str:
        """All lines; two empty ones never follow each other."""
        kept: list[str] = []
        for line in (one.rstrip() for one in self._lines):
            if line.strip("> ") or (kept and kept[-1].strip("> ")):
                kept.append(line)
        while kept and not kept[-1].strip("> "):
            kept.pop()
        return cleaned("\n".join(kept))
