"""WhatsApp by Meta's Cloud API (docs/whatsapp.md)."""

from valvomo.channels.whatsapp.provider import WhatsApp

__all__ = ["WhatsApp"]
