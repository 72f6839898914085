"""The frames of the live stream, both ways (spec 2 *Live stream*)."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated

import msgspec

MAX_CLIENT_FRAME = 4096
"""Bytes of the largest frame that a client may send, but for what a browser offers for a call: they are all small."""
MAX_OFFER_FRAME = 64 * 1024
"""Bytes of the largest of those."""


MAX_NUMBER = 2**53 - 1
"""The largest number that a browser counts to (RFC 8259 section 6)."""


class Watch(msgspec.Struct, frozen=True, tag_field="op", tag="watch"):
    """Show me this topic, from `since` on if that can be told.

    Who accepts `gzip` gets large frames of the topic compressed, as binary messages; everybody else gets text.
    """

    topic: str
    since: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)] | None = None
    accept: str | None = None


class Unwatch(msgspec.Struct, frozen=True, tag_field="op", tag="unwatch"):
    """No more of this topic."""

    topic: str


class Typing(msgspec.Struct, frozen=True, tag_field="op", tag="typing"):
    """I am writing, or have stopped. A customer's conversation need not be named: there is only one."""

    typing: bool = True
    conversation: str | None = None


class Seen(msgspec.Struct, frozen=True, tag_field="op", tag="seen"):
    """I have seen everything up to this number. A customer's conversation need not be named: there is only one."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=MAX_NUMBER)]
    conversation: str | None = None


class Ping(msgspec.Struct, frozen=True, tag_field="op", tag="ping"):
    """Are you there?"""


class Hello(msgspec.Struct, frozen=True, tag_field="op", tag="hello"):
    """The customer's token, as the first frame of the widget."""

    token: str


class ComeIn(msgspec.Struct, frozen=True, tag_field="op", tag="call"):
    """I come into the call of the conversation with what my browser offers (RFC 8829); also again, from elsewhere.

    A customer's conversation need not be named: there is only one.
    """

    offer: Annotated[str, msgspec.Meta(max_length=60_000)]
    conversation: str | None = None


class Agree(msgspec.Struct, frozen=True, tag_field="op", tag="agree"):
    """What my browser answers to the `offer` that came with an answer."""

    answer: Annotated[str, msgspec.Meta(max_length=60_000)]
    conversation: str | None = None


class HangUp(msgspec.Struct, frozen=True, tag_field="op", tag="hang_up"):
    """I leave the call; the conversation is what it was."""

    conversation: str | None = None


class MuteMe(msgspec.Struct, frozen=True, tag_field="op", tag="mute"):
    """Nobody hears me, or they do again."""

    muted: bool
    conversation: str | None = None


Calling = ComeIn | Agree | HangUp | MuteMe
ClientFrame = Watch | Unwatch | Typing | Seen | Ping | Hello | Calling

_DECODER: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_ENCODER = msgspec.json.Encoder()


def client_frame(text: str | bytes) -> ClientFrame:
    """What the client says. Raises ValueError when it is nothing that we understand, or has U+0000 in it.

    PostgreSQL has no text with that, and what a client names is looked for there.
    """
    frame = _DECODER.decode(text)
    if any(isinstance(one, str) and "\0" in one for one in msgspec.structs.astuple(frame)):
        raise ValueError("a text contains U+0000")
    return frame


GZIP = "gzip"
PACKED_FROM = 4096
"""Bytes from which a frame is worth compressing."""
PACKED_AT_ONCE = 256 * 1024
"""Bytes up to which compressing takes so little (3 ms) that nobody has to wait elsewhere for it."""


class Frame:
    """A server frame, encoded once: as `payload` for any server, and as WebSocket bytes for ours.

    A `binary` one is the gzip of what would have been text; it says the same.
    """

    __slots__ = ("_packed", "binary", "payload", "wire")

    def __init__(self, payload: bytes, *, binary: bool = False) -> None:
        self.payload = payload
        self.binary = binary
        self.wire = _header(len(payload), 0x82 if binary else 0x81) + payload
        self._packed: Frame | None = None

    def packed(self) -> Frame:
        """The same compressed, made once for all who want it."""
        if self.binary:
            return self
        if self._packed is None:
            # The fastest level: it leaves a tenth of a board, and the slowest one hardly less.
            packer = zlib.compressobj(1, zlib.DEFLATED, _WRAPPED)
            self._packed = Frame(packer.compress(self.payload) + packer.flush(), binary=True)
        return self._packed


_WRAPPED = 16 + zlib.MAX_WBITS


_TWO_BYTES, _EIGHT_BYTES = 126, 127
"""Instead of a length: it follows, in so many bytes."""


def _header(length: int, kind: int) -> bytes:
    """RFC 6455 §5.2: one final, unmasked frame."""
    if length < _TWO_BYTES:
        return bytes((kind, length))
    if length < 1 << 16:
        return bytes((kind, _TWO_BYTES)) + length.to_bytes(2, "big")
    return bytes((kind, _EIGHT_BYTES)) + length.to_bytes(8, "big")


def raw(item: object) -> msgspec.Raw:
    """An item, encoded to be used in several frames."""
    return msgspec.Raw(_ENCODER.encode(item))


def topic_frame(
    topic: str, op: str, at: int, data: Sequence[object], *, ms: int = 0, time: datetime | None = None
) -> Frame:
    """A `snapshot` or `changes` frame. `ms` is the age of what is shown, `time` the server's clock."""
    return Frame(_ENCODER.encode({"topic": topic, "op": op, "at": at, "ms": ms, "time": time, "data": data}))


def part_frame(topic: str, op: str, data: Sequence[object], *, ms: int = 0) -> Frame:
    """Part of a snapshot that comes in several frames, but for the last of them.

    Until that one is there, nothing can be resumed from, so `at` is 0.
    """
    parts = {"topic": topic, "op": op, "at": 0, "ms": ms, "time": None, "more": True, "data": data}
    return Frame(_ENCODER.encode(parts))


def refused_frame(topic: str, problem: Mapping[str, object]) -> Frame:
    """The topic is not for this reader, or not any more."""
    return Frame(_ENCODER.encode({"topic": topic, "op": "refused", "problem": problem}))


def lag_frame(ms: int, time: datetime) -> Frame:
    """How old what is shown may be."""
    return Frame(_ENCODER.encode({"op": "lag", "ms": ms, "time": time}))


def closing_frame(within_ms: int) -> Frame:
    """This server is going: readers come back each at another moment within this time."""
    return Frame(_ENCODER.encode({"op": "closing", "within": within_ms}))


def answer_frame(conversation_id: str, answer: str, offer: str = "") -> Frame:
    """What the engine of calls answers to a browser's offer, and what it offers for its part, if it does."""
    said = {"op": "answer", "conversation": conversation_id, "answer": answer}
    return Frame(_ENCODER.encode(said | ({"offer": offer} if offer else {})))


def unanswered_frame(conversation_id: str, problem: Mapping[str, object]) -> Frame:
    """Why there is no answer."""
    return Frame(_ENCODER.encode({"op": "answer", "conversation": conversation_id, "problem": problem}))


PONG = Frame(_ENCODER.encode({"op": "pong"}))
