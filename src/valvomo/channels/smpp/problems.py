"""What the statuses of a message centre mean to us (SMPP 3.4 §5.1.3)."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.channels.port import RejectedError, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem

OK = 0x00
INVALID_COMMAND_LENGTH, INVALID_COMMAND = 0x02, 0x03
SYSTEM_ERROR, QUEUE_FULL, THROTTLED = 0x08, 0x14, 0x58
ALREADY_BOUND = 0x05
_PACED = frozenset({QUEUE_FULL, THROTTLED})
_LATER = frozenset({0x04, SYSTEM_ERROR, 0x64, 0xFE})
"""Not bound rightly, an error of its own, a moment's refusal, and not delivered for what is not said: it may yet be."""
_MEANINGS: Mapping[DeliveryProblem, frozenset[int]] = {
    DeliveryProblem.TOO_LONG: frozenset({0x01}),
    DeliveryProblem.INVALID_ADDRESS: frozenset({0x0B, 0x33, 0x50, 0x51}),
    DeliveryProblem.REFUSED: frozenset({0x45, 0x65, 0x66, 0x67}),
    DeliveryProblem.ACCOUNT: frozenset({0x0A, 0x0E, 0x0F, 0x15, 0x48, 0x49, 0x53}),
}
_BY_STATUS = {status: problem for problem, statuses in _MEANINGS.items() for status in statuses}
_BIND_LATER = frozenset({ALREADY_BOUND, SYSTEM_ERROR, QUEUE_FULL, THROTTLED, 0x64})
PACE_SECONDS = 1.0


def judge(status: int) -> None:
    """Raises what an answer to a message means, unless that was taken."""
    if status == OK:
        return
    detail = named(status)
    if status in _PACED:
        raise UnavailableError(detail, paced=True, retry_after=PACE_SECONDS)
    if status in _LATER:
        raise UnavailableError(detail)
    raise RejectedError(_BY_STATUS.get(status, DeliveryProblem.OTHER), detail)


def judge_bind(status: int) -> None:
    """Raises what an answer to a bind means, unless we are bound."""
    if status == OK:
        return
    if status in _BIND_LATER:
        raise UnavailableError(f"bind: {named(status)}")
    raise RejectedError(DeliveryProblem.ACCOUNT, f"bind: {named(status)}")


def named(status: int) -> str:
    """As operators of message centres write it."""
    return f"0x{status:08X}"
