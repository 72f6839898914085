"""What is said over a connection: protocol data units, in bytes (SMPP 3.4, §3.2, §4 and §5).

As much of the protocol as an ESME needs that sends and receives texts. Whatever comes is read within bounds; what is
none raises `MalformedError`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct("!IIII")
LARGEST = 70_000
"""Bytes of one; a message with its longest payload is 64 KB."""
ANSWER = 0x8000_0000
"""The bit that tells an answer from what it answers."""
VERSION = 0x34
MOST_SHORT = 254
"""Bytes of `short_message`."""


class Command(IntEnum):
    """§5.1.2.1."""

    NACK = 0x8000_0000
    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT = 0x04
    DELIVER = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    ALERT = 0x0102
    DATA = 0x0103


class Option(IntEnum):
    """Tags of optional parameters (§5.3.2) that matter here."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    MESSAGE_PAYLOAD = 0x0424
    NETWORK_ERROR = 0x0423
    MESSAGE_STATE = 0x0427


class MalformedError(Exception):
    """It is no unit of the protocol."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One: `command` with the bit of answers, `status` of an answer, `sequence` by which an answer is known."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def encoded(self) -> bytes:
        """As it is said."""
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body

    def answer(self, status: int = 0, body: bytes = b"") -> Unit:
        """What answers it."""
        return Unit(self.command | ANSWER, status, self.sequence, body)


@dataclass(frozen=True, slots=True)
class Place:
    """An address with its type and its numbering plan (§5.2.5, §5.2.6)."""

    number: str
    ton: int = 0
    npi: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A message, in either direction: `content` in the alphabet that `coding` names, after a header if it has one."""

    source: Place
    destination: Place
    content: bytes
    coding: int = 0
    esm_class: int = 0
    registered: int = 0
    service_type: str = ""
    options: Mapping[int, bytes] = field(default_factory=dict)


def read_header(raw: bytes) -> tuple[int, Unit]:
    """How many bytes of a body follow, and the unit without it."""
    length, command, status, sequence = HEADER.unpack(raw)
    if not HEADER.size <= length <= LARGEST:
        raise MalformedError(f"a unit of {length} bytes")
    return length - HEADER.size, Unit(command, status, sequence)


def bind_body(system_id: str, password: str, system_type: str) -> bytes:
    """Of every kind of bind (§4.1); which addresses lead here, the message centre knows by itself."""
    said = b"".join(one.encode("latin-1") + b"\0" for one in (system_id, password, system_type))
    return said + bytes((VERSION, 0, 0)) + b"\0"


def short_body(one: Short) -> bytes:
    """Of submit_sm (§4.4.1) and deliver_sm (§4.6.1): at once, without a term, none replaced."""
    said = one.service_type.encode("ascii") + b"\0"
    for place in (one.source, one.destination):
        said += bytes((place.ton, place.npi)) + place.number.encode("latin-1") + b"\0"
    said += bytes((one.esm_class, 0, 0)) + b"\0\0" + bytes((one.registered, 0, one.coding, 0))
    options = dict(one.options)
    content = one.content
    if len(content) > MOST_SHORT:
        options[Option.MESSAGE_PAYLOAD], content = content, b""
    said += bytes((len(content),)) + content
    return said + b"".join(struct.pack("!HH", tag, len(value)) + value for tag, value in options.items())


def read_short(unit: Unit) -> Short:
    """A deliver_sm, a submit_sm or a data_sm (§4.7.1). Raises `MalformedError`."""
    reader = _Reader(unit.body)
    service_type = reader.text()
    source, destination = reader.place(), reader.place()
    esm_class = reader.byte()
    content = b""
    if unit.command == Command.DATA:
        registered, coding = reader.byte(), reader.byte()
    else:
        reader.take(2)
        reader.text()
        reader.text()
        registered, _, coding, _ = reader.take(4)
        content = reader.take(reader.byte())
    options = reader.options()
    return Short(
        source=source,
        destination=destination,
        esm_class=esm_class,
        registered=registered,
        coding=coding,
        content=content or options.get(Option.MESSAGE_PAYLOAD, b""),
        service_type=service_type,
        options=options,
    )


def first_text(body: bytes) -> str:
    """The string with which the body of an answer begins: the id of a message, or of a system."""
    return body.partition(b"\0")[0].decode("latin-1")


class _Reader:
    """Takes a body apart from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise MalformedError("it ends too early")
        self._at += count
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def text(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise MalformedError("a text without an end")
        return self.take(end + 1 - self._at)[:-1].decode("latin-1")

    def place(self) -> Place:
        ton, npi = self.take(2)
        return Place(self.text(), ton, npi)

    def options(self) -> dict[int, bytes]:
        """Optional parameters; of what ends too early nothing is believed."""
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = struct.unpack("!HH", self.take(4))
            found[tag] = self.take(length)
        return found
