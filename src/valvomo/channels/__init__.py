"""Channels: the ways to customers over providers, behind one port; one folder for each provider."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from valvomo.channels.custom import Custom
from valvomo.channels.email import Email
from valvomo.channels.messenger import Messenger
from valvomo.channels.port import Provider
from valvomo.channels.smpp import Smpp
from valvomo.channels.telegram import Telegram
from valvomo.channels.twilio import Twilio
from valvomo.channels.whatsapp import WhatsApp

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {one.name: one for one in (Custom(), Twilio(), Telegram(), WhatsApp(), Messenger(), Email(), Smpp())}
)
"""The providers that there are, by name."""
