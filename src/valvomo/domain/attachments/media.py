"""Media: files that a customer's message over a channel brings, until they are attachments of it.

The message is there at once, and says what comes with it; each file is fetched from the provider after that, and looked
into like any other that a customer brings. What is not to be had stays named in the message, with the reason.
"""

from __future__ import annotations

from enum import StrEnum


class MediaProblem(StrEnum):
    """Why a file that came with a message is not to be had; each has a text in the catalogue."""

    GONE = "gone"
    UNAVAILABLE = "unavailable"
    ACCOUNT = "account"
    UNSUPPORTED = "unsupported"
    TOO_MANY = "too-many"
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
