"""What the house and the process of a trunk say to each other over its pipes.

What happens is said as the port has it. Keys and sound that go to the other side are said as those that come from it.
"""

from __future__ import annotations

import msgspec

from valvomo.trunks.port import (
    Answered,
    Dialling,
    Ended,
    Keys,
    Refused,
    Sound,
    State,
    Why,
)
from valvomo.trunks.sip.forms import SipSettings

HEADERS = ("To", "From", "P-Asserted-Identity", "P-Called-Party-ID", "Privacy")
"""What is read of a call that comes."""


class Open(msgspec.Struct, frozen=True):
    """The first that is said: the account, and the addresses of its server as the house has found them."""

    settings: SipSettings
    password: str
    addresses: tuple[str, ...]


class Rings(msgspec.Struct, frozen=True, tag="rings"):
    """Somebody calls; what their network says of it, by the names of headers."""

    call: str
    headers: dict[str, str]


class Take(msgspec.Struct, frozen=True, tag="take"):
    """See `Trunk.take`."""

    call: str


class Refuse(msgspec.Struct, frozen=True, tag="refuse"):
    """See `Trunk.refuse`."""

    call: str
    why: Refused


class Dial(msgspec.Struct, frozen=True, tag="dial"):
    """See `Trunk.dial`; `Done` of this number follows."""

    number: int
    call: str
    to: str
    caller: str


class End(msgspec.Struct, frozen=True, tag="end"):
    """See `Trunk.end`."""

    call: str


class Hold(msgspec.Struct, frozen=True, tag="hold"):
    """See `Trunk.hold` and `Trunk.unhold`."""

    call: str
    held: bool


class Transfer(msgspec.Struct, frozen=True, tag="transfer"):
    """See `Trunk.transfer`; `Done` of this number follows."""

    number: int
    call: str
    to: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    """What was asked under this number is under way; or it cannot be, and why."""

    number: int
    why: Why | None = None
    detail: str = ""


class Alive(msgspec.Struct, frozen=True, tag="alive"):
    """The stack does what it is asked; and so many more packets came from where nobody is heard."""

    dropped: int


Asked = Take | Refuse | Dial | End | Hold | Transfer | Keys | Sound
Said = Rings | Dialling | Answered | Ended | Keys | Sound | State | Done | Alive

OPEN = msgspec.msgpack.Decoder(Open)
ASKED: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
SAID: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)
