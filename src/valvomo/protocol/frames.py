"""The frames of the live stream, both ways (spec 2 *Live stream*)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

MAX_CLIENT_FRAME = 4096
"""Bytes of the largest frame that a client may send: they are all small."""


class Watch(msgspec.Struct, frozen=True, tag_field="op", tag="watch"):
    """Show me this topic, from `since` on if that can be told."""

    topic: str
    since: int | None = None


class Unwatch(msgspec.Struct, frozen=True, tag_field="op", tag="unwatch"):
    """No more of this topic."""

    topic: str


class Typing(msgspec.Struct, frozen=True, tag_field="op", tag="typing"):
    """I am writing, or have stopped. A customer's conversation need not be named: there is only one."""

    typing: bool = True
    conversation: str | None = None


class Ping(msgspec.Struct, frozen=True, tag_field="op", tag="ping"):
    """Are you there?"""


class Hello(msgspec.Struct, frozen=True, tag_field="op", tag="hello"):
    """The customer's token, as the first frame of the widget."""

    token: str


ClientFrame = Watch | Unwatch | Typing | Ping | Hello

_DECODER: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_ENCODER = msgspec.json.Encoder()


def client_frame(text: str | bytes) -> ClientFrame:
    """What the client says. Raises `msgspec.DecodeError` when it is nothing that we understand."""
    return _DECODER.decode(text)


class Frame:
    """A server frame, encoded once: as text for any server, and as WebSocket bytes for ours."""

    __slots__ = ("payload", "wire")

    def __init__(self, payload: bytes) -> None:
        self.payload = payload
        self.wire = _header(len(payload)) + payload


def _header(length: int) -> bytes:
    """RFC 6455 §5.2: one final, unmasked text frame."""
    if length < 126:  # noqa: PLR2004
        return bytes((0x81, length))
    if length < 1 << 16:
        return b"\x81\x7e" + length.to_bytes(2, "big")
    return b"\x81\x7f" + length.to_bytes(8, "big")


def raw(item: object) -> msgspec.Raw:
    """An item, encoded to be used in several frames."""
    return msgspec.Raw(_ENCODER.encode(item))


def topic_frame(
    topic: str, op: str, at: int, data: Sequence[object], *, ms: int = 0, time: datetime | None = None
) -> Frame:
    """A `snapshot` or `changes` frame. `ms` is the age of what is shown, `time` the server's clock."""
    return Frame(_ENCODER.encode({"topic": topic, "op": op, "at": at, "ms": ms, "time": time, "data": data}))


def refused_frame(topic: str, problem: Mapping[str, object]) -> Frame:
    """The topic is not for this reader, or not any more."""
    return Frame(_ENCODER.encode({"topic": topic, "op": "refused", "problem": problem}))


def lag_frame(ms: int, time: datetime) -> Frame:
    """How old what is shown may be."""
    return Frame(_ENCODER.encode({"op": "lag", "ms": ms, "time": time}))


PONG = Frame(_ENCODER.encode({"op": "pong"}))
