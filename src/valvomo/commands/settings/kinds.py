"""What skills, hours, presences, templates, quick replies and dispositions are; they are handled in `resources`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar, Self

import msgspec

from valvomo.db import hours
from valvomo.domain.agents.presence import CHOOSABLE, Presence
from valvomo.domain.refusals import Refusal, malformed
from valvomo.domain.routing.hours import Span, misfit
from valvomo.protocol.clock import clock_spans


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Something with a name. Fields stand in the order in which the statements take them.

    `subject` is what the audit log and the statements call it, `rows` what the statement that lists them is called.
    """

    subject: ClassVar[str]
    rows: ClassVar[str]
    name: str

    @classmethod
    def of(cls, row: Any) -> Self:
        """A row of its table."""
        return msgspec.convert({one.name: row[one.name] for one in fields(cls)}, cls)

    def columns(self) -> tuple[object, ...]:
        """As it is stored."""
        return tuple(msgspec.to_builtins(getattr(self, one.name)) for one in fields(self))

    def shown(self) -> dict[str, object]:
        """As kept with facts."""
        plain: dict[str, object] = msgspec.to_builtins(self, order="deterministic")
        return plain

    async def refusal(self) -> Refusal | None:
        """Why there can be no such thing."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill(Resource):
    """What agents can do and conversations ask for."""

    subject: ClassVar[str] = "skill"
    rows: ClassVar[str] = "skills"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningHours(Resource):
    """Opening hours of queues, working hours of agents: weekly by weekday (0 Monday), and days that are different.

    Public holidays of `region` (such as FI or DE-BY; none when empty) are closed unless they are `special`.
    """

    subject: ClassVar[str] = "hours"
    rows: ClassVar[str] = "hours"
    time_zone: str
    region: str = ""
    weekly: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Any) -> Self:
        """A row of `hours`."""
        return cls(
            name=row["name"],
            time_zone=row["time_zone"],
            region=row["region"],
            weekly=hours.weekly_of(row["weekly"]),
            special=hours.special_of(row["special"]),
        )

    def columns(self) -> tuple[object, ...]:
        """Times in minutes from midnight."""
        return (
            self.name, self.time_zone, self.region, hours.stored(self.weekly), hours.stored(self.special),
        )  # fmt: skip

    def shown(self) -> dict[str, object]:
        """Times as the clock shows them."""
        return {
            "name": self.name,
            "time_zone": self.time_zone,
            "region": self.region,
            "weekly": {str(day): clock_spans(spans) for day, spans in sorted(self.weekly.items())},
            "special": {str(day): clock_spans(spans) for day, spans in sorted(self.special.items())},
        }

    async def refusal(self) -> Refusal | None:
        """Zone and region must be known, and the times of a day follow each other."""
        if self.time_zone not in hours.time_zones():
            return malformed("time_zone", "is no time zone, such as Europe/Helsinki")
        if self.region and not await hours.is_region(self.region):
            return malformed(
                "region", "is no country or part of one with known holidays, such as FI or DE-BY"
            )
        for name, days in (("weekly", self.weekly), ("special", self.special)):
            for day, spans in days.items():
                if (number := misfit(spans)) is not None:
                    return malformed(f"{name}.{day}.{number}", "ends before it begins, or overlaps another")
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomPresence(Resource):
    """A name, in several languages, for one of the presences that the rules know."""

    subject: ClassVar[str] = "presence"
    rows: ClassVar[str] = "presences"
    names: Mapping[str, str] = field(default_factory=dict)
    presence: Presence

    async def refusal(self) -> Refusal | None:
        """It stands for what a person may choose."""
        return None if self.presence in CHOOSABLE else malformed("presence", "is not one that can be chosen")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTemplate(Resource):
    """How agents are asked, and with which reasons they may decline."""

    subject: ClassVar[str] = "template"
    rows: ClassVar[str] = "templates"
    seconds: int
    auto_accept: bool = False
    reject_reasons: tuple[str, ...] = ()
    sound: bool = True
    desktop: bool = True

    async def refusal(self) -> Refusal | None:
        """Each reason once."""
        twice = len(set(self.reject_reasons)) < len(self.reject_reasons)
        return malformed("reject_reasons", "has the same reason twice") if twice else None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReply(Resource):
    """What agents of a queue, or (None) of all, insert with a shortcut, by language."""

    subject: ClassVar[str] = "quick_reply"
    rows: ClassVar[str] = "quick_replies"
    queue_id: str | None = None
    texts: Mapping[str, str]

    async def refusal(self) -> Refusal | None:
        """It says something."""
        return None if self.texts else malformed("texts", "none is given")


@dataclass(frozen=True, slots=True, kw_only=True)
class DispositionCode(Resource):
    """What a conversation in a queue, or (None) in any, can have come to; `name` is the code."""

    subject: ClassVar[str] = "disposition"
    rows: ClassVar[str] = "dispositions"
    queue_id: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


KINDS: Mapping[str, type[Resource]] = {
    one.subject: one
    for one in (Skill, OpeningHours, CustomPresence, OfferTemplate, QuickReply, DispositionCode)
}
"""The kinds by subject."""
