"""Rows as they were encoded for readers who are shown the same, and what they may do to them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.conversations.message import same_but_words
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.acts import compact
from valvomo.protocol.frames import raw

ClassKey = tuple[object, ...]
Acts = dict[str, str | None]
Of = TypeVar("Of")


@dataclass(frozen=True, slots=True)
class _Kept:
    made_of: tuple[object, ...]
    row: msgspec.Raw


class RowCache:
    """Rows as they were encoded for each class, good for as long as what they were made of is still the same."""

    def __init__(self) -> None:
        self.kept: dict[ClassKey, dict[str, _Kept]] = {}

    def row(
        self, key: ClassKey, one: str, made_of: tuple[object, ...], make: Callable[[], object]
    ) -> msgspec.Raw:
        """The row of this id for a class; `make` makes it anew where anything it is `made_of` is another object."""
        rows = self.kept.get(key)
        if rows is None:
            rows = self.kept[key] = {}
        found = rows.get(one)
        if found is None or any(map(operator.is_not, found.made_of, made_of)):
            found = rows[one] = _Kept(made_of, raw(make()))
        return found.row

    def prune(self, classes: Collection[ClassKey], ids: Collection[str]) -> None:
        """Forget classes that nobody belongs to any more, and what is not there any more."""
        self.kept = _pruned(self.kept, classes, ids)


@dataclass(slots=True)
class _Asked:
    conversation: Conversation
    supervision: Supervision
    acts: Acts


class BoardRows(RowCache):
    """Rows of the board. Words change no act: after mere words, or how far they have come, no rule is asked again."""

    def __init__(self) -> None:
        super().__init__()
        self._asked: dict[ClassKey, dict[str, _Asked]] = {}
        self._same: dict[tuple[tuple[str, str | None], ...], Acts] = {}

    def acts(self, key: ClassKey, actor: Actor, conversation: Conversation, supervision: Supervision) -> Acts:
        """What whoever is of this class, as the actor is, may do to a conversation that is nobody's of them."""
        asked = self._asked.setdefault(key, {})
        found = asked.get(conversation.id)
        if (
            found is not None
            and found.supervision is supervision
            and same_but_words(found.conversation, conversation)
        ):
            found.conversation = conversation
            return found.acts
        acts = compact(actor, conversation, supervision)
        # Most rows have one of few answers.
        acts = self._same.setdefault(tuple(acts.items()), acts)
        asked[conversation.id] = _Asked(conversation, supervision, acts)
        return acts

    def prune(self, classes: Collection[ClassKey], ids: Collection[str]) -> None:
        """The same of what was asked."""
        super().prune(classes, ids)
        self._asked = _pruned(self._asked, classes, ids)
        self._same.clear()


def _pruned(
    kept: dict[ClassKey, dict[str, Of]], classes: Collection[ClassKey], ids: Collection[str]
) -> dict[ClassKey, dict[str, Of]]:
    left = {key: rows for key, rows in kept.items() if key in classes}
    for rows in left.values():
        for one in rows.keys() - ids:
            del rows[one]
    return left
