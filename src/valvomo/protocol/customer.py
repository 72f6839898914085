"""What the customer sees: built from public facts and public messages alone; internal text is not within reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from valvomo.domain.conversations.model import Conversation, Role, Stage, State
from valvomo.domain.conversations.survey import survey_until
from valvomo.domain.conversations.told import Told
from valvomo.domain.routing.estimate import Outlook, wait_estimate
from valvomo.domain.routing.facts import waiting_of
from valvomo.protocol.attachments import MessageAttachment
from valvomo.protocol.calls import PublicCall, public_call


class WaitRange(msgspec.Struct, frozen=True, kw_only=True):
    """A probable wait in seconds."""

    low: int
    high: int


class QueueHours(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a queue is open now; while it is not, `opens_at` is when it will be, null if not within a year."""

    open: bool
    opens_at: datetime | None = None


class PublicAuthor(msgspec.Struct, frozen=True, kw_only=True):
    """A name and a role: `customer`, or whoever of the house."""

    name: str
    role: str


class PublicMessageItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message as the customer reads it; `seq` counts what the customer can read. `client_id` only of their own.

    `delivery` is how far it has come over their channel, absent where it goes over none.
    """

    id: str
    seq: int
    author: PublicAuthor
    text: str
    at: datetime
    attachments: tuple[MessageAttachment, ...] = ()
    client_id: str | None = None
    delivery: str | None = None


class LiveMessageItem(PublicMessageItem, frozen=True, kw_only=True, tag_field="kind", tag="message"):
    """The same in the live stream."""


class PublicNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A line that the house told the customer (`told.*` of the catalogue), after the message numbered `after`.

    `text` is what the house has written itself, for the code `house_says`.
    """

    id: int
    code: str
    name: str | None
    text: str | None
    at: datetime
    after: int


class OnlyName(msgspec.Struct, frozen=True):
    """Somebody whose name the customer may know."""

    name: str


class PublicQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the house's own: answered by 1 to 5 (`rating`), yes or no (`yes_no`), or in `words`."""

    id: str
    kind: str
    words: str


class PublicSurvey(msgspec.Struct, frozen=True, kw_only=True):
    """What the customer may say of how it went: `csat` from 1 to 5, `nps` from 0 to 10; until a moment once closed."""

    kind: str
    comment: bool
    questions: tuple[PublicQuestion, ...]
    score: int | None
    until: datetime | None


class PublicConversation(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="conversation"):
    """The conversation as the customer knows it; `participants` are visible ones.

    `place` 1 is next, among those who wait for the same agents. `coming`: an agent is being asked right now.
    `estimate` is the probable wait, None where nothing honest can be said. `hours` are those of the queue that the
    customer waits in, and None when they do not wait.
    """

    id: str
    state: str
    seq: int
    agent: OnlyName | None
    participants: tuple[PublicAuthor, ...]
    place: int | None
    coming: bool
    estimate: WaitRange | None
    hours: QueueHours | None
    notices: tuple[PublicNotice, ...]
    survey: PublicSurvey | None = None
    call: PublicCall | None = None


def public_state(conversation: Conversation) -> str:
    """An offer that nobody has accepted is no news to the customer: it is still `open`."""
    return State.OPEN.value if conversation.stage is Stage.OFFERED else conversation.state.value


class Prospect(NamedTuple):
    """What somebody who waits can be told about it."""

    place: int
    estimate: WaitRange | None
    hours: QueueHours


def prospect(
    conversation: Conversation, seen: Outlook, handle_seconds: Sequence[float], hours: QueueHours
) -> Prospect:
    """The place and the probable wait by recent handle times in the queue, and whether that is open."""
    found = wait_estimate(waiting_of(conversation), seen, handle_seconds)
    return Prospect(seen.place, WaitRange(low=found.low, high=found.high) if found else None, hours)


def public_conversation(
    conversation: Conversation, waits: Prospect | None, notices: tuple[PublicNotice, ...]
) -> PublicConversation:
    """What the customer may know."""
    name = conversation.owner_name or conversation.bot_name
    coming = conversation.stage is Stage.OFFERED
    accepted = conversation.state is not State.OPEN and not coming
    return PublicConversation(
        id=conversation.id,
        state=public_state(conversation),
        seq=conversation.public_seq,
        agent=OnlyName(name) if name and accepted else None,
        participants=tuple(
            PublicAuthor(name=one.name, role=one.role.value)
            for one in conversation.participants
            if one.public and one.role is not Role.MONITOR
        ),
        place=1 if coming else waits.place if waits else None,
        coming=coming,
        estimate=waits.estimate if waits else None,
        hours=waits.hours if waits else None,
        notices=notices,
        survey=_survey(conversation),
        call=public_call(conversation),
    )


def _survey(conversation: Conversation) -> PublicSurvey | None:
    asked = conversation.survey
    if asked is None or conversation.state not in (State.WRAP_UP, State.CLOSED):
        return None
    return PublicSurvey(
        kind=asked.kind.value,
        comment=asked.comment,
        questions=tuple(
            PublicQuestion(id=one.id, kind=one.kind.value, words=one.words) for one in asked.questions
        ),
        score=asked.score,
        until=survey_until(conversation),
    )


def public_notice(number: int, told: Told, at: datetime, after: int) -> PublicNotice:
    """The `number`-th line that was told."""
    return PublicNotice(id=number, code=told.code, name=told.name, text=told.text, at=at, after=after)
