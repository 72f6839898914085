"""What an account at a message centre is set up with."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.channels.smpp.alphabets import Alphabet

Type = Annotated[int, Meta(ge=0, le=6)]
Plan = Annotated[int, Meta(ge=0, le=18)]
INTERNATIONAL, NETWORK, ALPHANUMERIC, ISDN = 1, 3, 5, 1
SHORTEST_NUMBER = 7
"""Digits from which on a sender is no short code."""


class SmppSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the message centre is, as whom we bind, by which address we send, and what it makes of texts.

    `source_ton` and `source_npi` follow from the sender where they are not given. `default_alphabet` is what the
    coding 0 stands for, `latin1` whether coding 3 is understood. `receipt_ids`: how the id in a receipt differs from
    that in the answer to what was sent.
    """

    host: Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
    port: Annotated[int, Meta(ge=1, le=65535)] = 2775
    security: Literal["tls", "none"] = "tls"
    mode: Literal["transceiver", "two"] = "transceiver"
    system_id: Annotated[str, Meta(min_length=1, max_length=15, pattern=r"^[!-~]+$(?!\n)")]
    system_type: Annotated[str, Meta(max_length=12, pattern=r"^[!-~]*$(?!\n)")] = ""
    sender: Annotated[str, Meta(max_length=20, pattern=r"^(\+?\d{1,20}|[A-Za-z0-9 ._-]{0,11})$(?!\n)")] = ""
    source_ton: Type | None = None
    source_npi: Plan | None = None
    destination_ton: Type = INTERNATIONAL
    destination_npi: Plan = ISDN
    service_type: Annotated[str, Meta(max_length=5, pattern=r"^[!-~]*$(?!\n)")] = ""
    country: Annotated[str, Meta(max_length=2, pattern=r"^([A-Z]{2})?$(?!\n)")] = ""
    default_alphabet: Alphabet = "gsm7"
    latin1: bool = False
    long_texts: Literal["udh", "sar", "payload"] = "udh"
    most_parts: Annotated[int, Meta(ge=1, le=255)] = 10
    receipts: bool = True
    receipt_ids: Literal["same", "hex_to_decimal", "decimal_to_hex"] = "same"
    window: Annotated[int, Meta(ge=1, le=200)] = 10
    enquire_seconds: Annotated[int, Meta(ge=5, le=600)] = 30
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 10.0


class SmppSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the message centre knows us by; the protocol says eight characters, and not every centre keeps to it."""

    password: Annotated[str, Meta(max_length=64, pattern=r"^[ -~]*$(?!\n)")] = ""


def source_of(settings: SmppSettings) -> tuple[str, int, int]:
    """The sender with its type and plan: a number, a short code or a name."""
    number = settings.sender.removeprefix("+")
    if not number.isdigit():
        usual = (ALPHANUMERIC, 0) if number else (0, 0)
    elif len(number) < SHORTEST_NUMBER:
        usual = (NETWORK, 0)
    else:
        usual = (INTERNATIONAL, ISDN)
    ton = usual[0] if settings.source_ton is None else settings.source_ton
    npi = usual[1] if settings.source_npi is None else settings.source_npi
    return number, ton, npi
