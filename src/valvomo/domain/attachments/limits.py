"""What may be sent: by each side of a workstream, as its administrators say, and as its channel can (spec 1 §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.attachments.kinds import PROGRAMS, Kind, ending_of, kind_of
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason, Refusal, malformed

MEGABYTE = 1024 * 1024
LARGEST = 128 * MEGABYTE
"""Bytes of a file, whatever anybody sets."""
LARGEST_IMAGE = 20 * MEGABYTE
"""Bytes of a picture, because it is made anew in memory."""
LARGEST_TOTAL = 64 * 1024 * MEGABYTE
"""Bytes of one side in a conversation, whatever anybody sets."""
MOST_IN_A_MESSAGE = 20
MOST_WAITING = 30
"""Files of one person in one conversation that no message has taken yet."""

USUAL = frozenset({Kind.IMAGE, Kind.AUDIO, Kind.VIDEO, Kind.DOCUMENT})
EVERYTHING = frozenset(Kind)


class Side(StrEnum):
    """Who sends."""

    HOUSE = "house"
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideLimits:
    """What one side may send: whether anything, which kinds, how many bytes a file and how many in a conversation."""

    allowed: bool = True
    kinds: frozenset[Kind] = USUAL
    largest: int = 10 * MEGABYTE
    total: int = 500 * MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of a workstream; `most` files go with one message."""

    house: SideLimits = field(default_factory=SideLimits)
    customer: SideLimits = field(default_factory=SideLimits)
    most: int = 10

    def of(self, side: Side) -> SideLimits:
        """What this side may send."""
        return self.house if side is Side.HOUSE else self.customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What a channel carries to the customer: types, bytes of a file of each kind, how many with a message.

    Types of None are all. `total` bytes are those of all files of a message, None for any. `caption` characters of
    words go along with files, and longer ones before them; None for any.
    """

    largest: Mapping[Kind, int] = field(default_factory=dict)
    types: frozenset[str] | None = None
    most: int = MOST_IN_A_MESSAGE
    total: int | None = None
    caption: int | None = None

    def carries(self, media_type: str) -> bool:
        """Whether files of this type go this way at all."""
        known = self.types is None or media_type in self.types
        return known and self.most > 0 and self.largest.get(kind_of(media_type), 0) > 0


ANYTHING = Ability(largest=dict.fromkeys(Kind, LARGEST))
NOTHING = Ability(most=0)
ABILITIES: Mapping[Channel, Ability] = {
    Channel.LIVE_CHAT: ANYTHING,
    Channel.PERSISTENT_CHAT: ANYTHING,
    Channel.CUSTOM: ANYTHING,
    Channel.EMAIL: ANYTHING,
    Channel.RECORD: ANYTHING,
}
"""What public messages can carry that leave by no account; nothing on other channels. What stays in the house is not
asked, and what leaves by an account is asked of its provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One file as far as these rules ask. `size` is None while it is only announced."""

    name: str
    media_type: str
    size: int | None


def sending_refusal(limits: SideLimits) -> Refusal | None:
    """Why this side sends nothing at all."""
    return None if limits.allowed else Refusal(Reason.ATTACHMENTS_OFF)


def file_refusal(limits: SideLimits, sent: Sent) -> Refusal | None:
    """Why this side may not send this file."""
    if refusal := sending_refusal(limits):
        return refusal
    ending = ending_of(sent.name)
    if ending in PROGRAMS:
        return Refusal(Reason.ATTACHMENT_PROGRAM, {"ending": ending})
    if sent.size == 0:
        return Refusal(Reason.ATTACHMENT_EMPTY)
    kind = kind_of(sent.media_type)
    if kind not in limits.kinds:
        return Refusal(Reason.ATTACHMENT_KIND, {"file_kind": kind.value, "allowed": sorted(limits.kinds)})
    largest = largest_of(limits, kind)
    if sent.size is not None and sent.size > largest:
        return too_large(largest)
    return None


def too_large(largest: int, **facts: object) -> Refusal:
    """More bytes than are taken."""
    return Refusal(
        Reason.ATTACHMENT_TOO_LARGE, {"largest": largest, "megabytes": f"{largest / MEGABYTE:.3g}", **facts}
    )


def full_refusal(limits: SideLimits, held: int, size: int = 0) -> Refusal | None:
    """Why this side brings nothing more where `held` bytes of its are, or no file of so many."""
    left = max(0, limits.total - held)
    if left and size <= left:
        return None
    facts = {"megabytes": f"{limits.total / MEGABYTE:.3g}", "megabytes_left": f"{left / MEGABYTE:.3g}"}
    return Refusal(Reason.ATTACHMENTS_FULL, {"total": limits.total, "left": left, **facts})


def largest_of(limits: SideLimits, kind: Kind | None) -> int:
    """Bytes of a file of this kind; of None, which is not known yet, those of the largest."""
    return min(limits.largest, LARGEST_IMAGE) if kind is Kind.IMAGE else min(limits.largest, LARGEST)


def nothing_refusal(channel: Channel, ability: Ability) -> Refusal | None:
    """Why no files at all reach the customer by this channel: the attach button asks this."""
    return None if ability.most else Refusal(Reason.ATTACHMENTS_NOT_BY_CHANNEL, {"channel": channel.value})


def channel_refusal(
    channel: Channel, files: tuple[Sent, ...], ability: Ability | None = None
) -> Refusal | None:
    """Why a public message with these files cannot reach its customer by this channel.

    `ability` is of the account that it leaves by, None where it leaves by none.
    """
    ability = ability or ABILITIES.get(channel, NOTHING)
    if files and (refusal := nothing_refusal(channel, ability)):
        return refusal
    if len(files) > ability.most:
        return Refusal(Reason.ATTACHMENTS_TOO_MANY, {"most": ability.most, "channel": channel.value})
    for one in files:
        if not ability.carries(one.media_type):
            return Refusal(Reason.ATTACHMENT_NOT_BY_CHANNEL, {"name": one.name, "channel": channel.value})
        largest = ability.largest[kind_of(one.media_type)]
        if (one.size or 0) > largest:
            return too_large(largest, name=one.name)
    total = sum(one.size or 0 for one in files)
    if ability.total is not None and total > ability.total:
        return too_large(ability.total, name=files[-1].name)
    return None


def outward_refusal(
    channel: Channel, announced: Sent | None, ability: Ability | None = None
) -> Refusal | None:
    """Why a file that somebody is about to bring cannot reach the customer, as far as that is known by then."""
    if announced is not None:
        return channel_refusal(channel, (announced,), ability)
    return nothing_refusal(channel, ability or ABILITIES.get(channel, NOTHING))


def outward_largest(channel: Channel, kind: Kind | None, ability: Ability | None = None) -> int:
    """Bytes of a file of this kind that reach the customer; of None, which is not known yet, those of the largest.

    A picture is made anew, so that how large it goes out is not known before that.
    """
    sizes = (ability or ABILITIES.get(channel, NOTHING)).largest
    if kind is Kind.IMAGE:
        return LARGEST_IMAGE
    return max(sizes.values(), default=0) if kind is None else sizes.get(kind, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What may go with a message that is being written: bytes of a file of each kind, and the rest as `Ability` says.

    `refusal` says why nothing may.
    """

    refusal: Refusal | None
    largest: Mapping[Kind, int]
    types: frozenset[str] | None
    most: int
    total: int | None
    caption: int | None


def allowance(limits: Limits, channel: Channel, ability: Ability | None, *, public: bool) -> Allowance:
    """For the house: what the workstream allows and, if the customer is to read it, what its way carries."""
    mine = limits.house
    way = (ability or ABILITIES.get(channel, NOTHING)) if public else ANYTHING
    refusal = sending_refusal(mine) or nothing_refusal(channel, way)
    sizes = {kind: min(largest_of(mine, kind), way.largest.get(kind, 0)) for kind in mine.kinds}
    return Allowance(
        refusal=refusal,
        largest={} if refusal else {kind: size for kind, size in sizes.items() if size},
        types=way.types,
        most=0 if refusal else min(limits.most, way.most),
        total=way.total,
        caption=way.caption,
    )


def unsound_limits(limits: Limits) -> Refusal | None:
    """What is wrong with limits that somebody wants to set."""
    if not 1 <= limits.most <= MOST_IN_A_MESSAGE:
        return malformed("attachments.most", f"1 to {MOST_IN_A_MESSAGE}")
    for side in Side:
        one = limits.of(side)
        if not 1 <= one.largest <= LARGEST:
            return malformed(f"attachments.{side.value}.largest", f"1 to {LARGEST}")
        if not 1 <= one.total <= LARGEST_TOTAL:
            return malformed(f"attachments.{side.value}.total", f"1 to {LARGEST_TOTAL}")
        if one.allowed and not one.kinds:
            return malformed(f"attachments.{side.value}.kinds", "none is given")
    return None
