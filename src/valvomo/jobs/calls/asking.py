"""What agents ask of telephones: keys that are pressed, and another number that they are connected with."""

from __future__ import annotations

import structlog

from valvomo.commands.conversations.telephone import ForwardCall
from valvomo.commands.execute import Executor
from valvomo.db import conversations
from valvomo.db.calls import Answer, Said
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.telephone import keys_refusal
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.calls.phone import Phone
from valvomo.jobs.calls.signals import Reply
from valvomo.jobs.rounds import by_itself
from valvomo.trunks.port import TrunkError

log = structlog.get_logger(__name__)


class Asking:
    """One for a process that carries calls. Each is done in its telephone's own task, and answered from there."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._database = executor.database

    async def answer(self, phone: Phone, said: Said, reply: Reply) -> None:
        """Do it, and tell whoever waits for that."""
        given = Answer(refusal=Reason.BUSY.value)
        try:
            given = await self._done(phone, said)
        except Exception:
            log.exception("telephones.not_done", account=phone.call.account_id, what=said.what)
        await reply(said, given)

    async def _done(self, phone: Phone, said: Said) -> Answer:
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, *said.key)
        if phone.over or conversation is None:
            return Answer(refusal=Reason.NO_TELEPHONE.value)
        if refusal := keys_refusal(said.person_id, conversation):
            return Answer(refusal=refusal.reason.value)
        if said.what == "keys":
            await phone.trunk.keys(phone.call.trunk_call, said.offer)
            return Answer()
        async with phone.forwarding:
            return await self._forward(phone, said)

    async def _forward(self, phone: Phone, said: Said) -> Answer:
        phone.forwarded = True
        try:
            await phone.trunk.transfer(phone.call.trunk_call, said.offer)
        except TrunkError as error:
            phone.forwarded = False
            return Answer(refusal=Reason.NOT_FORWARDED.value, why=error.why.value)
        except BaseException:
            phone.forwarded = False
            raise
        command = ForwardCall(conversation_id=said.conversation_id, number=said.offer, by_id=said.person_id)
        outcome = await self._executor.execute(system(said.organization_id, "calls"), command)
        return Answer(refusal=outcome.reason.value) if isinstance(outcome, Refusal) else Answer()


async def refuse(said: Said, reply: Reply) -> None:
    """There is no such telephone here."""
    with by_itself("telephones.not_answered", conversation=said.conversation_id):
        await reply(said, Answer(refusal=Reason.NO_TELEPHONE.value))
