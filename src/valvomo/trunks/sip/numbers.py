"""Who calls and who is called, as SIP writes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote

from valvomo.channels.phones import e164

LONGEST = 40
_URI = re.compile(r"(?:sips?|tel):([^@;>?\s]+)(?:@([^;>?\s]+))?")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.?)*(?:"|\Z)', re.DOTALL)
_WITHIN = re.compile(r"<([^<>]*)>")
_WITHHELD = {"anonymous", "unknown", "restricted", "unavailable", "private", "withheld", ""}
_PLAIN = re.compile(r"\+?[0-9]{2,20}")


def caller_of(headers: Mapping[str, str], country: str) -> str:
    """Their number: E.164 where it is one, else what their network calls them; "" where they withhold it (RFC 3323)."""
    if {one.strip().lower() for one in headers.get("Privacy", "").split(";")} & {"id", "user", "header"}:
        return ""
    host = _host(headers.get("From", ""))
    sent = _user(headers.get("From", ""))
    if sent.lower() in _WITHHELD or host.lower().endswith("anonymous.invalid"):
        return ""
    asserted = _user(headers.get("P-Asserted-Identity", ""))
    return _number(asserted or sent, country)


def vouched(headers: Mapping[str, str]) -> bool:
    """Whether `caller_of` is what a network asserts (RFC 3325), and not only what the caller has written in `From`."""
    return bool(_user(headers.get("P-Asserted-Identity", "")))


def called_of(headers: Mapping[str, str], country: str) -> str:
    """The number that was dialled, as `caller_of` writes it."""
    return _number(_user(headers.get("P-Called-Party-ID", "")) or _user(headers.get("To", "")), country)


def dialled(to: str, dialled_as: str) -> str | None:
    """How a number in E.164 is called at the provider; None where it is no number, which is never dialled."""
    if not _PLAIN.fullmatch(to):
        return None
    if dialled_as == "plus" or not to.startswith("+"):
        return to
    return ("00" if dialled_as == "zeros" else "") + to.removeprefix("+")


def _number(user: str, country: str) -> str:
    plain = re.sub(r"[\s().-]", "", user) if user[:1] in "+0123456789" else user
    return e164(plain, country or None) or plain[:LONGEST]


def _user(header: str) -> str:
    found = _uri(header)
    return unquote(found[1]) if found else ""


def _host(header: str) -> str:
    found = _uri(header)
    return (found[2] or "").partition(":")[0] if found else ""


def _uri(header: str) -> re.Match[str] | None:
    """The address itself (RFC 3261 §20.10): what somebody is displayed as says nothing, whatever it looks like."""
    bare = _QUOTED.sub("", header)
    within = _WITHIN.search(bare)
    return _URI.match(within[1].strip()) if within else _URI.search(bare)
