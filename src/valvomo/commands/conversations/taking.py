"""What messages take with them: files that their authors have brought, in the transaction of the message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from valvomo.commands.channels.abilities import carried
from valvomo.db import attachments
from valvomo.db.attachments import Key
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.attached import Taker, Upload, taking_refusal
from valvomo.domain.attachments.limits import Ability, Limits
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Refusal


class Wanting(Protocol):
    """A message that may want files."""

    @property
    def conversation_key(self) -> Key:
        """Organization and conversation."""
        ...

    @property
    def wanted(self) -> tuple[str, ...]:
        """Ids of files."""
        ...


@dataclass(slots=True)
class Taking:
    """Files that messages of a transaction want, locked, and those that they have got."""

    uploads: dict[Key, Upload] = field(default_factory=dict)
    limits: dict[Key, Limits] = field(default_factory=dict)
    abilities: dict[Key, Ability | None] = field(default_factory=dict)
    taken: list[tuple[str, str, str, int]] = field(default_factory=list)

    def found(self, one: Wanting, taker: Taker) -> tuple[Upload, ...] | Refusal:
        """The files that a message wants, or why it may not have them."""
        if not one.wanted:
            return ()
        house = one.conversation_key[0]
        there = {each: self.uploads[house, each] for each in one.wanted if (house, each) in self.uploads}
        limits = self.limits.get(one.conversation_key, Limits())
        return taking_refusal(taker, one.wanted, there, limits) or tuple(there[each] for each in one.wanted)

    def take(self, uploads: Sequence[Upload], message_id: str, seq: int) -> None:
        """They are this message's now, and no other one's."""
        for one in uploads:
            self.uploads[one.organization_id, one.id] = replace(one, message_id=message_id)
            self.taken.append((one.organization_id, one.id, message_id, seq))


async def gather(tx: Transaction, letters: Sequence[Wanting], current: Mapping[Key, Conversation]) -> Taking:
    """Everything that these messages want; nothing is asked where none wants anything."""
    wanting = [one for one in letters if one.wanted]
    if not wanting:
        return Taking()
    limits = await attachments.limits(tx, (one.conversation_key for one in wanting))
    keys = [(one.conversation_key[0], each) for one in wanting for each in one.wanted]
    keyed = {one.conversation_key: current.get(one.conversation_key) for one in wanting}
    abilities = {key: await carried(tx, key[0], one.account_id) for key, one in keyed.items() if one}
    return Taking(uploads=await attachments.lock(tx, keys), limits=limits, abilities=abilities)


async def write(tx: Transaction, taking: Taking) -> None:
    """What was taken."""
    if taking.taken:
        await attachments.take(tx, taking.taken)
