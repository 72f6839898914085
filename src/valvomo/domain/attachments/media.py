"""Media: files that a customer's message over a channel brings, until they are attachments of it.

The message is there at once, and says what comes with it; each file is fetched from the provider after that, and looked
into like any other that a customer brings. What is not to be had stays named in the message, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from valvomo.domain.attachments.attached import Problem
from valvomo.domain.attachments.kinds import TYPES, UNKNOWN
from valvomo.domain.attachments.limits import Limits, Side
from valvomo.domain.attachments.names import shown_name
from valvomo.domain.refusals import Reason, Refusal


class MediaState(StrEnum):
    """How far a file is that came with a message. Once `fetched` it is an attachment."""

    FETCHING = "fetching"
    FETCHED = "fetched"
    FAILED = "failed"


class MediaProblem(StrEnum):
    """Why a file that came with a message is not to be had; each has a text in the catalogue."""

    GONE = "gone"
    UNAVAILABLE = "unavailable"
    ACCOUNT = "account"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too-many"
    FULL = "full"
    TOO_LARGE = "too-large"
    NOT_ALLOWED = "not-allowed"
    PROGRAM = "program"
    MISMATCH = "mismatch"
    EMPTY = "empty"
    VIRUS = "virus"
    NOT_SCANNABLE = "not-scannable"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_SLOW = "too-slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMedium:
    """What a message says of a file that came with it and is none of its attachments: not yet, or not at all."""

    id: str
    name: str
    media_type: str
    state: MediaState
    problem: MediaProblem | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A file as its provider has announced it; nothing of it is believed. `problem` is the provider's own."""

    id: str
    name: str
    media_type: str
    problem: MediaProblem | None = None


_REFUSED: Mapping[Reason, MediaProblem] = {
    Reason.ATTACHMENTS_OFF: MediaProblem.NOT_ALLOWED,
    Reason.ATTACHMENT_KIND: MediaProblem.NOT_ALLOWED,
    Reason.ATTACHMENT_TOO_LARGE: MediaProblem.TOO_LARGE,
    Reason.ATTACHMENTS_FULL: MediaProblem.FULL,
    Reason.ATTACHMENT_PROGRAM: MediaProblem.PROGRAM,
    Reason.ATTACHMENT_MISMATCH: MediaProblem.MISMATCH,
    Reason.ATTACHMENT_EMPTY: MediaProblem.EMPTY,
}
_FOR_GOOD = frozenset({MediaProblem.PROGRAM, MediaProblem.MISMATCH, MediaProblem.EMPTY, MediaProblem.VIRUS})


def expected(brought: Sequence[Brought], limits: Limits) -> tuple[PublicMedium, ...]:
    """What a message says of what came with it, before anything was fetched: what is not even tried has a reason."""
    return tuple(
        PublicMedium(
            id=one.id,
            name=shown_name(one.name, one.media_type if one.media_type in TYPES else UNKNOWN),
            media_type=one.media_type,
            state=MediaState.FAILED if (problem := _hopeless(one, place, limits)) else MediaState.FETCHING,
            problem=problem,
        )
        for place, one in enumerate(brought)
    )


def _hopeless(one: Brought, place: int, limits: Limits) -> MediaProblem | None:
    if not limits.of(Side.CUSTOMER).allowed:
        return MediaProblem.NOT_ALLOWED
    return one.problem or (MediaProblem.TOO_MANY if place >= limits.most else None)


def problem_of(refusal: Refusal) -> MediaProblem | None:
    """Why a file was refused that was fetched; None where that may be otherwise in a while."""
    return _REFUSED.get(refusal.reason)


def problem_found(problem: Problem) -> MediaProblem:
    """Why a file was refused once it had been looked into; both have the same words for it."""
    return MediaProblem(problem.value)


def may_fetch_again(medium: PublicMedium) -> bool:
    """Whether it may be had after all: what was unsound the first time is so the second time."""
    return medium.state is MediaState.FAILED and medium.problem not in _FOR_GOOD
