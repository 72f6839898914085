"""Which kinds of trunks there are, and with them all that a channel account can be of."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from valvomo.channels import PROVIDERS
from valvomo.channels.port import Provider
from valvomo.trunks.kind import TrunkKind
from valvomo.trunks.sip.kind import Sip
from valvomo.trunks.twilio.kind import TwilioVoice

_TRUNKS: tuple[TrunkKind, ...] = (Sip(), TwilioVoice())

TRUNKS: Mapping[str, TrunkKind] = MappingProxyType({one.name: one for one in _TRUNKS})
"""The kinds of trunks that there are, by name."""
KINDS: Mapping[str, Provider] = MappingProxyType({**PROVIDERS, **TRUNKS})
"""All that a channel account can be of, by name."""
