"""Twilio's signature of what it calls us with, over our address and every field of the form, by the account's token.

(https://www.twilio.com/docs/usage/security#validating-requests)
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl

from valvomo.channels.port import Account, Request, UnverifiedError

MOST_FIELDS = 200


def signature(token: str, url: str, fields: list[tuple[str, str]]) -> str:
    """Twilio's signature of a form that is sent to an address."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def verified(account: Account, request: Request) -> dict[str, str]:
    """The fields of a form. Raises `UnverifiedError` where its account's token has not signed it."""
    try:
        text = request.body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="surrogateescape")
    except ValueError as error:
        raise UnverifiedError from error
    url = account.callback + (f"?{request.query}" if request.query else "")
    wanted = signature(account.secrets.auth_token, url, fields)
    given = request.headers.get("x-twilio-signature", "")
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise UnverifiedError
    return {
        name: value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for name, value in fields
    }
