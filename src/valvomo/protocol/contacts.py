"""Contacts as they are shown, and what callers send about them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Id, Language, Name, Note, Request

Address = Annotated[
    str, Meta(pattern=r"^([^@\s]+@[^@\s]+)?$(?!\n)", max_length=254, description="Empty takes it away.")
]
Number = Annotated[str, Meta(pattern=r"^([+0-9 ()\-.]{3,40})?$(?!\n)", description="Empty takes it away.")]


class ContactItem(Struct, frozen=True, kw_only=True):
    """One contact. `into` is whom it is merged into, where it is; `revision` counts changes of what is known."""

    id: str
    name: str
    email: str | None
    phone: str | None
    company: str
    language: str
    about: str
    created_at: datetime
    revision: int
    into: Named | None


class MergedContact(Struct, frozen=True, kw_only=True):
    """A contact that is the same customer: with whom it was merged, when and by whom."""

    contact: ContactItem
    into: Named
    at: datetime | None
    by: str | None


class ContactIdentity(Struct, frozen=True, kw_only=True):
    """By what a channel has vouched for the customer, such as `phone` or `email`, and when it first did."""

    kind: str
    value: str
    verified_at: datetime


class ForgottenContact(Struct, frozen=True, kw_only=True):
    """The customer was removed for good; in `remaining` conversations it is still written, until `emptied_at`."""

    at: datetime
    remaining: int
    emptied_at: datetime | None


class OngoingItem(Struct, frozen=True, kw_only=True):
    """A conversation that must be closed before its customer can be removed."""

    id: str
    state: str
    channel: str
    subject: str
    created_at: datetime


class ForgettingDocument(Struct, frozen=True, kw_only=True):
    """What removing a customer takes, all contacts that they are. `ongoing` stands against it, at most twenty."""

    contacts: int
    conversations: int
    messages: int
    files: int
    recordings: int
    ongoing: list[OngoingItem]


class ContactDocument(Struct, frozen=True, kw_only=True):
    """A customer: the contact that they are shown as, and all that are merged into it, nearest first.

    `identities`: by what any of them is recognized, which is not what somebody wrote into a contact.
    `may_merge`: whether this reader may merge contacts and take that back; `may_forget`: whether they may have the
    customer removed for good.
    """

    contact: ContactItem
    merged: list[MergedContact]
    identities: list[ContactIdentity]
    may_merge: bool
    may_forget: bool
    forgotten: ForgottenContact | None = None


class ChangeContactRequest(Request, frozen=True, kw_only=True):
    """New details; what is left out, or null, stays. `revision` is that of the contact that was changed."""

    revision: Annotated[int, Meta(ge=0)]
    name: Name | None = None
    email: Address | None = None
    phone: Number | None = None
    company: Annotated[str, Meta(max_length=200)] | None = None
    language: Language | None = None
    about: Note | None = None


class MergeRequest(Request, frozen=True, kw_only=True):
    """As which contact the customer is to be shown."""

    into: Id
