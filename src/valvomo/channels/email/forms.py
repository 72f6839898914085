"""What an account of e-mail is set up with."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Security = Literal["tls", "starttls", "none"]
Host = Annotated[str, Meta(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9_.:-]+$(?!\n)")]
Port = Annotated[int, Meta(ge=1, le=65535)]
Short = Annotated[str, Meta(max_length=200, pattern=r"^[^\r\n\x00]*$(?!\n)")]
Address = Annotated[str, Meta(max_length=254, pattern=r"^[^\s@<>(),;:\"\[\]\\+]+@[A-Za-z0-9.-]+$(?!\n)")]


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose mail it is, where it comes from and goes to, and how.

    `aliases` are other addresses of ours that lead into the mailbox. `vouching_server` is the authserv-id of the server
    whose word on senders is believed (RFC 8601), or, as `vouching_header` says, the domains of Exchange Online's hosts.
    """

    address: Address
    name: Short = ""
    aliases: Short = ""
    imap_host: Host
    imap_port: Port = 993
    imap_security: Security = "tls"
    folder: Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\r\n\x00]+$(?!\n)")] = "INBOX"
    afterwards: Literal["leave", "seen", "move"] = "seen"
    moved_to: Short = ""
    smtp_host: Host
    smtp_port: Port = 587
    smtp_security: Security = "starttls"
    login: Literal["password", "oauth"] = "password"
    user: Short = ""
    token_url: Annotated[
        str, Meta(max_length=500, pattern=r"^(https?://.*)?$(?!\n)", extra_json_schema={"format": "uri"})
    ] = ""
    client_id: Short = ""
    scope: Annotated[str, Meta(max_length=500, pattern=r"^[^\r\n\x00]*$(?!\n)")] = ""
    agent_names: bool = True
    signature: Annotated[str, Meta(max_length=1000, extra_json_schema={"format": "lines"})] = ""
    quote: bool = False
    plus_addresses: bool = False
    vouching_server: Short = ""
    vouching_header: Literal["named", "exchange_online"] = "named"
    lists: bool = False
    largest_mb: Annotated[int, Meta(ge=1, le=100)] = 25
    per_sender_hour: Annotated[int, Meta(ge=1, le=10000)] = 60
    per_second: Annotated[float, Meta(gt=0, le=1000)] = 2.0

    @property
    def own(self) -> frozenset[str]:
        """The addresses of ours that lead here, in lower case."""
        others = self.aliases.replace(",", " ").replace(";", " ").split()
        return frozenset(one.lower() for one in (self.address, *others))

    @property
    def login_name(self) -> str:
        """As whom we log in."""
        return self.user or self.address


class EmailSecrets(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opens the mailbox: a password; or a client's secret, with the refresh token that a person was given."""

    password: Annotated[str, Meta(max_length=500)] = ""
    client_secret: Annotated[str, Meta(max_length=500)] = ""
    refresh_token: Annotated[str, Meta(max_length=5000)] = ""

    def __post_init__(self) -> None:
        """Raises `ValueError` where there is nothing."""
        if not (self.password or self.client_secret or self.refresh_token):
            raise ValueError("needs a password, a client secret or a refresh token")
