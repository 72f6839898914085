"""Giving out what a mail looked like: a page that runs nothing, sends nothing, and fetches its own pictures alone.

It is cleaned when it comes (`channels/email/shown.py`), and believed no more for that. It is a sheet of paper in any
theme: its writer chose its colours for a white ground.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from valvomo.edge.parts import FileParts
from valvomo.files.links import Opening
from valvomo.queries.message_html import Opened

POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {files}; "
    "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors {console}"
)
_PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="only light">'
    '<meta name="viewport" content="width=device-width"><style>{style}</style></head><body>{body}</body></html>'
)
_STYLE = (
    "html{color-scheme:only light;background:#fff}"
    "body{margin:16px;color:#1b1f24;background:#fff;font:15px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}a{color:#1d4ed8}pre{white-space:pre-wrap}"
    "blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #cbd5e1}"
)
_PICTURE = re.compile(r'src="cid:(\d{1,3})"')


def page(files: FileParts, organization_id: str, opened: Opened, now: datetime) -> bytes:
    """The whole page; pictures of the mail by links, and nothing in the place of those that are not there."""

    def link(found: re.Match[str]) -> str:
        one = opened.pictures.get(found[1])
        return f'src="{files.links.link(organization_id, one, Opening.WHOLE, now)[0]}"' if one else ""

    return _PAGE.format(style=_STYLE, body=_PICTURE.sub(link, opened.html)).encode()


def headers(files: FileParts) -> Mapping[str, str]:
    """What a browser may do with it."""
    return {
        "content-type": "text/html; charset=utf-8",
        "content-security-policy": POLICY.format(files=files.links.base or "'self'", console=files.console),
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "cross-origin",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
        "cache-control": "private, no-store",
    }
