"""What a mail looked like: its HTML with nothing left in it that runs, is fetched, or is sent anywhere.

Cleaned once, when it comes, by an allow-list. Whoever shows it does so in a frame of its own that may run nothing and
fetch nothing but pictures of the same mail, so that what slips through here is held there, and the reverse.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

import nh3

from valvomo.channels.email.html import READ_TAGS, WITHOUT
from valvomo.channels.email.nesting import shallow
from valvomo.channels.media import Html
from valvomo.channels.port import cleaned

MOST_SHOWN = 500_000
"""Characters of HTML that are kept of a mail; of more the beginning is."""
SHOWN_TAGS = READ_TAGS | {"font", "img", "big"}
SHOWN_ATTRIBUTES: Mapping[str, set[str]] = {
    "*": {"align", "bgcolor", "dir", "height", "lang", "style", "title", "valign", "width"},
    "a": {"href"},
    "col": {"span"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
SHOWN_STYLES = frozenset(
    {
        "background-color", "border", "border-bottom", "border-collapse", "border-color", "border-left",
        "border-radius", "border-right", "border-spacing", "border-style", "border-top", "border-width", "color",
        "direction", "display",
        "font", "font-family", "font-size", "font-style", "font-variant", "font-weight", "height", "letter-spacing",
        "line-height", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "max-width", "min-width",
        "padding", "padding-bottom", "padding-left", "padding-right", "padding-top", "text-align", "text-decoration",
        "text-indent", "text-transform", "vertical-align", "white-space", "width", "word-break", "word-spacing",
    }
)  # fmt: skip
"""None that names a picture, and none that puts anything over something else."""
_GROUND = re.compile(
    r"(^|;)\s*background\s*:\s*([#\w\s]{1,40}|rgba?\([\d\s.,%/]{1,40}\))\s*(?=;|$|!)", re.IGNORECASE
)


def shown(html: str, pictures: Mapping[str, int]) -> Html | None:
    """What may be shown of it; None where there is nothing. `pictures` are places of files by their Content-ID.

    Where one of those stands, `src` is `cid:` and the place of the file.
    """
    remote = 0

    def judged(tag: str, name: str, value: str) -> str | None:
        nonlocal remote
        if name == "style":
            # A ground that is only a colour is written in the short form as often as in the long one.
            return _GROUND.sub(r"\1background-color:\2", value)
        if tag != "img" or name != "src":
            return value
        scheme, _, said = value.strip().partition(":")
        place = pictures.get(unquote(said)) if scheme.lower() == "cid" else None
        remote += place is None
        return None if place is None else f"cid:{place}"

    kept = shallow(html[:MOST_SHOWN])
    made = nh3.clean(
        cleaned(kept),
        tags=set(SHOWN_TAGS),
        clean_content_tags=set(WITHOUT) - {"head", "select"},
        attributes={tag: set(names) for tag, names in SHOWN_ATTRIBUTES.items()},
        attribute_filter=judged,
        url_schemes={"http", "https", "mailto", "tel", "cid"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        filter_style_properties=set(SHOWN_STYLES),
        strip_comments=True,
    )
    return Html(html=made, remote=remote, cut=len(kept) < len(html)) if made.strip() else None
