"""Dialling: calls that somebody of the house wants go out over the trunks that are open here."""

from __future__ import annotations

from collections.abc import Callable

from valvomo.channels.phones import called_over
from valvomo.commands.execute import Executor
from valvomo.db import conversations, telephones
from valvomo.db.telephones import Wanted
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Refusal
from valvomo.jobs.calls.phone import Phone
from valvomo.jobs.calls.telling import Telling
from valvomo.jobs.calls.trunks import Trunks
from valvomo.jobs.rounds import by_itself
from valvomo.trunks.port import Why


class Dialling:
    """One for a process that carries calls; `add` is given each telephone that is called."""

    def __init__(
        self,
        executor: Executor,
        trunks: Trunks,
        telling: Telling,
        *,
        process_id: str,
        add: Callable[[Phone], Phone],
    ) -> None:
        self._database = executor.database
        self._trunks = trunks
        self._telling = telling
        self._process_id = process_id
        self._add = add

    async def round(self) -> None:
        """Dial what is to be dialled."""
        if not self._trunks.open:
            return
        async with self._database.transaction() as tx:
            wanted = await telephones.take(tx, self._process_id, self._trunks.open)
        for call in wanted:
            with by_itself("telephones.not_dialled", account=call.account_id):
                await self._begin(call)

    async def _begin(self, call: Wanted) -> None:
        trunk = self._trunks.open.get((call.organization_id, call.account_id))
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, call.organization_id, call.conversation_id)
            account = await tx.row("channels.account", call.organization_id, call.account_id)
        if trunk is None or account is None or conversation is None or not stands(conversation, call):
            await self._telling.lost(call.organization_id, call.conversation_id, call.call_id, Why.FAILED)
        elif isinstance(called_over(account["settings"], call.number), Refusal):
            # What was asked for may have been allowed then.
            await self._telling.lost(call.organization_id, call.conversation_id, call.call_id, Why.FORBIDDEN)
        else:
            phone = self._add(Phone(call=call, trunk=trunk))
            phone.ask(phone.dial)


def stands(conversation: Conversation, call: Wanted) -> bool:
    """Whether the conversation is still in this call."""
    ongoing = ongoing_call(conversation)
    return ongoing is not None and ongoing.id == call.call_id and ongoing.telephone is not None
