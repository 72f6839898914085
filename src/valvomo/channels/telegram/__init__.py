"""Telegram by its Bot API (https://core.telegram.org/bots/api): it calls us, or is asked."""

from valvomo.channels.telegram.provider import Telegram

__all__ = ["Telegram"]
