"""What an engine of calls tells of itself: see `valvomo.media.port`."""

from __future__ import annotations

import msgspec


class Connected(msgspec.Struct, frozen=True, tag="connected"):
    """Media can flow between a leg and the engine."""

    call_id: str
    leg_id: str


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """Nothing has come from a leg for some seconds, or it never came: its browser or network is gone."""

    call_id: str
    leg_id: str


class Speaking(msgspec.Struct, frozen=True, tag="speaking"):
    """A leg has begun to speak, or stopped."""

    call_id: str
    leg_id: str
    speaking: bool


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """A part of the engine has died with these calls.

    Of their recordings there is what had been written, up to the last second; `valvomo.media.leftover` reads its files.
    """

    call_ids: tuple[str, ...]


class Track(msgspec.Struct, frozen=True):
    """What one leg has said in a recording: a file of Opus in Ogg (RFC 7845), from when it first said anything.

    `name` is the leg's. `began` in seconds from the beginning of the recording, and `seconds` long: what was paused or
    on hold is silence in it, so that all tracks of a recording can be played in step.
    """

    file: str
    leg_id: str
    name: str
    began: float
    seconds: float


class Recorded(msgspec.Struct, frozen=True, tag="recorded"):
    """A recording is over, and its files are whole; `failed` is why something of it could not be written."""

    call_id: str
    recording_id: str
    tracks: tuple[Track, ...]
    failed: str = ""


class Played(msgspec.Struct, frozen=True, tag="played"):
    """What was played to a leg has come to its end."""

    call_id: str
    leg_id: str


class Pressed(msgspec.Struct, frozen=True, tag="pressed"):
    """Somebody has pressed a key of their telephone, or of the keypad of their browser."""

    call_id: str
    leg_id: str
    key: str


Happening = Connected | Lost | Speaking | Pressed | Played | Recorded | Gone


class Heard(msgspec.Struct, frozen=True, tag="heard"):
    """Plain sound of about 20 ms, and when it was, in seconds from the beginning of the call."""

    call_id: str
    leg_id: str
    at: float
    pcm: bytes


class Dialled(msgspec.Struct, frozen=True, tag="dialled"):
    """Keys that are to be pressed at the other side of a leg."""

    call_id: str
    leg_id: str
    keys: str


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How a leg does. Packets since it came; `up` is what came from it, `down` what went to it.

    Of a leg without a browser they are frames of 20 ms. `lost` are shares of packets that did not arrive, lately, from
    0 to 1; `jitter` and `round_trip` in seconds, None where that is not known yet. `refused` are packets that came from
    a leg that sends nothing: they were thrown away.
    """

    up: int = 0
    down: int = 0
    refused: int = 0
    lost_up: float | None = None
    lost_down: float | None = None
    jitter: float | None = None
    round_trip: float | None = None
