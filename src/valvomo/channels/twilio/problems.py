"""What Twilio's error codes mean to us (https://www.twilio.com/docs/api/errors)."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.domain.conversations.delivery import DeliveryProblem

TOO_MANY_REQUESTS = 20429

_CODES: Mapping[DeliveryProblem, frozenset[int]] = {
    DeliveryProblem.INVALID_ADDRESS: frozenset({21211, 21214, 21217, 21219, 21614, 30005}),
    DeliveryProblem.UNREACHABLE: frozenset({21612, 30003, 30006}),
    DeliveryProblem.BLOCKED: frozenset({21610, 30004}),
    DeliveryProblem.REFUSED: frozenset({21408, 21602, 21619, 30007, 30034}),
    DeliveryProblem.TOO_LONG: frozenset({21605, 21617}),
    DeliveryProblem.ACCOUNT: frozenset({20003, 20005, 20404, 21603, 21606, 21659, 21660, 21705, 30002}),
}
_MEANINGS = {code: problem for problem, codes in _CODES.items() for code in codes}


def meaning(code: int | None) -> DeliveryProblem:
    """Why a message failed."""
    return _MEANINGS.get(code or 0, DeliveryProblem.OTHER)
