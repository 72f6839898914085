"""Files by Telegram: they come by an id, and go as forms with their bytes.

(https://core.telegram.org/bots/api#getfile, https://core.telegram.org/bots/api#sending-files) A bot fetches files up to
20 MB, sends photos up to 10 MB and anything else up to 50 MB. Up to ten photos and films go together, or documents, or
pieces of music (https://core.telegram.org/bots/api#sendmediagroup); words of up to 1024 characters go with the first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from valvomo.channels.dividing import divided, together
from valvomo.channels.media import Enclosed, Incoming, Medium, UnfetchableError
from valvomo.channels.multipart import Form
from valvomo.channels.port import Account, Http, Letter, RejectedError
from valvomo.channels.telegram.api import Answered, ask, judged, unspoken
from valvomo.domain.attachments.kinds import Kind
from valvomo.domain.attachments.limits import MEGABYTE, Ability
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import DeliveryProblem

CAPTION, MOST_TOGETHER = 1024, 10
ABILITY = Ability(
    largest=dict.fromkeys(Kind, 50 * MEGABYTE) | {Kind.IMAGE: 10 * MEGABYTE},
    most=MOST_TOGETHER,
    caption=CAPTION,
)
_SENT_AS: Mapping[str, str] = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "image/gif": "animation",
    "video/mp4": "video",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
    "audio/ogg": "voice",
}
"""Everything else is a document."""
_SORTS: Mapping[str, str] = {"photo": "album", "video": "album", "audio": "audio", "document": "document"}
"""What goes together; an animation and a voice go alone."""
_NOT_AS_PHOTO = ("photo_", "image_process_failed", "wrong type of the web page content")
"""What Telegram says of a photo that is too long, too wide or too odd for one; as a document it takes it."""


def divide(letter: Letter) -> tuple[Letter, ...]:
    """Its words, where they are too long for a caption, and its files as they go together."""
    groups = together(letter.media, lambda one: _SORTS.get(_kind(one), ""), MOST_TOGETHER)
    return divided(letter, groups, caption=lambda _file: CAPTION)


async def send(account: Account, letter: Letter, http: Http) -> Answered:
    """A file, or those of a group. Raises as `judged`."""
    if len(letter.media) > 1:
        return judged(await ask(account, http, "sendMediaGroup", _album(letter)))
    (one,) = letter.media
    kind = _kind(one)
    try:
        return judged(await ask(account, http, f"send{kind.title()}", _alone(letter, one, kind)))
    except RejectedError as error:
        if kind != "photo" or not any(said in error.detail.lower() for said in _NOT_AS_PHOTO):
            raise
    return judged(await ask(account, http, "sendDocument", _alone(letter, one, "document")))


@asynccontextmanager
async def fetch(account: Account, medium: Medium, http: Http) -> AsyncIterator[Incoming]:
    """A file by its id. Raises `UnfetchableError` for one that is larger than a bot may have, or that is gone."""
    try:
        answered = judged(await ask(account, http, "getFile", {"file_id": medium.ref}))
    except RejectedError as error:
        if error.problem is DeliveryProblem.ACCOUNT:
            raise
        large = "too big" in error.detail.lower()
        problem = MediaProblem.TOO_LARGE if large else MediaProblem.GONE
        raise UnfetchableError(problem, error.detail) from error
    path = answered.result.get("file_path") if isinstance(answered.result, Mapping) else None
    if not isinstance(path, str) or not path or ".." in path:
        raise UnfetchableError(MediaProblem.GONE, "the answer names no file")
    token, base = account.secrets.bot_token, account.settings.base_url.rstrip("/")
    with unspoken(account):
        async with http.fetch(
            f"{base}/file/bot{token}/{path}", headers={"user-agent": "Valvomo"}
        ) as incoming:
            yield incoming


def _kind(one: Enclosed) -> str:
    return _SENT_AS.get(one.media_type, "document")


def _alone(letter: Letter, one: Enclosed, kind: str) -> Form:
    fields = {"chat_id": letter.address, **({"caption": letter.text} if letter.text else {})}
    return Form(fields, [(kind, one)])


def _album(letter: Letter) -> Form:
    media: list[dict[str, Any]] = [
        {"type": _kind(one), "media": f"attach://file{number}"} for number, one in enumerate(letter.media)
    ]
    if letter.text:
        media[0]["caption"] = letter.text
    fields = {"chat_id": letter.address, "media": msgspec.json.encode(media).decode()}
    return Form(fields, [(f"file{number}", one) for number, one in enumerate(letter.media)])
