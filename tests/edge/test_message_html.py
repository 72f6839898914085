"""The page that a mail is given out in: where it may be framed, and from where its pictures come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from valvomo.edge import giving_html
from valvomo.edge.parts import FileParts
from valvomo.files.links import Links, Opening
from valvomo.queries.message_html import Opened

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOGO = "01a2287f-bd50-7043-8471-2cc40e90e6d2"


def parts(base: str = "", console: str = "'self'") -> FileParts:
    nobody = cast("Any", None)
    return FileParts(
        intake=nobody,
        examination=nobody,
        storage=nobody,
        sealed=nobody,
        links=Links(lambda: bytes(32), base),
        console=console,
    )


@pytest.mark.parametrize(
    ("base", "console", "pictures", "ancestors"),
    [
        ("", "'self'", "img-src 'self';", "frame-ancestors 'self'"),
        (
            "https://files.example.org", "https://desk.example.org", "img-src https://files.example.org;",
            "frame-ancestors https://desk.example.org",
        ),
    ],
)  # fmt: skip
def test_it_is_framed_by_the_console_alone(base: str, console: str, pictures: str, ancestors: str) -> None:
    headers = giving_html.headers(parts(base, console))
    policy = headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'")
    assert pictures in policy
    assert policy.endswith(ancestors)
    assert "script" not in policy
    assert "x-frame-options" not in headers


def test_pictures_are_links_and_what_is_not_there_is_nothing() -> None:
    files = parts("https://files.example.org")
    opened = Opened(
        html='<p>src="cid:1"<img src="cid:0" alt="a"><img src="cid:1" alt="b"></p>', pictures={"0": LOGO}
    )
    made = giving_html.page(files, "house", opened, AT).decode()
    link = files.links.link("house", LOGO, Opening.WHOLE, AT)[0]
    assert f'<img src="{link}" alt="a"><img  alt="b">' in made
    assert "cid:" not in made


def test_a_link_to_a_page_opens_no_file_and_the_reverse() -> None:
    links = parts().links
    path, _ = links.link("house", LOGO, Opening.HTML, AT)
    found = links.opened(path, AT)
    assert found is not None
    assert found.opening is Opening.HTML
    for other in ("whole", "download", "sent", "thumbnail"):
        assert links.opened(path.replace("/html/", f"/{other}/"), AT) is None
