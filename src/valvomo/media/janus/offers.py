"""Offers of browsers as far as they are looked at here: what comes from them, and how much they take at a time.

Janus answers offers by itself. It is only given what may come: the rest of an offer is turned off before it sees it, so
that what a leg may not send is negotiated by nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from valvomo.media.embedded import sdp
from valvomo.media.port import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """What a browser comes with: its certificate, by kind the section in which it sends, and how many streams it takes.

    `offer` is what Janus is given of it, empty where nothing may come; `declined` is the answer in that case.
    """

    fingerprints: tuple[tuple[str, str], ...]
    up: dict[Kind, str] = field(default_factory=dict)
    streams: dict[Kind, int] = field(default_factory=dict)
    offer: str = ""
    declined: str = ""


def read(offer: str, sends: AbstractSet[Kind]) -> Coming:
    """Raises `OfferError`."""
    found = sdp.read(offer)
    known = [(one, one.kind) for one in found.sections if one.forwarded and one.kind is not None]
    up: dict[Kind, str] = {}
    for one, kind in known:
        if one.up and kind in sends:
            up.setdefault(kind, one.mid)
    return Coming(
        fingerprints=found.fingerprints,
        up=up,
        streams=dict(Counter(kind for one, kind in known if one.down)),
        offer=_only(offer, frozenset(up.values())) if up else "",
        declined=sdp.declined(found),
    )


def _only(offer: str, wanted: frozenset[str]) -> str:
    """The offer, with everything turned off but these sections, in which nothing is taken."""
    head, *sections = offer.replace("\r\n", "\n").split("\nm=")
    return "\r\n".join(
        [*head.split("\n"), *(line for one in sections for line in _section(one.rstrip("\n"), wanted)), ""]
    )


def _section(text: str, wanted: frozenset[str]) -> list[str]:
    lines = f"m={text}".split("\n")
    mid = next(line for line in lines if line.startswith("a=mid:")).removeprefix("a=mid:").strip()
    directions = {"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"}
    head, *kept = [line for line in lines if line.strip() not in directions | {"a=bundle-only"}]
    if mid in wanted:
        # What it goes with may be turned off here.
        head = re.sub(r"^(m=\w+) 0 ", r"\1 9 ", head)
    return [head, *kept, "a=sendonly" if mid in wanted else "a=inactive"]
