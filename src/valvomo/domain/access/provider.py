"""Signing in by a provider of identities (OpenID Connect): whom the house believes, and whose account it opens."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.access.actor import UserRole

LONGEST_PATH = 1_000
_LAST_PORT = 65_535
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:(?P<port>\d{1,5}))?(?P<rest>[/?#][!-~]*)?"
)
_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")


class Fault(StrEnum):
    """Why nobody came in by the provider; the sign-in page has words for each."""

    OFF = "off"
    TOO_OFTEN = "too-often"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    LOST = "lost"
    UNTRUSTED = "untrusted"
    UNVERIFIED = "unverified"
    OTHER_DOMAIN = "other-domain"
    UNKNOWN = "unknown"
    DISABLED = "disabled"
    LOCKED = "locked"
    LINKED_OTHERWISE = "linked-otherwise"


class Unfit(StrEnum):
    """Why a provider cannot be used, as far as its own description tells."""

    UNREACHABLE = "unreachable"
    STATUS = "status"
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"
    OTHER_ISSUER = "other-issuer"
    NO_ENDPOINT = "no-endpoint"
    UNSAFE_ENDPOINT = "unsafe-endpoint"
    NO_CODE_FLOW = "no-code-flow"
    NO_PKCE = "no-pkce"
    NO_SIGNATURE = "no-signature"
    NO_CLIENT_METHOD = "no-client-method"
    NO_KEYS = "no-keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Whom a house believes: `issuer` to the letter, as which client, and what it makes of what it is told.

    `required`: whoever is no administrator has no other way in. `domains`: of which e-mail domains people are let in,
    of any where there are none. `factor_values`: values of `amr` or `acr` that stand for a second factor.
    """

    issuer: str
    client_id: str
    label: str
    required: bool = False
    domains: tuple[str, ...] = ()
    factor_values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whom a provider says that somebody is: `subject` is who, for good; the rest may change.

    `factors` is what it says of how it knows (`amr` and `acr`).
    """

    subject: str
    email: str = ""
    verified: bool = False
    factors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Who an account is at a provider, as it was told to that client."""

    issuer: str
    client_id: str
    subject: str


def address_problem(url: str, *, query: bool = False) -> str | None:
    """What is wrong with the address of a provider, or (with `query`) of one of its endpoints.

    Nobody may listen on the way, or answer in the provider's place: only what never leaves the machine may go without
    TLS.
    """
    found = _ADDRESS.fullmatch(url)
    if found is None or not 0 < int(found["port"] or 443) <= _LAST_PORT:
        return "is no address"
    if found["scheme"] != "https" and found["host"] not in _LOOPBACK:
        return "must begin with https://"
    rest = found["rest"] or ""
    if "\\" in rest or "#" in rest or ("?" in rest and not query):
        return "must have no ? and no # in it"
    return None


def domain_problem(domain: str) -> str | None:
    """What is wrong with a domain of e-mail addresses."""
    return None if _DOMAIN.fullmatch(domain) else "is no domain"


def own_path(wanted: str) -> str:
    """Where to go on within our own pages; the start where the path could lead elsewhere, or in a circle."""
    own = len(wanted) <= LONGEST_PATH and _PATH.fullmatch(wanted) is not None
    return wanted if own and not wanted.startswith(("/sign-in", "/api/")) else "/"


def password_closed(roles: Collection[UserRole], *, required: bool) -> bool:
    """Whether a password opens nothing: it always does for administrators, so that no provider can lock a house."""
    return required and UserRole.ADMINISTRATOR not in roles


def vouched(provider: Provider, identity: Identity) -> bool:
    """Whether the provider says that it asked for a second factor, in words that the house believes."""
    return not set(provider.factor_values).isdisjoint(identity.factors)


def stranger_fault(provider: Provider, identity: Identity) -> Fault | None:
    """Why nobody of this identity is let in, whatever account they may have."""
    if not provider.domains:
        return None
    if not identity.verified:
        return Fault.UNVERIFIED
    domain = identity.email.rpartition("@")[2].lower()
    return None if domain in provider.domains else Fault.OTHER_DOMAIN


def is_linked(provider: Provider, identity: Identity, link: Link | None) -> bool:
    """Whether the account with this link is theirs already."""
    return link is not None and (link.issuer, link.subject) == (provider.issuer, identity.subject)


def link_fault(provider: Provider, identity: Identity, email: str, link: Link | None) -> Fault | None:
    """Why the account with this address and this link does not become theirs.

    Who is somebody else at the same provider already stays so: an address that was given to another person there
    brings no account with it. For another client the provider may call the same person otherwise.
    """
    if not identity.verified or not identity.email:
        return Fault.UNVERIFIED
    if identity.email.lower() != email.lower():
        return Fault.UNKNOWN
    if link is not None and (link.issuer, link.client_id) == (provider.issuer, provider.client_id):
        return Fault.LINKED_OTHERWISE
    return None


def account_fault(roles: Collection[UserRole], *, disabled: bool, locked: bool) -> Fault | None:
    """Why an account is not opened to whoever it belongs to."""
    if UserRole.INTEGRATION in roles:
        return Fault.UNKNOWN
    if disabled:
        return Fault.DISABLED
    return Fault.LOCKED if locked else None
