"""What is said to calls, and which process carries one: beside the journal, because nothing follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from valvomo.db.transaction import Transaction

DEAD_SECONDS = 5.0
"""A carrier that was not seen for so long carries nothing any more."""
STALE_SECONDS = 15.0
"""Nobody waits any more for the answer to a signal that is older."""
AT_A_TIME = 100

What = Literal["come", "go", "mute", "unmute", "keys", "forward", "agree"]
Key = tuple[str, str]
"""Organization, conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody comes into the call of a conversation with what their browser offers, goes, or mutes themselves.

    Of a telephone its agent has keys pressed, or has it connected with another number: they are in `offer`.
    With `agree` it is what their browser answers to what the engine has offered it.
    """

    id: str
    organization_id: str
    conversation_id: str
    person_id: str
    what: What
    offer: str = ""

    @property
    def key(self) -> Key:
        """Whose call it is said to."""
        return self.organization_id, self.conversation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it: the engine's description, or the code of a refusal and why.

    `offer` is what the engine offers for its part, empty where it does not (`valvomo.media.port.Agreed`).
    """

    answer: str = ""
    offer: str = ""
    refusal: str | None = None
    why: str = ""


async def say(tx: Transaction, said: Said) -> bool:
    """Whether there is anybody who carries calls."""
    found = await tx.value(
        "calls.say", said.id, said.organization_id, said.conversation_id, said.person_id, said.what, said.offer,
        DEAD_SECONDS,
    )  # fmt: skip
    return found is not None


async def take(tx: Transaction, process_id: str) -> list[Said]:
    """What is said to this process, oldest first; nobody else takes it."""
    rows = await tx.rows("calls.take", process_id, DEAD_SECONDS, AT_A_TIME, STALE_SECONDS)
    names = Said.__dataclass_fields__
    taken = [(row["asked_at"], Said(**{name: row[name] for name in names})) for row in rows]
    return [said for _, said in sorted(taken, key=lambda one: (one[0], one[1].id))]


async def claim(tx: Transaction, key: Key, call_id: str, process_id: str) -> bool:
    """Whether this process carries the call now."""
    return await tx.value("calls.claim", *key, call_id, process_id, DEAD_SECONDS) is not None


async def answer(tx: Transaction, signal_id: str, given: Answer) -> None:
    """Whoever asked finds this."""
    said = None if given.refusal else given.answer
    await tx.run("calls.answer", signal_id, said, given.offer, given.refusal, given.why)


async def answers(tx: Transaction, ids: Iterable[str]) -> dict[str, Answer]:
    """What came of these, of those that are answered; to be had once."""
    rows = await tx.rows("calls.answers", sorted(ids))
    return {
        row["id"]: Answer(
            answer=row["answer"] or "",
            offer=row["counteroffer"] or "",
            refusal=row["refusal"],
            why=row["why"] or "",
        )
        for row in rows
    }


async def versions(tx: Transaction, keys: Iterable[Key]) -> Mapping[Key, int]:
    """How far these conversations are."""
    wanted = sorted(keys)
    rows = await tx.rows("calls.versions", [one[0] for one in wanted], [one[1] for one in wanted])
    return {(row["organization_id"], row["id"]): row["version"] for row in rows}
