"""What was said in a call, as a machine has written it down: a line of the conversation, for the house alone.

It is kept where notes and whispers are, so that it has no way out, whoever may have heard it then. That a customer was
to hear it is said beside it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from valvomo.domain.conversations.message import MAX_TEXT, MessagePosted, Visibility
from valvomo.domain.conversations.model import Conversation, Role

MOST_BACKEND = 60
"""Characters of who has written it down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """About words that were said, from `began_ms` to `ended_ms` after what is kept of the call began (`recording_id`).

    `confidence` in [0, 1]: how sure who wrote it down (`by`) is of the words; `heard`: the customer was to hear it all.
    `salt` makes the digest of words that are gone say nothing of them. `removed`: the words were kept for their days.
    """

    recording_id: str
    began_ms: int
    ended_ms: int
    confidence: float
    heard: bool
    by: str = ""
    language: str = ""
    salt: str = ""
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What somebody has said: words, and as what they were in the conversation then."""

    message_id: str
    person_id: str
    role: Role
    text: str


def spoken_digest(text: str, salt: str) -> str:
    """What the fact says of it: the sha256 of salt and words."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def cut_to_fit(text: str) -> str:
    """Words as they can be kept; a machine may write anything."""
    return " ".join(text.replace("\x00", " ").split())[:MAX_TEXT]


def write_down(said: Utterance, salt: str, conversation: Conversation) -> MessagePosted:
    """Give it its number; also where the call, or all of it, has ended meanwhile: it was said before."""
    return MessagePosted(
        message_id=said.message_id,
        seq=conversation.seq + 1,
        public_seq=None,
        author_id=said.person_id,
        author_role=said.role.value,
        visibility=Visibility.SPOKEN,
        digest=spoken_digest(said.text, salt),
    )
