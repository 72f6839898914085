"""What the server promises a reader, checked by the reader: nothing lost, nothing twice, nothing out of order.

Numbers of messages go 1, 2, 3 without gaps (spec 1 §6); after a reconnect with ``since`` nothing is missed and
nothing comes twice (spec 2); what was acknowledged is there, once, with the words that were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A message as it was read; `at` is on the reader's clock."""

    id: str
    seq: int
    role: str
    author: str
    visibility: str
    text: str
    at: float


@dataclass(slots=True, kw_only=True)
class Transcript:
    """One reader's record of one conversation; `broken` is called with a sentence for each broken promise."""

    conversation: str
    broken: Callable[[str], None]
    words: list[Word] = field(default_factory=list)
    acknowledged: dict[str, tuple[str, int, str]] = field(default_factory=dict)

    @property
    def seq(self) -> int:
        """The last number that was read."""
        return self.words[-1].seq if self.words else 0

    def begin(self) -> None:
        """A snapshot comes: what is in it is read anew."""
        self.words.clear()

    def take(self, item: Mapping[str, Any], at: float) -> None:
        """A message came over the live stream."""
        word = _word(item, at)
        if word.seq == self.seq + 1:
            self.words.append(word)
            return
        known = next((one for one in self.words if one.seq == word.seq), None)
        if known is None:
            self.broken(
                f"{self.conversation}: message {word.seq} came after {self.seq}: lost or out of order"
            )
            self.words.append(word)
        elif known.id == word.id:
            self.broken(f"{self.conversation}: message {word.seq} came twice")
        else:
            self.broken(f"{self.conversation}: two messages are numbered {word.seq}")

    def acknowledge(self, client_id: str, answer: Mapping[str, Any], text: str) -> None:
        """The server has answered that it keeps this message."""
        before = self.acknowledged.setdefault(client_id, (str(answer["id"]), int(answer["seq"]), text))
        if before[:2] != (str(answer["id"]), int(answer["seq"])):
            self.broken(f"{self.conversation}: message {before[1]} sent again became {answer['seq']}")

    def compare(self, stored: Iterable[Mapping[str, Any]]) -> None:
        """Everything that the server has, read at the end, against what was acknowledged and what came live."""
        kept = [_word(item, 0.0) for item in stored]
        if [one.seq for one in kept] != list(range(1, len(kept) + 1)):
            self.broken(f"{self.conversation}: numbers have gaps or repeats: {[one.seq for one in kept]}")
        by_id = {one.id: one for one in kept}
        if len(by_id) != len(kept):
            self.broken(f"{self.conversation}: a message is stored twice")
        for message_id, seq, text in self.acknowledged.values():
            one = by_id.get(message_id)
            if one is None:
                self.broken(f"{self.conversation}: acknowledged message {seq} is lost")
            elif (one.seq, one.text) != (seq, text):
                self.broken(f"{self.conversation}: message {seq} is not what was acknowledged")
        for word in self.words:
            one = by_id.get(word.id)
            if one is None or (one.seq, one.text) != (word.seq, word.text):
                self.broken(f"{self.conversation}: message {word.seq} was seen live but is not stored so")


def _word(item: Mapping[str, Any], at: float) -> Word:
    author = item["author"]
    return Word(
        id=item["id"],
        seq=item["seq"],
        role=author["role"],
        author=author.get("id", ""),
        visibility=item.get("visibility", "public"),
        text=item["text"],
        at=at,
    )
