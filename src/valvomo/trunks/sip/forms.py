"""What a trunk that speaks SIP is set up with."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from valvomo.channels.phones import USUAL_CALLBACKS, CallbacksPerHour, Countries, unknown_countries

HOST = r"[A-Za-z0-9.-]{1,253}|[0-9A-Fa-f:]{2,45}"
_ADDRESS = rf"^({HOST})?$(?!\n)"
_USER = r"^[A-Za-z0-9+._~!*'()$&=,-]*$(?!\n)"


class SipSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the provider is, as whom we call there, and from where.

    `registers`: we say where we are, by user name and password; otherwise the provider knows our address, and we know
    it by its own (`peers`, beside those of `server`, an address or network in a line). `number` is shown to those who
    are called, in E.164; `country` (FI) is where a national number is meant, `dialled_as` how the provider wants what
    is called. `local_address` and `local_port` are ours; 0 is any port, for who registers. `public_address` is where we
    are found from outside, behind a network address translation that keeps ports. `media_ports` is from where to where.
    `vouches`: the provider lets nobody show a number that is not theirs, so that callers are known by theirs also where
    it asserts none. What is called over it at all: `countries`, `callbacks_per_hour`.
    """

    server: Annotated[str, Meta(pattern=rf"^({HOST})$(?!\n)")]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 5060
    transport: Literal["udp", "tcp", "tls"] = "udp"
    registers: bool = True
    username: Annotated[str, Meta(max_length=64, pattern=_USER)] = ""
    auth_username: Annotated[str, Meta(max_length=128, pattern=r"^[!#-:=?-\[\]-~]*$(?!\n)")] = ""
    domain: Annotated[str, Meta(pattern=_ADDRESS)] = ""
    number: Annotated[str, Meta(pattern=r"^(\+[1-9]\d{3,14})?$(?!\n)")] = ""
    country: Annotated[str, Meta(pattern=r"^([A-Z]{2})?$(?!\n)")] = ""
    dialled_as: Literal["plus", "digits", "zeros"] = "plus"
    vouches: bool = False
    countries: Countries = ""
    callbacks_per_hour: CallbacksPerHour = USUAL_CALLBACKS
    peers: Annotated[str, Meta(max_length=2000, extra_json_schema={"format": "lines"})] = ""
    codec: Literal["pcma", "pcmu", "opus"] = "pcma"
    srtp: Literal["off", "offered", "required"] = "off"
    local_address: Annotated[str, Meta(pattern=_ADDRESS)] = ""
    local_port: Annotated[int, Meta(ge=0, le=65_534)] = 0
    public_address: Annotated[str, Meta(pattern=_ADDRESS)] = ""
    media_ports: Annotated[str, Meta(pattern=r"^\d{4,5}-\d{4,5}$(?!\n)")] = "21000-21999"
    register_seconds: Annotated[int, Meta(ge=30, le=3600)] = 300

    def __post_init__(self) -> None:
        """Raises `ValueError` where a country is none."""
        if unknown := unknown_countries(self.countries):
            raise ValueError(f"countries: {unknown} is none")


class SipSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the provider knows us by."""

    password: Annotated[str, Meta(max_length=128, pattern=r"^[ !#-\[\]-~]*$(?!\n)")] = ""
