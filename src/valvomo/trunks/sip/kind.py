"""Telephone calls by SIP: from a provider, or from a telephone exchange of one's own."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from ipaddress import IPv4Address, ip_address

import msgspec

from valvomo.channels.port import Account, Health, Http, UnavailableError
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.trunks.kind import TrunkKind
from valvomo.trunks.port import Trunk
from valvomo.trunks.sip import reaching
from valvomo.trunks.sip.forms import SipSecrets, SipSettings
from valvomo.trunks.sip.sources import networks_in
from valvomo.trunks.sip.talk import Open
from valvomo.trunks.sip.trunk import SipTrunk


class Sip(TrunkKind):
    """The kind."""

    name = "sip"
    settings: type[msgspec.Struct] = SipSettings
    secrets: type[msgspec.Struct] = SipSecrets

    def lacks(self) -> str:
        """See `TrunkKind`."""
        there = importlib.util.find_spec("baresip") is not None
        return "" if there else "calls by SIP need the extra `telephone`: pip install 'valvomo[telephone]'"

    async def check(self, account: Account, http: Http, at: datetime) -> Health:
        """Whether it can work as it is set up, and the server answers. Whether we are let in, the trunk itself says."""
        del at
        settings: SipSettings = account.settings
        wrong = self.lacks() or wrong_in(settings)
        if wrong:
            return Health(well=False, problem=DeliveryProblem.ACCOUNT, detail=wrong)
        try:
            said = await reaching.answer_of(settings, await http.addresses(settings.server, settings.port))
        except UnavailableError as error:
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=error.detail[:200])
        except OSError as error:
            why = str(error) or f"{settings.server} does not answer"
            return Health(well=False, problem=DeliveryProblem.UNAVAILABLE, detail=why[:200])
        return Health(well=True, detail=f"{settings.server} · {said}"[:200])

    def open(self, account: Account, http: Http) -> Trunk:
        """See `TrunkKind`."""
        settings: SipSettings = account.settings

        async def opened() -> Open:
            wrong = self.lacks() or wrong_in(settings)
            if wrong:
                raise UnavailableError(wrong)
            found = await http.addresses(settings.server, settings.port)
            ordered = sorted(found, key=lambda one: ip_address(one).version)
            return Open(settings, account.secrets.password, tuple(ordered))

        return SipTrunk(account.id, settings, opened)


def wrong_in(settings: SipSettings) -> str:
    """What of the settings cannot be together; "" where all is well."""
    first, _, last = settings.media_ports.partition("-")
    wrong = {
        "who registers needs a user name": settings.registers and not settings.username,
        "who does not register is called at a port that is known: give local_port": (
            not settings.registers and not settings.local_port
        ),
        "by TLS calls come over the connection with which we register; without that, put a proxy before us": (
            settings.transport == "tls" and not settings.registers
        ),
        "media_ports: from a port to a higher one, up to 65535": not 1024 <= int(first) < int(last) <= 65_535,  # noqa: PLR2004
        "local_address: one IPv4 address of this machine": not _is_ipv4(settings.local_address),
        "public_address: one IPv4 address": not _is_ipv4(settings.public_address),
    }
    try:
        networks_in(settings.peers)
    except ValueError as error:
        return f"peers: {error}"[:200]
    return next((text for text, found in wrong.items() if found), "")


def _is_ipv4(text: str) -> bool:
    try:
        return not text or bool(IPv4Address(text))
    except ValueError:
        return False
