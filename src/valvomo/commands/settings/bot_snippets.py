"""What a bot of the house's own may say: texts that are found by their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.work import Work
from valvomo.domain.access.actor import UserRole
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSnippet(Command):
    """A new one."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    bot_id: str
    title: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSnippet(Command):
    """One as a whole."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    bot_id: str
    snippet_id: str
    title: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSnippet(Command):
    """One less."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    bot_id: str
    snippet_id: str


@handles(CreateSnippet)
@within_constraints
async def create_snippet(work: Work, command: CreateSnippet) -> Outcome:
    """Found from the next answer on."""
    if await work.tx.row("bots.get", work.organization_id, command.bot_id) is None:
        return Refusal(Reason.NOT_FOUND)
    snippet_id = work.new_id()
    await work.tx.run(
        "bots.create_snippet", work.organization_id, snippet_id, command.bot_id, command.title, command.text,
        command.language, work.now,
    )  # fmt: skip
    note_created(work, "bot_snippet", (snippet_id, command.title), _shown(command))
    return {"id": snippet_id}


@handles(ChangeSnippet)
async def change_snippet(work: Work, command: ChangeSnippet) -> Outcome:
    """Found by its new words."""
    row = await _row(work, command.bot_id, command.snippet_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run(
        "bots.change_snippet", work.organization_id, command.snippet_id, command.title, command.text,
        command.language,
    )  # fmt: skip
    note_changed(work, "bot_snippet", (command.snippet_id, command.title), (_kept(row), _shown(command)))
    return {"id": command.snippet_id}


@handles(RemoveSnippet)
async def remove_snippet(work: Work, command: RemoveSnippet) -> Outcome:
    """Nobody is told it any more."""
    row = await _row(work, command.bot_id, command.snippet_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("bots.remove_snippet", work.organization_id, command.snippet_id)
    note_removed(work, "bot_snippet", (command.snippet_id, row["title"]), _kept(row))
    return {"id": command.snippet_id}


async def _row(work: Work, bot_id: str, snippet_id: str) -> Any:
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("bots.snippet", work.organization_id, snippet_id)
    return row if row is not None and row["bot_id"] == bot_id else None


def _kept(row: Any) -> dict[str, object]:
    return {name: row[name] for name in ("title", "text", "language")}


def _shown(command: CreateSnippet | ChangeSnippet) -> dict[str, object]:
    return {"title": command.title, "text": command.text, "language": command.language}
