"""Cursors: a place in the order of a list, opaque to who carries it."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

import msgspec

from valvomo.domain.moments import EARLIEST, is_asked_about

_MICRO = timedelta(microseconds=1)
_LARGEST = 2**63 - 1


class BadCursorError(ValueError):
    """Not a cursor of this list."""


class Place(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The last item of a page in the order `sort`: what comes after is greater in (`rank`, `word`, `id`)."""

    sort: str
    rank: int
    word: str
    id: str


def encoded(place: Place) -> str:
    """The place as text."""
    return urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")


def decoded(cursor: str | None, sort: str) -> Place | None:
    """The place that the text says, None without one. Raises `BadCursorError` for another list's, or for rubbish."""
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(
            urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)), type=Place
        )
    except (msgspec.DecodeError, binascii.Error, ValueError) as error:
        raise BadCursorError(str(error)) from error
    if place.sort != sort or not -(2**62) < place.rank < 2**62 or "\0" in place.word + place.id:
        raise BadCursorError("of another order")
    return place


def micros_of(moment: datetime) -> int:
    """The moment as a rank, exactly."""
    return (moment - EARLIEST) // _MICRO


def moment_of(micros: int) -> datetime:
    """The moment again. Raises `BadCursorError` for one that no list of ours holds."""
    try:
        moment = EARLIEST + micros * _MICRO
    except OverflowError as error:
        raise BadCursorError(str(error)) from error
    if not is_asked_about(moment):
        raise BadCursorError("no moment of any list")
    return moment


def number_of(text: str) -> int:
    """The number of a row that a place holds. Raises `BadCursorError` for what is none."""
    try:
        number = int(text)
    except ValueError as error:
        raise BadCursorError(str(error)) from error
    if not 0 <= number <= _LARGEST:
        raise BadCursorError("no number of any row")
    return number
