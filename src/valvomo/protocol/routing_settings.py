"""What settings are made with, as it is shown and sent: skills, hours, presences, templates, words (spec 3).

In changes, what is left out stays as it is.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from valvomo.protocol.requests import Id, Request
from valvomo.protocol.settings_requests import AnyLanguage, Said, Title

Weekday = Annotated[str, Meta(pattern=r"^[0-6]$(?!\n)", description="0 is Monday.")]
Start = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)")]
End = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$(?!\n)")]
Times = Annotated[
    tuple[tuple[Start, End], ...],
    Meta(max_length=24, description="Open from, to; in order. 24:00 is the midnight that ends the day."),
]
Weekly = Annotated[dict[Weekday, Times], Meta(description="By weekday, 0 Monday; closed on days left out.")]
Special = Annotated[
    dict[date, Times],
    Meta(max_length=2000, description="Days that are different, closed where there are no times."),
]
Region = Annotated[
    str,
    Meta(
        pattern=r"^([A-Z]{2}(-[A-Z0-9]{1,3})?)?$(?!\n)",
        description="Whose public holidays are closed days, such as FI or DE-BY (ISO 3166); empty for none.",
    ),
]
ZoneName = Annotated[str, Meta(min_length=1, max_length=60, description="Such as Europe/Helsinki.")]
Choosable = Literal["available", "busy", "do_not_disturb", "away", "offline"]
Names = Annotated[dict[AnyLanguage, Title], Meta(max_length=50, description="By language.")]
Texts = Annotated[dict[AnyLanguage, Said], Meta(min_length=1, max_length=50, description="By language.")]
OfferSeconds = Annotated[int, Meta(ge=5, le=3600)]
Reasons = Annotated[tuple[Title, ...], Meta(max_length=20)]
Shortcut = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=60,
        pattern=r"^[^\s/\x00-\x1f\x7f]+$(?!\n)",
        description="What is written after a slash.",
    ),
]


class SkillDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A skill; `agents` is how many have it, at whatever level."""

    id: str
    name: str
    agents: int
    created_at: datetime


class Holiday(msgspec.Struct, frozen=True, kw_only=True):
    """A public holiday, named in the reader's language where the calendar of the region knows it."""

    date: date
    name: str


class HoursDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Hours of queues or agents. `open` is now, `changes_at` when that ends; null if it does not within a year.

    `holidays` are those of the region in the next twelve months: closed, unless the day is `special`.
    """

    id: str
    name: str
    time_zone: str
    region: str
    weekly: dict[str, list[tuple[str, str]]]
    special: dict[date, list[tuple[str, str]]]
    open: bool
    changes_at: datetime | None
    holidays: list[Holiday]
    created_at: datetime


class PresenceDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A custom presence: a name, `names` by language, for a presence that the rules know."""

    id: str
    name: str
    names: dict[str, str]
    presence: str
    created_at: datetime


class TemplateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How agents are asked: for how many seconds, with sound and on the desktop or not, and the reasons for a no."""

    id: str
    name: str
    seconds: int
    auto_accept: bool
    reject_reasons: list[str]
    sound: bool
    desktop: bool
    created_at: datetime


class QuickReplyDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What agents insert with a shortcut, `name`: in one queue, or in all of them where that is null."""

    id: str
    name: str
    queue_id: str | None
    texts: dict[str, str]
    created_at: datetime


class DispositionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a conversation can have come to: `name` is the code, in one queue, or in all of them where that is null."""

    id: str
    name: str
    queue_id: str | None
    names: dict[str, str]
    created_at: datetime


class CreateSkillRequest(Request, frozen=True, kw_only=True):
    """A new skill."""

    name: Title


class ChangeSkillRequest(Request, frozen=True, kw_only=True):
    """Changes of a skill."""

    name: Title | None = None


class CreateHoursRequest(Request, frozen=True, kw_only=True):
    """New hours."""

    name: Title
    time_zone: ZoneName
    region: Region = ""
    weekly: Weekly = msgspec.field(default_factory=dict)
    special: Special = msgspec.field(default_factory=dict)


class ChangeHoursRequest(Request, frozen=True, kw_only=True):
    """Changes of hours; `weekly` and `special` are replaced as a whole."""

    name: Title | None = None
    time_zone: ZoneName | None = None
    region: Region | None = None
    weekly: Weekly | None = None
    special: Special | None = None


class CreatePresenceRequest(Request, frozen=True, kw_only=True):
    """A new custom presence."""

    name: Title
    names: Names = msgspec.field(default_factory=dict)
    presence: Choosable


class ChangePresenceRequest(Request, frozen=True, kw_only=True):
    """Changes of a custom presence; `names` are replaced as a whole."""

    name: Title | None = None
    names: Names | None = None
    presence: Choosable | None = None


class CreateTemplateRequest(Request, frozen=True, kw_only=True):
    """A new offer template."""

    name: Title
    seconds: OfferSeconds
    auto_accept: bool = False
    reject_reasons: Reasons = ()
    sound: bool = True
    desktop: bool = True


class ChangeTemplateRequest(Request, frozen=True, kw_only=True):
    """Changes of an offer template."""

    name: Title | None = None
    seconds: OfferSeconds | None = None
    auto_accept: bool | None = None
    reject_reasons: Reasons | None = None
    sound: bool | None = None
    desktop: bool | None = None


class CreateQuickReplyRequest(Request, frozen=True, kw_only=True):
    """A new quick reply, for all queues unless one is named."""

    name: Shortcut
    queue_id: Id | None = None
    texts: Texts


class ChangeQuickReplyRequest(Request, frozen=True, kw_only=True):
    """Changes of a quick reply: `queue_id` null makes it one for all queues; `texts` are replaced as a whole."""

    name: Shortcut | None = None
    queue_id: Id | UnsetType | None = UNSET
    texts: Texts | None = None


class CreateDispositionRequest(Request, frozen=True, kw_only=True):
    """A new disposition, for all queues unless one is named."""

    name: Title
    queue_id: Id | None = None
    names: Names = msgspec.field(default_factory=dict)


class ChangeDispositionRequest(Request, frozen=True, kw_only=True):
    """Changes of a disposition: `queue_id` null makes it one for all queues; `names` are replaced as a whole."""

    name: Title | None = None
    queue_id: Id | UnsetType | None = UNSET
    names: Names | None = None
