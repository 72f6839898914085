"""What callers send: unknown fields are refused, lengths are bounded, ids have the form of ids (spec 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct, field

from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.limits import MOST_IN_A_MESSAGE
from valvomo.domain.conversations.message import MAX_TEXT, Visibility
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.record import MAX_DESCRIPTION
from valvomo.domain.figures.focus import MOST_SECONDS, MOST_SPANS

UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$(?!\n)"

Id = Annotated[str, Meta(pattern=UUID, description="A UUIDv7.")]
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Line = Annotated[str, Meta(max_length=500)]
Note = Annotated[str, Meta(max_length=2000)]
Language = Annotated[str, Meta(pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$(?!\n)", max_length=35)]
Email = Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+$(?!\n)", max_length=254)]
Phone = Annotated[str, Meta(pattern=r"^[+0-9 ()\-.]{3,40}$(?!\n)")]
Key = Annotated[str, Meta(min_length=1, max_length=100)]
Tags = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=60)], ...], Meta(max_length=50)]
Answers = Annotated[dict[Key, Line], Meta(max_length=50)]
Context = Annotated[
    dict[Key, Line],
    Meta(max_length=30, description="What the page or the system knows, for rules to go by."),
]
Priority = Annotated[int, Meta(ge=-1000, le=1000)]
Description = Annotated[str, Meta(max_length=MAX_DESCRIPTION)]
Values = Annotated[
    dict[Key, str | int | float | bool | None],
    Meta(max_length=60, description="By the keys of the form of its workstream."),
]
ClientId = Annotated[
    str, Meta(min_length=1, max_length=100, description="The sender's own id of the message.")
]
Words = Annotated[str, Meta(max_length=MAX_TEXT)]
QueueName = Annotated[str, Meta(min_length=1, max_length=200, description="A queue by id or name.")]


class Request(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request."""


class CustomerDetails(Request, frozen=True, kw_only=True):
    """Whom the conversation is with; an e-mail address that is known finds the same contact again."""

    name: Name
    email: Email | None = None
    phone: Phone | None = None


class NewRecord(Request, frozen=True, kw_only=True):
    """What is said of a record. `key` is what another system calls it; `links` are conversations and records."""

    description: Description = ""
    due_at: datetime | None = None
    status: Key | None = None
    key: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^\S(.*\S)?$(?!\n)")] | None = None
    fields: Values = {}
    links: Annotated[tuple[Id, ...], Meta(max_length=20)] = ()


class CreateConversation(Request, frozen=True, kw_only=True):
    """A new conversation. `customer` may be just a name; `workstream` and `queue` default to the channel's.

    With a `contact` it is with whom is known already, by the name that is known unless another is given. `record` is
    what is said of a record.
    """

    channel: Channel
    customer: CustomerDetails | Name | None = None
    contact: Id | None = None
    record: NewRecord | None = None
    workstream: Id | None = None
    queue: QueueName | None = None
    subject: Line = ""
    language: Language = ""
    priority: Priority = 0
    tags: Tags = ()
    answers: Answers = {}
    context: Context = {}
    consent: bool | None = None

    def __post_init__(self) -> None:
        """With somebody."""
        if self.customer is None and self.contact is None:
            raise ValueError("`customer` or `contact` is needed")


class OnlyWords(Request, frozen=True, kw_only=True):
    """A message. `attachments` are ids of files that its author has uploaded; with one of them `text` may be empty."""

    text: Words = ""
    client_id: ClientId | None = None
    attachments: Annotated[tuple[Id, ...], Meta(max_length=MOST_IN_A_MESSAGE)] = ()

    def __post_init__(self) -> None:
        """Somebody who writes says something or sends something."""
        if not self.attachments and not self.text.strip():
            raise ValueError("`text` must not be empty without `attachments`")


class WriteMessage(OnlyWords, frozen=True, kw_only=True):
    """Words for everyone (`public`), for the house (`internal`), or for the agent alone (`whisper`)."""

    visibility: Visibility = Visibility.PUBLIC

    def __post_init__(self) -> None:
        """A bot is told words alone; what was spoken is written down by nobody."""
        OnlyWords.__post_init__(self)
        if self.visibility is Visibility.SPOKEN:
            raise ValueError("`visibility` must not be `spoken`: that is written down by the house itself")
        if self.attachments and self.visibility is Visibility.INSTRUCTION:
            raise ValueError("an instruction takes no `attachments`")


class RejectRequest(Request, frozen=True, kw_only=True):
    """Why an offer is declined."""

    reason: Line | None = None


class CompleteRequest(Request, frozen=True, kw_only=True):
    """How the matter ended."""

    disposition: Line | None = None


class ChangeDetailsRequest(Request, frozen=True, kw_only=True):
    """New details; what is left out, or null, stays as it is."""

    subject: Line | None = None
    priority: Priority | None = None
    tags: Tags | None = None
    language: Language | None = None
    disposition: Line | None = None


class Target(Request, frozen=True, kw_only=True):
    """An agent or a queue: exactly one of them."""

    agent: Id | None = None
    queue: QueueName | None = None

    def __post_init__(self) -> None:
        """Exactly one."""
        if (self.agent is None) == (self.queue is None):
            raise ValueError("exactly one of `agent` and `queue` is needed")


class AssignRequest(Target, frozen=True, kw_only=True):
    """To whom, and over which limits."""

    override_presence: bool = False
    override_capacity: bool = False


class TransferRequest(Target, frozen=True, kw_only=True):
    """To whom, over which limits, with which words; `stay` keeps the first agent as consult on accept."""

    override_presence: bool = False
    override_capacity: bool = False
    note: Note | None = None
    stay: bool = False
    when_call_ends: bool = False


class ConsultRequest(Target, frozen=True, kw_only=True):
    """Whose advice is asked; `public` shows them to the customer."""

    public: bool = False
    note: Note | None = None


class HandOverRequest(Request, frozen=True, kw_only=True):
    """To which queue of people; its own when none is named."""

    queue: QueueName | None = None


class ForceCloseRequest(Request, frozen=True, kw_only=True):
    """Why it is ended."""

    reason: Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S")]


class SetPresenceRequest(Request, frozen=True, kw_only=True):
    """The presence that is chosen, or the id of a custom one, which has to stand for it where both are given."""

    presence: Presence | None = None
    status: Id | None = None

    def __post_init__(self) -> None:
        """One of them."""
        if self.presence is None and self.status is None:
            raise ValueError("one of `presence` and `status` is needed")


class StartByCustomer(Request, frozen=True, kw_only=True):
    """What the widget knows before the first message; `consent` is the answer where one is asked for.

    With `version` and `text_language`, which are `version` and `language` of the configuration, the conversation is
    only begun if the text that was shown is still the newest. `identity` is what the site has signed of who it is.
    """

    key: Key
    name: Annotated[str, Meta(max_length=200)] | None = None
    email: Email | None = None
    phone: Phone | None = None
    language: Language = ""
    subject: Line = ""
    answers: Answers = {}
    context: Context = {}
    consent: bool | None = None
    version: Annotated[int, Meta(ge=0, description="0 where no text was shown.")] | None = None
    text_language: Language | None = None
    identity: Annotated[str, Meta(max_length=4096)] | None = None


class CustomerWords(OnlyWords, frozen=True, kw_only=True):
    """What the customer writes."""


class FocusSpan(Request, frozen=True, kw_only=True):
    """That a conversation was in front: it began so many seconds `from` now backwards, and lasted so many seconds."""

    conversation: Id
    ago: Annotated[float, Meta(gt=0, le=MOST_SECONDS)] = field(name="from")
    seconds: Annotated[float, Meta(gt=0, le=MOST_SECONDS)] = field(name="for")


class FocusReport(Request, frozen=True, kw_only=True):
    """What was in front since the last report, at most two minutes back."""

    spans: Annotated[tuple[FocusSpan, ...], Meta(min_length=1, max_length=MOST_SPANS)]
