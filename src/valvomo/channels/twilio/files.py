"""Files by Twilio (MMS): they come by an address of Twilio's, and go by one of ours, which Twilio fetches.

What comes is opened with the account's token, and Twilio leads on from there to where it keeps it
(https://www.twilio.com/docs/messaging/api/media-resource). What goes is up to ten files and 5 MB with a message
(https://www.twilio.com/docs/messaging/guides/accepted-mime-types); pictures are made to fit the customer's device, and
networks take less of anything else.
"""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

from valvomo.channels.media import Incoming, Medium
from valvomo.channels.port import Account, Http, RejectedError, cleaned
from valvomo.domain.attachments.kinds import Kind
from valvomo.domain.attachments.limits import Ability
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import DeliveryProblem

MOST_MEDIA, LARGEST, LARGEST_OTHER = 10, 5_000_000, 600_000
"""Bytes; of what is no picture, what the large networks of the United States take
(https://help.twilio.com/articles/360018832773)."""
LONGEST_TYPE = 100
_OFFICE = "application/vnd.openxmlformats-officedocument"
ABILITY = Ability(
    largest={
        Kind.IMAGE: LARGEST, Kind.AUDIO: LARGEST_OTHER, Kind.VIDEO: LARGEST_OTHER, Kind.DOCUMENT: LARGEST_OTHER,
    },
    types=frozenset({
        "image/jpeg", "image/png", "image/gif", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/amr", "audio/webm",
        "video/mp4", "video/3gpp", "video/quicktime", "video/webm", "text/csv", "application/pdf", "application/msword",
        "application/vnd.ms-excel", "application/vnd.ms-powerpoint", f"{_OFFICE}.wordprocessingml.document",
        f"{_OFFICE}.spreadsheetml.sheet", f"{_OFFICE}.presentationml.presentation",
    }),
    most=MOST_MEDIA,
    total=LARGEST - 10_000,
)  # fmt: skip
_UNAUTHORIZED = frozenset({401, 403})
_PLACE = re.compile(r"/Messages/((?:MM|SM)[0-9a-fA-F]{32})/Media/(ME[0-9a-fA-F]{32})$")


def brought_by(fields: Mapping[str, str]) -> Iterator[Medium]:
    """The files of a message, by the ids in their addresses; the rest of an address is the account's own.

    (https://www.twilio.com/docs/messaging/guides/webhook-request)
    """
    said = fields.get("NumMedia", "0")
    count = int(said) if said.isascii() and said.isdigit() and len(said) < len("1000") else 0
    for number in range(min(count, MOST_MEDIA)):
        found = _PLACE.search(fields.get(f"MediaUrl{number}", ""))
        media_type = cleaned(fields.get(f"MediaContentType{number}", ""))[:LONGEST_TYPE]
        yield Medium(
            ref=f"{found[1]}/{found[2]}" if found else "",
            name=media_type.partition("/")[0] or "file",
            media_type=media_type,
            problem=None if found else MediaProblem.UNSUPPORTED,
        )


@asynccontextmanager
async def fetch(account: Account, medium: Medium, http: Http) -> AsyncIterator[Incoming]:
    """A file of a message. Raises `RejectedError` where the token does not open it."""
    message, _, one = medium.ref.partition("/")
    sid, base = account.settings.account_sid, account.settings.base_url.rstrip("/")
    url = f"{base}/2010-04-01/Accounts/{sid}/Messages/{message}/Media/{one}"
    async with http.fetch(url, headers=opening(account)) as incoming:
        if incoming.status in _UNAUTHORIZED:
            raise RejectedError(DeliveryProblem.ACCOUNT, f"HTTP {incoming.status}")
        yield incoming


def opening(account: Account) -> dict[str, str]:
    """What opens the account (https://www.twilio.com/docs/usage/requests-to-twilio)."""
    known = f"{account.settings.account_sid}:{account.secrets.auth_token}"
    return {
        "authorization": f"Basic {base64.b64encode(known.encode()).decode()}",
        "user-agent": "Valvomo",
    }
