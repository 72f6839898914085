"""Items: a text that has come, as the house takes it in."""

from __future__ import annotations

from valvomo.channels.phones import e164
from valvomo.channels.port import Identity, Inbound, cleaned
from valvomo.channels.smpp.forms import ALPHANUMERIC, INTERNATIONAL, SmppSettings
from valvomo.channels.smpp.parts import Whole
from valvomo.channels.smpp.pdu import Place

NATIONAL = 2
LONGEST_ADDRESS = 200
NOBODY = "?"


def message_of(whole: Whole, settings: SmppSettings, key: str) -> Inbound:
    """A customer's message; what is no text, or comes from nobody, waits for a person."""
    number = phone_of(whole.source, settings.country)
    address = number or cleaned(whole.source.number)[:LONGEST_ADDRESS]
    problem = "" if address else "it does not say who has sent it"
    if whole.text is None:
        problem = f"it is no text, but {whole.size} bytes"
    return Inbound(
        key=key,
        address=address or NOBODY,
        text=cleaned(whole.text or "").strip() or "—",
        identity=Identity("phone", number) if number else None,
        problem=problem,
    )


def phone_of(place: Place, country: str) -> str | None:
    """The number for which the network vouches; None for names and short codes. `country`: where national ones are."""
    said = place.number.strip()
    if place.ton == ALPHANUMERIC or not said.removeprefix("+").isdigit() or not said.isascii():
        return None
    if place.ton == INTERNATIONAL or said.startswith("+"):
        return e164("+" + said.removeprefix("+").removeprefix("00"))
    if said.startswith("00"):
        return e164("+" + said[2:])
    if country and (place.ton == NATIONAL or said.startswith("0")):
        return e164(said, country)
    return None if said.startswith("0") else e164("+" + said)
