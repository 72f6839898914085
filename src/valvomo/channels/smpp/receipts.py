"""Receipts: how far messages of ours have come, as SMSCs say it (SMPP 3.4 §2.11, §5.2.12, §5.2.28, appendix B)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from valvomo.channels.port import Report, cleaned
from valvomo.channels.smpp.forms import SmppSettings
from valvomo.channels.smpp.pdu import Option, Short
from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem

_KIND, _RECEIPT, _INTERMEDIATE = 0x3C, 0x04, 0x20
LONGEST_ID = 65
NETWORK_ERROR_BYTES = 3
_NUMBERS = {"same": None, "hex_to_decimal": 16, "decimal_to_hex": 10}
"""How the id in the answer to what was sent is written."""
_IN_RECEIPTS = {"same": None, "hex_to_decimal": 10, "decimal_to_hex": 16}
_FIELD = re.compile(r"\b(id|stat|err)\s*:\s*(\S+)", re.IGNORECASE)
_WORDS: Mapping[str, int] = {"ENROUTE": 1, "DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6,
                             "UNKNOWN": 7, "REJECTD": 8}  # fmt: skip
_STATES: Mapping[int, tuple[Delivery, DeliveryProblem | None]] = {
    1: (Delivery.SENT, None),
    2: (Delivery.DELIVERED, None),
    3: (Delivery.FAILED, DeliveryProblem.UNREACHABLE),
    4: (Delivery.FAILED, DeliveryProblem.REFUSED),
    5: (Delivery.FAILED, DeliveryProblem.UNREACHABLE),
    6: (Delivery.SENT, None),
    8: (Delivery.FAILED, DeliveryProblem.REFUSED),
}
"""Of §5.2.28; 7 says that it is not known."""


def is_receipt(short: Short) -> bool:
    """Whether it is about a message of ours, and none of a customer."""
    return short.esm_class & _KIND in {_RECEIPT, _INTERMEDIATE}


def sent_as(said: str, settings: SmppSettings) -> str:
    """What the message centre calls a message that it has taken, in the one form in which we know it."""
    return _known(said, _NUMBERS[settings.receipt_ids])


def report_of(short: Short, settings: SmppSettings) -> Report | None:
    """What a receipt says; None for what says nothing."""
    words = short.content.decode("latin-1").partition("text:")[0].partition("Text:")[0]
    fields = {name.lower(): value for name, value in _FIELD.findall(words)}
    named = short.options.get(Option.RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1")
    one = (
        sent_as(named, settings)
        if named
        else _known(fields.get("id", ""), _IN_RECEIPTS[settings.receipt_ids])
    )
    state = short.options.get(Option.MESSAGE_STATE, b"")
    number = state[0] if state else _WORDS.get(fields.get("stat", "").upper()[:7], 0)
    reached = _STATES.get(number)
    if not one or reached is None:
        return None
    failed = reached[0] is Delivery.FAILED
    return Report(
        key=f"status:{one}:{number}",
        provider_id=one,
        state=reached[0],
        problem=reached[1],
        detail=_detail(short, fields) if failed else "",
    )


def _known(said: str, base: int | None) -> str:
    one = cleaned(said).strip()[:LONGEST_ID]
    if base is None or not one.isascii() or not one.isalnum():
        return one
    try:
        return str(int(one, base))
    except ValueError:
        return one


def _detail(short: Short, fields: Mapping[str, str]) -> str:
    error = short.options.get(Option.NETWORK_ERROR, b"")
    if len(error) == NETWORK_ERROR_BYTES:
        return f"{error[0]}:{int.from_bytes(error[1:], 'big')}"
    return cleaned(fields.get("err", ""))[:20]
