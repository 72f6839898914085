"""What the numbers of SIP mean for a call: RFC 3261 §21."""

from __future__ import annotations

import re

from valvomo.trunks.port import Refused, Why

_BY_STATUS = {
    Why.BUSY: {486, 600},
    Why.NO_ANSWER: {408, 480, 487},
    Why.DECLINED: {603, 607, 608},
    Why.UNREACHABLE: {404, 410, 416, 484, 485, 502, 604},
    Why.FORBIDDEN: {401, 402, 403, 407},
}
_WHY = {status: why for why, statuses in _BY_STATUS.items() for status in statuses}
_STATUS = re.compile(r"([1-6]\d\d)(?: |$)")
TRANSFERRED = "Call transfered"
"""How the stack says that the other side has been connected with somebody else, in its own spelling."""
_BY_OTHER_SIDE = "Connection reset by peer"
"""How it says that the other side has hung up."""
REFUSALS = {
    Refused.BUSY: (486, "Busy Here"),
    Refused.CLOSED: (480, "Temporarily Unavailable"),
    Refused.DECLINED: (603, "Decline"),
}


def status_of(text: str) -> int | None:
    """The number that an answer of SIP begins with, such as 486 of `486 Busy Here`."""
    found = _STATUS.match(text)
    return int(found[1]) if found else None


def why_of(text: str, *, incoming: bool, answered: bool) -> Why:
    """Why a call is over that we did not end, by what the stack says of it."""
    if text == TRANSFERRED:
        return Why.ENDED
    status = status_of(text)
    if answered:
        return Why.HUNG_UP if text.startswith(_BY_OTHER_SIDE) or not text else Why.FAILED
    if incoming:
        return Why.HUNG_UP
    return Why.FAILED if status is None else _WHY.get(status, Why.FAILED)
