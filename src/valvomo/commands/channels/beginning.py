"""Beginning: over which accounts an agent may write first, and what those accounts can do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from valvomo.channels.addressing import addressed
from valvomo.channels.phones import called_over
from valvomo.channels.threading import named_after
from valvomo.channels.vault import UnopenableError
from valvomo.commands.channels.accounts import Opener, UnusableAccountError
from valvomo.commands.conversations.begin import BeginConversation
from valvomo.commands.execute import Done, Executor
from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.beginning import Way, begin_refusal
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWay:
    """An account over which the actor may begin. `free_text`: to anybody; else with a template, or who wrote lately."""

    id: str
    name: str
    channel: Channel
    free_text: bool
    templates: bool
    most: int


class Beginning:
    """One for a process."""

    def __init__(self, executor: Executor, opener: Opener) -> None:
        self._executor = executor
        self._opener = opener

    async def ways(self, actor: Actor) -> list[OpenWay]:
        """Those that the actor may begin over, by name; none for whoever may not."""
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("channels.ways", actor.organization_id)
        found = []
        for row in rows:
            try:
                used = self._opener.open(row)
            except (UnopenableError, UnusableAccountError):
                continue
            abilities = used.provider.abilities(used.account)
            way = Way(queue_id=row["queue_id"], switched_on=True, proactive=abilities.proactive)
            if begin_refusal(actor, way) is None:
                found.append(
                    OpenWay(
                        id=row["id"], name=row["name"], channel=Channel(row["channel"]),
                        free_text=abilities.session_hours is None, templates=row["templates"],
                        most=abilities.max_text,
                    )
                )  # fmt: skip
        return found

    async def begin(self, actor: Actor, command: BeginConversation, key: str | None) -> Done | Refusal:
        """The address as the channel keeps it, and what the account can do; then the command."""
        async with self._executor.database.asking() as tx:
            row = await tx.row("channels.begun_over", actor.organization_id, command.account_id)
        if row is None:
            return Refusal(Reason.NOT_FOUND)
        address = addressed(Channel(row["channel"]), command.address)
        if address is None:
            return malformed("body.address", f"is no address of the channel {row['channel']}")
        if row["channel"] == Channel.VOICE and isinstance(
            called := called_over(row["settings"], address), Refusal
        ):
            return called
        try:
            used = self._opener.open(row)
        except (UnopenableError, UnusableAccountError):
            return Refusal(Reason.CHANNEL_UNAVAILABLE)
        abilities = used.provider.abilities(used.account)
        if abilities.threaded:
            address = f"{address} {named_after(f'{actor.id} {key or new_id()}')}"
        command = replace(
            command,
            address=address,
            proactive=abilities.proactive,
            session_hours=abilities.session_hours,
        )
        return await self._executor.execute(actor, command, key)
