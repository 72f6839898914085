"""Which handler does which command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from valvomo.commands.work import Work
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.acts import Act
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something that somebody wants done: an imperative with data, checked for form before it gets here.

    `act` names the right behind it, `role` the role it needs; both are asked before a row is touched. `secret`
    names fields and parts of the outcome that no receipt keeps, not even as a digest: a repeated command is
    recognized without them, and answers without them. `of_bots`: bots alone may give it; `bots_too`: bots may as well.
    They may give no other. `looks`: somebody sees something by it, so it is judged and noted each time; whatever key it
    comes with, there is no repeat of it.
    """

    act: ClassVar[Act | None] = None
    role: ClassVar[UserRole | None] = None
    secret: ClassVar[frozenset[str]] = frozenset()
    of_bots: ClassVar[bool] = False
    bots_too: ClassVar[bool] = False
    looks: ClassVar[bool] = False

    async def ready(self) -> None:
        """Have at hand what takes long and needs no row: before the transaction, which must not stand still for it."""


Outcome = Mapping[str, object] | Refusal
Handler = Callable[[Work, Any], Awaitable[Outcome]]
C = TypeVar("C", bound=Command)

HANDLERS: dict[type[Command], Handler] = {}


def handles(
    command: type[C],
) -> Callable[[Callable[[Work, C], Awaitable[Outcome]]], Callable[[Work, C], Awaitable[Outcome]]]:
    """Registers the one handler of a command."""

    def register(handler: Callable[[Work, C], Awaitable[Outcome]]) -> Callable[[Work, C], Awaitable[Outcome]]:
        if command in HANDLERS:
            raise ValueError(f"{command.__name__} has two handlers")
        HANDLERS[command] = handler
        return handler

    return register
