"""The frames of a media stream, as they come and go.

(https://www.twilio.com/docs/voice/media-streams/websocket-messages): JSON texts, told apart by `event`, numbered by
`sequenceNumber` from 1 on; sound is base64 of mu-law at 8 kHz.
"""

from __future__ import annotations

import base64
import binascii

import msgspec

MOST_FRAME = 32 * 1024
"""Characters: one of 20 ms has about 400."""
MOST_SOUND = 16_000
"""Bytes of sound in one frame: two seconds."""


class BadFrameError(ValueError):
    """It is none of those that are documented, or says what cannot be."""


class Format(msgspec.Struct, frozen=True, rename="camel"):
    """What the sound is."""

    encoding: str = ""
    sample_rate: int = 0
    channels: int = 0


class Begin(msgspec.Struct, frozen=True, rename="camel"):
    """What a stream says of itself."""

    account_sid: str = ""
    call_sid: str = ""
    media_format: Format = Format()


class Media(msgspec.Struct, frozen=True):
    """A piece of sound."""

    payload: str = ""
    track: str = "inbound"


class Key(msgspec.Struct, frozen=True):
    """A key that was pressed."""

    digit: str = ""


class Mark(msgspec.Struct, frozen=True):
    """All sound up to here has been played."""

    name: str = ""


class Frame(msgspec.Struct, frozen=True, rename="camel"):
    """One frame from Twilio."""

    event: str
    sequence_number: str = ""
    stream_sid: str = ""
    start: Begin | None = None
    media: Media | None = None
    dtmf: Key | None = None
    mark: Mark | None = None

    @property
    def number(self) -> int:
        """Its place; 0 for one that has none."""
        text = self.sequence_number
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0  # noqa: PLR2004 - digits


def frame_of(text: str) -> Frame:
    """Raises `BadFrameError`."""
    if len(text) > MOST_FRAME:
        raise BadFrameError(f"longer than {MOST_FRAME} characters")
    try:
        return msgspec.json.decode(text, type=Frame)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadFrameError(str(error)) from error


def sound_of(media: Media) -> bytes:
    """The mu-law in a frame. Raises `BadFrameError`."""
    try:
        codes = base64.b64decode(media.payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadFrameError(str(error)) from error
    if len(codes) > MOST_SOUND:
        raise BadFrameError(f"more than {MOST_SOUND} bytes of sound")
    return codes


def media(stream_sid: str, codes: bytes) -> str:
    """Sound to be played."""
    payload = base64.b64encode(codes).decode()
    return _text({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark(stream_sid: str, name: str) -> str:
    """Asks to be told once all sound before it has been played."""
    return _text({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """What has not been played yet never is."""
    return _text({"event": "clear", "streamSid": stream_sid})


def _text(said: object) -> str:
    return msgspec.json.encode(said).decode()
