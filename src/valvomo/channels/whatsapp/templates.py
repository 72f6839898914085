"""Templates of a WhatsApp business account: which there are, and how one is sent.

Read as
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management says, page by
page, those that are approved. What needs more than words of ours (a picture in the header, a code to copy, a part of an
address) is not offered: it could not be sent from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from valvomo.channels.meta import graph
from valvomo.channels.meta.graph import Graph, judge
from valvomo.channels.port import Http, cleaned
from valvomo.channels.whatsapp.problems import CODES
from valvomo.domain.conversations.template import Filled, Template, slots_of

FIELDS = "name,language,status,category,parameter_format,components"
A_PAGE, MOST_PAGES = 100, 40
"""A business account has 6,000 templates at most; as many pages are read as anybody chooses from."""
_BUTTONS = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER"})
"""Those that are sent as they are."""


class _Button(msgspec.Struct, frozen=True):
    type: str = ""
    text: str = ""
    url: str = ""


class _Component(msgspec.Struct, frozen=True):
    type: str = ""
    format: str = ""
    text: str = ""
    buttons: list[_Button] = []


class _Kept(msgspec.Struct, frozen=True):
    name: str
    language: str
    status: str = ""
    category: str = ""
    parameter_format: str = ""
    components: list[_Component] = []


class _Cursors(msgspec.Struct, frozen=True):
    after: str = ""


class _Paging(msgspec.Struct, frozen=True):
    cursors: _Cursors = _Cursors()
    next: str = ""


class _Page(msgspec.Struct, frozen=True):
    data: list[msgspec.Raw] = []
    paging: _Paging = _Paging()


async def templates_of(asked: Graph, business_account_id: str, http: Http) -> tuple[Template, ...]:
    """Those that can be sent. Raises `RejectedError` or `UnavailableError`."""
    fields = {"fields": FIELDS, "status": "APPROVED", "limit": str(A_PAGE)}
    found: list[Template] = []
    for _ in range(MOST_PAGES):
        reply = await asked.ask(http, f"{business_account_id}/message_templates", fields=fields)
        judge(reply, CODES)
        page = graph.read(reply, _Page) or _Page()
        kept = [graph.part(raw, _Kept) for raw in page.data]
        found += [template for one in kept if one is not None and (template := _offered(one)) is not None]
        if not page.paging.next or not page.paging.cursors.after:
            break
        fields = {**fields, "after": page.paging.cursors.after}
    return tuple(found)


def _offered(kept: _Kept) -> Template | None:
    """None where it is not approved, or more than words would have to be filled in."""
    parts = {one.type.upper(): one for one in kept.components}
    header, body = parts.get("HEADER", _Component()), parts.get("BODY", _Component())
    buttons = parts.get("BUTTONS", _Component()).buttons
    if kept.status != "APPROVED" or not body.text or parts.keys() - {"HEADER", "BODY", "FOOTER", "BUTTONS"}:
        return None
    if header.format not in {"", "TEXT"} or any(
        one.type not in _BUTTONS or slots_of(one.url) for one in buttons
    ):
        return None
    return Template(
        name=cleaned(kept.name),
        language=cleaned(kept.language),
        category=cleaned(kept.category),
        header=cleaned(header.text),
        body=cleaned(body.text),
        footer=cleaned(parts.get("FOOTER", _Component()).text),
        buttons=tuple(cleaned(one.text) for one in buttons),
        named=kept.parameter_format == "NAMED",
    )


def sent_as(template: Filled) -> dict[str, Any]:
    """What is sent in place of a text.

    As
    https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/template-messages says.
    """
    components = [
        {"type": part, "parameters": [_parameter(template, *one) for one in places]}
        for part, places in (("header", template.header), ("body", template.body))
        if places
    ]
    said: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    return {"type": "template", "template": {**said, **({"components": components} if components else {})}}


def _parameter(template: Filled, name: str, words: str) -> Mapping[str, str]:
    said = {"type": "text", "text": words}
    return {**said, "parameter_name": name} if template.named else said
