"""SMS by Twilio: its forms are signed, its answers are JSON (https://www.twilio.com/docs/messaging/api)."""

from valvomo.channels.twilio.provider import Twilio

__all__ = ["Twilio"]
