"""E-mail: a mailbox that is read by IMAP, and a server that takes mail by SMTP."""

from valvomo.channels.email.provider import Email

__all__ = ["Email"]
