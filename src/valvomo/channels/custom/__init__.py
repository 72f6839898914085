"""Custom: any system becomes a channel by two signed webhooks, one in each direction (docs/custom-channel.md)."""

from valvomo.channels.custom.provider import Custom

__all__ = ["Custom"]
