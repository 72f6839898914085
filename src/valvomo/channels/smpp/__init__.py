"""SMS by a connection to a message centre, as SMPP 3.4 says."""

from valvomo.channels.smpp.provider import Smpp

__all__ = ["Smpp"]
