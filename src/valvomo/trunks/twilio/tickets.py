"""Addresses of ours for one call: that of its socket, signed, and the one that Twilio asks once it breaks off."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from urllib.parse import parse_qs, quote

from valvomo.channels.port import Account

TOKEN_SECONDS = 120
LONGEST = 64
MOST_TIMES = 5
"""So often the sound of one call is brought anew."""


class Tickets:
    """For one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def socket(self, call: str, more_seconds: float = 0.0) -> str:
        """To which the sound of a call is brought, for two minutes and as many seconds more."""
        until = str(int(time.time() + TOKEN_SECONDS + more_seconds))
        base = self._account.callback.replace("http", "ws", 1)
        return f"{base}/stream/{call}.{until}.{self._signed(call, until)}"

    def anew(self, call: str, times: int = 1) -> str:
        """What is asked when the sound has broken off, for the first time or a later one, and the call goes on."""
        return f"{self._account.callback}?call={quote(call)}&anew={times}"

    def admits(self, token: str) -> str | None:
        """The call of a socket with this token; None where nobody has given it out, or it is old."""
        name, _, rest_of_it = token.partition(".")
        until, _, signed = rest_of_it.partition(".")
        wanted = self._signed(name, until)
        given = signed.encode("utf-8", "replace")
        if not hmac.compare_digest(wanted.encode(), given) or int(until) < time.time():
            return None
        return name

    def _signed(self, call: str, until: str) -> str:
        said = f"stream {self._account.id} {call} {until}".encode("utf-8", "replace")
        digest = hmac.new(self._account.secrets.auth_token.encode(), said, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def asked_of(query: str) -> tuple[str | None, int]:
    """Of which call, by our name, a request is, if it says so; and how often its sound broke off, if it did."""
    found = parse_qs(query)
    name, times = found.get("call"), found.get("anew", [""])[0]
    return (name[0][:LONGEST] if name else None), int(times) if times.isascii() and times.isdigit() else 0
