"""The lines of `valvomo export`, one object a line (docs/export.md): what leaves with a house that goes elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

FORMAT = 1
"""Counts changes after which a reader of the old lines would be wrong. A field that is added is none."""


class ConversationLine(Struct, frozen=True, kw_only=True):
    """One conversation as it was when it was read.

    `messages` says how many there are, `version` how many facts it is the fold of, `survey` what the customer answered
    (null: nothing). `more` is whatever else is kept of it, under the names that the release has for it.
    """

    id: str
    state: str
    channel: str
    workstream_id: str
    queue_id: str
    owner_id: str | None
    contact_id: str
    customer_name: str
    subject: str
    language: str
    priority: int
    created_at: datetime
    queued_at: datetime
    first_response_at: datetime | None
    last_message_at: datetime | None
    closed_at: datetime | None
    version: int
    messages: int
    survey: dict[str, Any] | None
    more: dict[str, Any]


class MessageLine(Struct, frozen=True, kw_only=True):
    """One message. `seq` numbers all of a conversation, `public_seq` those that the customer could read.

    `visibility` is public, internal (a note), whisper, instruction (to a bot) or spoken (in a call). `html` is what a
    mail looked like, cleaned. Of attachments there are name, kind and size; their bytes are where files are kept.
    """

    conversation_id: str
    seq: int
    public_seq: int | None
    id: str
    author_id: str
    author_role: str
    author_name: str
    visibility: str
    text: str
    at: datetime
    delivery: str | None
    delivery_problem: str | None
    attachments: list[dict[str, Any]] | None
    media: list[dict[str, Any]] | None
    spoken: dict[str, Any] | None
    html: str | None


class ContactLine(Struct, frozen=True, kw_only=True):
    """One contact. `merged_into` is the contact that it is shown as, where there is one.

    `identities` are whom sites have signed, `addresses` those at which channels know the customer.
    """

    id: str
    name: str
    email: str | None
    phone: str | None
    company: str
    language: str
    about: str
    vip: bool
    created_at: datetime
    merged_into: str | None
    merged_at: datetime | None
    identities: list[dict[str, str]]
    addresses: list[dict[str, str]]


class NameLine(Struct, frozen=True, kw_only=True):
    """What an id stands for. `kind` is account, disposition, person, queue, skill or workstream."""

    kind: str
    id: str
    name: str


class FactLine(Struct, frozen=True, kw_only=True):
    """One fact of the journal. `body` is written exactly as it was hashed; `hash` is in hexadecimal.

    `salt` is hashed with it, where there is one. An `erased` one has lost its words: its hash is of what it was.
    """

    position: int
    conversation_id: str | None
    version: int | None
    kind: str
    actor_id: str
    actor_name: str
    at: datetime
    audited: bool
    notify: list[str]
    body: msgspec.Raw
    salt: str | None
    hash: str
    erased: bool


Line = ConversationLine | MessageLine | ContactLine | NameLine | FactLine


class ExportedOrganization(Struct, frozen=True, kw_only=True):
    """Whose the data is."""

    id: str
    name: str


class ExportDocument(Struct, frozen=True, kw_only=True):
    """About an export: whose it is, from when to when it was written, and how many lines each file has.

    The journal goes up to `position`, whose hash is `hash`.
    """

    format: int
    release: str
    organization: ExportedOrganization
    begun_at: datetime
    ended_at: datetime
    position: int
    hash: str
    lines: dict[str, int]
