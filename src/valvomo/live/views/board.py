"""The board: every ongoing conversation with its last public line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation, State
from valvomo.live.views.happening import Change, Happening
from valvomo.protocol.rows import Preview, preview_of


@dataclass(slots=True)
class Board:
    """Ongoing conversations and their previews, by id; `waiting` are the open ones, by queue."""

    conversations: dict[str, Conversation] = field(default_factory=dict)
    previews: dict[str, Preview] = field(default_factory=dict)
    waiting: dict[str, dict[str, Conversation]] = field(default_factory=dict)

    def seen_by(self, actor: Actor) -> Iterator[Conversation]:
        """Those that exist for this actor."""
        return (one for one in self.conversations.values() if may_see(actor, one))


def begin(conversations: dict[str, Conversation], previews: Mapping[str, Preview]) -> Board:
    """The board from what was read."""
    board = Board(conversations=conversations, previews=dict(previews))
    for one in conversations.values():
        _wait(board, None, one)
    return board


def apply(board: Board, happening: Happening) -> Change | None:
    """The board after one more fact; None when it does not concern an ongoing conversation.

    Raises ValueError when the fact does not continue the conversation, which means that facts were lost.
    """
    event, one = happening.event, happening.conversation_id
    if one is None or not isinstance(event, Event):
        return None
    before = board.conversations.get(one)
    if before is None and happening.version != 1:
        return None
    if before is not None and happening.version != before.version + 1:
        raise ValueError(f"fact {happening.position} does not continue version {before.version} of {one}")
    after = fold(before, event, happening.at)
    if after.state is State.CLOSED:
        board.conversations.pop(one, None)
        board.previews.pop(one, None)
    else:
        board.conversations[one] = after
        _preview(board, one, happening)
    _wait(board, before, after)
    return Change(happening=happening, before=before, after=after)


def ongoing(conversation: Conversation | None) -> Conversation | None:
    """The conversation if the board has it."""
    return conversation if conversation and conversation.state is not State.CLOSED else None


def _wait(board: Board, before: Conversation | None, after: Conversation) -> None:
    if before is not None and before.state is State.OPEN:
        line = board.waiting[before.queue_id]
        line.pop(before.id, None)
        if not line:
            del board.waiting[before.queue_id]
    if after.state is State.OPEN:
        board.waiting.setdefault(after.queue_id, {})[after.id] = after


def _preview(board: Board, conversation_id: str, happening: Happening) -> None:
    words = happening.words
    if isinstance(happening.event, MessagePosted) and words is not None and words.public_seq is not None:
        board.previews[conversation_id] = preview_of(
            words.line, words.author_name, words.author_role, words.at
        )
