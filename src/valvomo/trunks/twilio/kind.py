"""Twilio's telephone calls as a kind of trunk: an account, its number, and the token that signs and opens it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.channels.phones import USUAL_CALLBACKS, CallbacksPerHour, Countries, unknown_countries
from valvomo.channels.port import Account, Health, Http
from valvomo.channels.twilio.provider import OK, SERVER_ERROR, TwilioSecrets
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.trunks.kind import TrunkKind
from valvomo.trunks.port import Trunk
from valvomo.trunks.twilio import rest
from valvomo.trunks.twilio.trunk import TwilioTrunk


class TwilioVoiceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The account, the number as which it calls, where it may call, and how many may have themselves called back.

    `vouches`: callers are known by the number that Twilio shows, also where no network has signed for it.
    """

    account_sid: Annotated[str, Meta(pattern=r"^AC[0-9a-fA-F]{32}$(?!\n)")]
    number: Annotated[str, Meta(pattern=r"^\+[1-9]\d{6,14}$(?!\n)")]
    vouches: bool = False
    countries: Countries = ""
    callbacks_per_hour: CallbacksPerHour = USUAL_CALLBACKS
    base_url: Annotated[
        str, Meta(min_length=1, max_length=200, pattern=r"^https?://", extra_json_schema={"format": "uri"})
    ] = "https://api.twilio.com"

    def __post_init__(self) -> None:
        """Raises `ValueError` where a country is none."""
        if unknown := unknown_countries(self.countries):
            raise ValueError(f"countries: {unknown} is none")


class TwilioVoice(TrunkKind):
    """Twilio calls us for each call that comes, and whichever process answers carries it."""

    name = "twilio_voice"
    settings: type[msgspec.Struct] = TwilioVoiceSettings
    secrets: type[msgspec.Struct] = TwilioSecrets
    alone = False

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether the account is there, and active."""
        del at
        reply = await rest.look(account, http)
        answered = rest.read(reply)
        if reply.status == OK and answered.status == "active":
            return Health(well=True, detail="active")
        problem = DeliveryProblem.UNAVAILABLE if reply.status >= SERVER_ERROR else DeliveryProblem.ACCOUNT
        said = answered.code or (answered.status if isinstance(answered.status, str) else "")
        return Health(well=False, problem=problem, detail=f"HTTP {reply.status} {said}".strip())

    def open(self, account: Account, http: Http) -> Trunk:
        """See `TwilioTrunk`."""
        return TwilioTrunk(account, http)
