"""Messenger: messages to a Facebook page (docs/messenger.md)."""

from valvomo.channels.messenger.provider import Messenger

__all__ = ["Messenger"]
