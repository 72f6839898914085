"""What WhatsApp tells us: as much of its forms as matters here, and all of it optional.

The forms are those of Meta's webhook references
(https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages), and the ids by
which customers without a number are known those of
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids.
"""

from __future__ import annotations

import msgspec


class Profile(msgspec.Struct, frozen=True):
    """What customers call themselves."""

    name: str = ""
    username: str = ""


class Contact(msgspec.Struct, frozen=True):
    """Who wrote: `wa_id` is their number without a plus, `user_id` what the business knows them by without one."""

    profile: Profile = Profile()
    wa_id: str = ""
    user_id: str = ""


class Metadata(msgspec.Struct, frozen=True):
    """Which of the business's numbers it is about."""

    phone_number_id: str = ""


class Value(msgspec.Struct, frozen=True):
    """Messages of customers, or how far ours have come."""

    metadata: Metadata = Metadata()
    contacts: list[msgspec.Raw] = []
    messages: list[msgspec.Raw] = []
    statuses: list[msgspec.Raw] = []


class Change(msgspec.Struct, frozen=True):
    """Something of an account; `value` is read for the field `messages` alone."""

    value: msgspec.Raw
    field: str = ""


class Entry(msgspec.Struct, frozen=True):
    """What happened at an account."""

    changes: list[Change] = []


class Callback(msgspec.Struct, frozen=True):
    """A whole call."""

    object: str
    entry: list[Entry] = []


class Problem(msgspec.Struct, frozen=True):
    """Why something is not as it should be."""

    code: int = 0
    title: str = ""


class Head(msgspec.Struct, frozen=True):
    """Of a message, what it needs to be kept even where nothing else of it can be understood."""

    id: str
    sender: str = msgspec.field(default="", name="from")
    from_user_id: str = ""
    timestamp: str = ""
    type: str = "unknown"


class Text(msgspec.Struct, frozen=True):
    """Words. `text` is a button's."""

    body: str = ""
    text: str = ""


class Media(msgspec.Struct, frozen=True):
    """A picture, a sound, a film, a document: `id` is what it can be asked for by, with the account's token."""

    id: str = ""
    mime_type: str = ""
    caption: str = ""
    filename: str = ""
    voice: bool = False


class Chosen(msgspec.Struct, frozen=True):
    """A button or a row of a list; of a form, `body` and what was filled in, as JSON in a text."""

    title: str = ""
    description: str = ""
    body: str = ""
    response_json: str = ""


class Interactive(msgspec.Struct, frozen=True):
    """What was chosen of what we offered."""

    button_reply: Chosen | None = None
    list_reply: Chosen | None = None
    nfm_reply: Chosen | None = None


class Reaction(msgspec.Struct, frozen=True):
    """A sign at one of our messages; without one it is taken back."""

    emoji: str = ""


class Location(msgspec.Struct, frozen=True):
    """A place."""

    latitude: float | None = None
    longitude: float | None = None
    name: str = ""
    address: str = ""
    url: str = ""


class Name(msgspec.Struct, frozen=True):
    """Of a shared contact."""

    formatted_name: str = ""


class Line(msgspec.Struct, frozen=True):
    """By what a shared contact is reached."""

    phone: str = ""
    email: str = ""


class Shared(msgspec.Struct, frozen=True):
    """A contact that a customer shares; it is no word on who the customer is."""

    name: Name = Name()
    phones: list[Line] = []
    emails: list[Line] = []


class Product(msgspec.Struct, frozen=True):
    """Of an order."""

    product_retailer_id: str = ""
    quantity: int = 0


class Order(msgspec.Struct, frozen=True):
    """What is ordered out of a catalogue."""

    text: str = ""
    product_items: list[Product] = []


class Referral(msgspec.Struct, frozen=True):
    """The advertisement by which somebody came."""

    headline: str = ""
    source_url: str = ""


class Message(msgspec.Struct, frozen=True):
    """What a customer sent; of all parts the one is there that `type` names."""

    type: str = "unknown"
    text: Text | None = None
    button: Text | None = None
    interactive: Interactive | None = None
    reaction: Reaction | None = None
    location: Location | None = None
    contacts: list[Shared] = []
    image: Media | None = None
    video: Media | None = None
    audio: Media | None = None
    document: Media | None = None
    sticker: Media | None = None
    order: Order | None = None
    system: Text | None = None
    referral: Referral | None = None
    errors: list[Problem] = []


class Status(msgspec.Struct, frozen=True):
    """How far a message of ours has come; what it costs is not asked."""

    id: str
    status: str
    timestamp: str = ""
    errors: list[Problem] = []
