"""What the caller may do to a conversation, for buttons: compact on the board, in words in the whole document.

Both ask the rule function that the commands ask, so a button can say neither more nor less than the answer to
pressing it would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.access.acts import RIGHTS, Act, act_refusal
from valvomo.domain.access.sight import takes_part
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Refusal
from valvomo.protocol.problems import problem_of

EITHER: Mapping[str, tuple[Act, Act]] = {
    "assign": (Act.ASSIGN_AGENT, Act.ASSIGN_QUEUE),
    "transfer": (Act.TRANSFER_AGENT, Act.TRANSFER_QUEUE),
}
"""Names for "to an agent or to a queue": allowed if one of the two is."""


class ActAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether the caller may do it now; if not, the code of the reason and the reason in their language."""

    allowed: bool
    reason: str | None = None
    detail: str | None = None


EVERY = tuple(Act)
FROM_OUTSIDE = (*RIGHTS, Act.PICK, Act.MUTE, Act.PIN, Act.MARK_VIP)
"""What somebody who has no part in a conversation could do to it; all else needs a part in it first."""


def refusals(
    actor: Actor, conversation: Conversation, supervision: Supervision, acts: Iterable[Act] = EVERY
) -> dict[str, Refusal | None]:
    """Acts by name, with why not."""
    found: dict[str, Refusal | None] = {
        act.value: act_refusal(act, actor, conversation, supervision) for act in acts
    }
    for name, (one, other) in EITHER.items():
        found[name] = None if found[other.value] is None else found[one.value]
    return found


def compact(actor: Actor, conversation: Conversation, supervision: Supervision) -> dict[str, str | None]:
    """Acts by name: None when it is allowed, else the code of the reason.

    For whoever has no part in it these are the acts of supervisors, but for what takes them back, and *pick*: rows are
    made by the thousand.
    """
    acts = EVERY if takes_part(actor, conversation) else FROM_OUTSIDE
    return {
        name: refusal.reason.value if refusal else None
        for name, refusal in refusals(actor, conversation, supervision, acts).items()
    }


def answers(actor: Actor, conversation: Conversation, supervision: Supervision) -> dict[str, ActAnswer]:
    """Every act by name, with the reason in the actor's language."""
    return {
        name: _answer(refusal, actor.language)
        for name, refusal in refusals(actor, conversation, supervision).items()
    }


def _answer(refusal: Refusal | None, language: str) -> ActAnswer:
    if refusal is None:
        return ActAnswer(allowed=True)
    return ActAnswer(allowed=False, reason=refusal.reason.value, detail=problem_of(refusal, language).detail)
