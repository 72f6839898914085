"""How Meta calls us: a handshake when the address is set up, then signed calls.

Both are of all Meta's webhooks (https://developers.facebook.com/docs/graph-api/webhooks/getting-started).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qsl

import msgspec

from valvomo.channels.port import (
    Account,
    Answer,
    Item,
    Received,
    Request,
    UnreadableError,
    UnverifiedError,
    cleaned,
)

PREFIX = "sha256="
LONGEST_CHALLENGE, MOST_FIELDS, LONGEST_STAMP = 200, 20, 14
T = TypeVar("T")


def signature(secret: str, body: bytes) -> str:
    """The signature of a body as it was sent, by the app's secret."""
    return PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(secret: str, request: Request) -> None:
    """Raises `UnverifiedError` unless the app's secret has signed the body, byte by byte."""
    given = request.headers.get("x-hub-signature-256", "")
    if not hmac.compare_digest(signature(secret, request.body).encode(), given.encode("utf-8", "replace")):
        raise UnverifiedError


def handshake(token: str, request: Request) -> Received:
    """The challenge, if who asks knows the token that the administrator has chosen. Raises `UnverifiedError`."""
    try:
        fields = dict(parse_qsl(request.query, max_num_fields=MOST_FIELDS))
    except ValueError as error:
        raise UnverifiedError from error
    given, challenge = fields.get("hub.verify_token", ""), fields.get("hub.challenge", "")
    known = hmac.compare_digest(token.encode(), given.encode("utf-8", "replace"))
    if not known or fields.get("hub.mode") != "subscribe" or len(challenge) > LONGEST_CHALLENGE:
        raise UnverifiedError
    return Received(answer=Answer(body=cleaned(challenge).encode()))


def called(
    account: Account, request: Request, kind: type[T], items: Callable[[Account, T], Iterable[Item]]
) -> Received:
    """What a call says: the handshake, or the `items` of a signed body of this kind.

    Raises `UnverifiedError` and `UnreadableError`.
    """
    if request.method == "GET":
        return handshake(account.secrets.verify_token, request)
    verify(account.secrets.app_secret, request)
    return Received(items=tuple(items(account, whole(request.body, kind))))


def whole(body: bytes, kind: type[T]) -> T:
    """A verified body. Raises `UnreadableError`."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error)[:300]) from error


def moment(said: str | int, *, per_second: int = 1) -> datetime | None:
    """A moment as Meta says it, in seconds, or in milliseconds where there are 1,000 of its units in a second."""
    digits = str(said)
    if not digits.isascii() or not digits.isdigit() or len(digits) > LONGEST_STAMP:
        return None
    seconds, rest = divmod(int(digits), per_second)
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1_000_000 // per_second)
    except (ValueError, OverflowError, OSError):
        return None
