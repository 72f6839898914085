"""Files by Messenger: they come by an address, and go by one, after they were brought there.

What a customer sends is at an address of Meta's, open to whoever knows it, for some days
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages).
A message of ours has words or a file; files are brought first and named by an id
(https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets), up to
25 MB each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import msgspec

from valvomo.channels.dividing import divided, each_alone
from valvomo.channels.media import Enclosed, Incoming, Medium
from valvomo.channels.messenger.forms import Attachment
from valvomo.channels.messenger.problems import CODES
from valvomo.channels.meta import graph
from valvomo.channels.meta.graph import Graph, judge, without_loss
from valvomo.channels.multipart import Form
from valvomo.channels.port import Http, Letter, UnavailableError, cleaned
from valvomo.domain.attachments.kinds import Kind, kind_of
from valvomo.domain.attachments.limits import MEGABYTE, Ability

LONGEST_ADDRESS, LONGEST_NAME = 4000, 300
ABILITY = Ability(largest=dict.fromkeys(Kind, 25 * MEGABYTE), most=10, caption=0)
_FILES = frozenset({"image", "audio", "video", "file"})


class _Brought(msgspec.Struct, frozen=True):
    attachment_id: str = ""


def is_file(one: Attachment) -> bool:
    """Whether it can be fetched; everything else that is attached is said in words."""
    return one.type in _FILES and bool(_address(one))


def brought_by(attachments: Iterable[Attachment]) -> Iterator[Medium]:
    """The files among what is attached."""
    for one in filter(is_file, attachments):
        title = one.title or str((one.payload or {}).get("title") or "")
        yield Medium(ref=_address(one), name=cleaned(title)[:LONGEST_NAME] or one.type)


def fetch(medium: Medium, http: Http) -> AbstractAsyncContextManager[Incoming]:
    """A file by its address, which needs nothing else."""
    return http.fetch(medium.ref, headers={"user-agent": "Valvomo"})


def divide(letter: Letter) -> tuple[Letter, ...]:
    """One for its words, and one for each file."""
    return divided(letter, each_alone(letter.media), caption=lambda _file: 0)


async def as_message(api: Graph, page: str, letter: Letter, http: Http) -> dict[str, Any]:
    """The file is brought; the message that names it. Raises as `judge`."""
    (one,) = letter.media
    kind = _type(one)
    told = {"attachment": {"type": kind, "payload": {"is_reusable": True}}}
    form = Form({"message": msgspec.json.encode(told).decode()}, [("filedata", one)])
    with without_loss():
        reply = await api.ask(http, f"{page}/message_attachments", body=form)
        judge(reply, CODES)
    known = graph.read(reply, _Brought) or _Brought()
    if not known.attachment_id:
        raise UnavailableError("the answer names no file")
    return {"attachment": {"type": kind, "payload": {"attachment_id": known.attachment_id}}}


def _address(one: Attachment) -> str:
    url = (one.payload or {}).get("url")
    found = isinstance(url, str) and url.startswith(("https://", "http://"))
    return str(url) if found and len(str(url)) <= LONGEST_ADDRESS else ""


def _type(one: Enclosed) -> str:
    kinds: Mapping[Kind, str] = {Kind.IMAGE: "image", Kind.AUDIO: "audio", Kind.VIDEO: "video"}
    return kinds.get(kind_of(one.media_type), "file")
