"""Trunks: the ways by which telephone calls come and go, behind one port; one folder for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from valvomo.channels import PROVIDERS
from valvomo.channels.port import Provider
from valvomo.trunks.kind import TrunkKind

_TRUNKS: tuple[TrunkKind, ...] = ()

TRUNKS: Mapping[str, TrunkKind] = MappingProxyType({one.name: one for one in _TRUNKS})
"""The kinds of trunks that there are, by name."""
KINDS: Mapping[str, Provider] = MappingProxyType({**PROVIDERS, **TRUNKS})
"""All that a channel account can be of, by name."""
