"""Files by WhatsApp: they come by an id, which is turned into an address, and go by one, after they were brought there.

(https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media) A message of a
customer names a file by an id that is good for seven days; the address behind it is good for five minutes and opened
with the account's token. One message has one file, and pictures, films and documents have words with them. A sticker
comes as a picture; we send none.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from valvomo.channels.dividing import divided, each_alone
from valvomo.channels.media import Enclosed, Incoming, Medium, UnfetchableError
from valvomo.channels.meta import graph
from valvomo.channels.meta.graph import Graph, judge, without_loss
from valvomo.channels.multipart import Form
from valvomo.channels.port import Http, Letter, RejectedError, UnavailableError, cleaned
from valvomo.channels.whatsapp.forms import Message
from valvomo.channels.whatsapp.problems import CODES
from valvomo.channels.whatsapp.words import media_of
from valvomo.domain.attachments.kinds import Kind, kind_of
from valvomo.domain.attachments.limits import MEGABYTE, Ability
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import DeliveryProblem

CAPTION, MOST = 1024, 10
LONGEST_REF, LONGEST_NAME = 300, 300
_UNAUTHORIZED = frozenset({401, 403})
_OFFICE = "application/vnd.openxmlformats-officedocument"
ABILITY = Ability(
    largest={
        Kind.IMAGE: 5 * MEGABYTE, Kind.AUDIO: 16 * MEGABYTE, Kind.VIDEO: 16 * MEGABYTE, Kind.DOCUMENT: 100 * MEGABYTE,
    },
    types=frozenset({
        "image/jpeg", "image/png", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4",
        "video/3gpp", "text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet",
        f"{_OFFICE}.presentationml.presentation",
    }),
    most=MOST,
    caption=CAPTION,
)  # fmt: skip
"""By the table of supported media types on that page."""


class _Address(msgspec.Struct, frozen=True):
    url: str = ""


class _Brought(msgspec.Struct, frozen=True):
    id: str = ""


def brought_by(message: Message | None) -> tuple[Medium, ...]:
    """The file of a message, if it has one that can be asked for."""
    media = media_of(message) if message else None
    if message is None or media is None or not media.id:
        return ()
    kind = "voice" if media.voice else message.type
    return (
        Medium(
            ref=cleaned(media.id)[:LONGEST_REF],
            name=cleaned(media.filename)[:LONGEST_NAME] or kind,
            media_type=cleaned(media.mime_type)[:LONGEST_NAME],
        ),
    )


def divide(letter: Letter) -> tuple[Letter, ...]:
    """One for each file, and one for words that go with none."""
    return divided(
        letter, each_alone(letter.media), caption=lambda one: CAPTION if _type(one) != "audio" else 0
    )


async def as_message(api: Graph, number_id: str, letter: Letter, http: Http) -> dict[str, Any]:
    """The file is brought; the part of a message that names it. Raises as `judge`."""
    (one,) = letter.media
    fields = {"messaging_product": "whatsapp", "type": one.media_type}
    with without_loss():
        reply = await api.ask(http, f"{number_id}/media", body=Form(fields, [("file", one)]))
        judge(reply, CODES)
    known = graph.read(reply, _Brought) or _Brought()
    if not known.id:
        raise UnavailableError("the answer names no file")
    kind = _type(one)
    said: dict[str, Any] = {"id": known.id}
    if letter.text:
        said["caption"] = letter.text
    if kind == "document":
        said["filename"] = one.name
    return {"type": kind, kind: said}


@asynccontextmanager
async def fetch(api: Graph, number_id: str, medium: Medium, http: Http) -> AsyncIterator[Incoming]:
    """A file by its id: by an address that is asked for anew each time, because it is good for minutes."""
    reply = await api.ask(http, medium.ref, fields={"phone_number_id": number_id})
    try:
        judge(reply, CODES)
    except RejectedError as error:
        if error.problem is DeliveryProblem.ACCOUNT:
            raise
        raise UnfetchableError(MediaProblem.GONE, error.detail) from error
    url = (graph.read(reply, _Address) or _Address()).url
    if not url.startswith(("https://", f"{api.base_url.rstrip('/')}/")):
        raise UnfetchableError(MediaProblem.GONE, "the answer names no address")
    headers = {"authorization": f"Bearer {api.token}", "user-agent": "Valvomo"}
    async with http.fetch(url, headers=headers) as incoming:
        if incoming.status in _UNAUTHORIZED:
            raise RejectedError(DeliveryProblem.ACCOUNT, f"HTTP {incoming.status}")
        yield incoming


def _type(one: Enclosed) -> str:
    kinds: Mapping[Kind, str] = {Kind.IMAGE: "image", Kind.AUDIO: "audio", Kind.VIDEO: "video"}
    return kinds.get(kind_of(one.media_type), "document")
