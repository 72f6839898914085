"""Asking Twilio about calls (https://www.twilio.com/docs/voice/api/call-resource)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from valvomo.channels.port import Account, Http, Reply, UnavailableError
from valvomo.channels.twilio.files import opening
from valvomo.trunks.port import TrunkError, Why

RINGING_SECONDS = 45
"""So long it rings at who is called."""
_MEANINGS: Mapping[int, Why] = {
    **dict.fromkeys((13223, 13224, 13225, 13226, 21201, 21211, 21214, 21217), Why.UNREACHABLE),
    **dict.fromkeys((10001, 13227, 20003, 20005, 21210, 21212, 21215, 21216, 21219, 32203, 32205), Why.FORBIDDEN),
}  # fmt: skip
"""Error codes (https://www.twilio.com/docs/api/errors): no such number; what the account may not call, or call as."""


class Answered(msgspec.Struct):
    """As much of Twilio's JSON as matters here."""

    sid: str = ""
    status: Any = None
    code: int | None = None


def read(reply: Reply) -> Answered:
    """What it says; nothing where that is not JSON."""
    try:
        return msgspec.json.decode(reply.body, type=Answered)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Answered()


async def dial(account: Account, http: Http, numbers: tuple[str, str], plan: tuple[str, str]) -> str:
    """Call a number (`to`, `caller`); Twilio's name of the call. Raises `TrunkError`.

    The `plan` is what is done once they answer, in TwiML, and the address at which we are told what becomes of it.
    """
    form = [("To", numbers[0]), ("From", numbers[1]), ("Twiml", plan[0]), ("Timeout", str(RINGING_SECONDS))]
    form += [("StatusCallback", plan[1]), ("StatusCallbackMethod", "POST")]
    form += [("StatusCallbackEvent", one) for one in ("ringing", "answered", "completed")]
    answered = await _asked(account, http, "/Calls.json", form)
    if not answered.sid:
        raise TrunkError(Why.FAILED, "the answer names no call")
    return answered.sid


async def end(account: Account, http: Http, sid: str) -> None:
    """Hang up, also what only rings. Raises `TrunkError`."""
    await _asked(account, http, f"/Calls/{sid}.json", [("Status", "completed")])


async def instruct(account: Account, http: Http, sid: str, twiml: str) -> None:
    """Do something else with a call that goes on. Raises `TrunkError`."""
    await _asked(account, http, f"/Calls/{sid}.json", [("Twiml", twiml)])


async def look(account: Account, http: Http) -> Reply:
    """The account. Raises `UnavailableError`."""
    return await http.request("GET", _url(account, ".json"), headers=_headers(account))


async def _asked(account: Account, http: Http, path: str, form: list[tuple[str, str]]) -> Answered:
    headers = _headers(account) | {"content-type": "application/x-www-form-urlencoded"}
    try:
        reply = await http.request(
            "POST", _url(account, path), headers=headers, body=urlencode(form).encode()
        )
    except UnavailableError as error:
        raise TrunkError(Why.FAILED, error.detail) from error
    answered = read(reply)
    if not reply.successful:
        why = _MEANINGS.get(answered.code or 0, Why.FAILED)
        raise TrunkError(why, f"HTTP {reply.status} {answered.code or ''}".strip())
    return answered


def _url(account: Account, path: str) -> str:
    settings = account.settings
    return f"{settings.base_url.rstrip('/')}/2010-04-01/Accounts/{settings.account_sid}{path}"


def _headers(account: Account) -> dict[str, str]:
    return opening(account) | {"accept": "application/json"}
