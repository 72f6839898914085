"""What trunks tell of calls, done in the house: they are received, answered, lost, and keys are pressed in them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import structlog

from valvomo.bus.port import Bus
from valvomo.commands.conversations.consent import AnswerConsent
from valvomo.commands.conversations.telephone import (
    AnswerTelephone,
    LoseTelephone,
    ReceiveCall,
    RequestCallback,
)
from valvomo.commands.execute import Done, Executor
from valvomo.db import conversations
from valvomo.db.telephones import Key
from valvomo.domain.access.actor import system
from valvomo.domain.calls.announcing import Meaning, meaning
from valvomo.domain.conversations.model import State
from valvomo.jobs.calls.phone import Phone
from valvomo.live.calls import KEYS_CHANNEL, KeysSignal
from valvomo.trunks.port import Answered, Ended, Happening, Keys, Refused, Ringing, Why

log = structlog.get_logger(__name__)


class Telling:
    """One for a process that carries calls. Whatever is told twice is done once."""

    def __init__(self, executor: Executor, bus: Bus, process_id: str) -> None:
        self._executor = executor
        self._database = executor.database
        self._bus = bus
        self._process_id = process_id

    async def do(self, phone: Phone, one: Happening) -> None:
        """What a trunk has told of this telephone."""
        match one:
            case Ringing():
                await self._receive(phone, one)
            case Answered():
                await self._answered(phone)
            case Keys(keys=keys):
                await self._pressed(phone, keys)
            case Ended(why=why):
                phone.disconnect()
                if phone.call.call_id:
                    of = (phone.call.organization_id, phone.call.conversation_id, phone.call.call_id)
                    await self.lost(*of, why)
            case _:
                pass

    async def lost(self, organization_id: str, conversation_id: str, call_id: str, why: Why) -> None:
        """The call is over, and nobody's any more."""
        command = LoseTelephone(conversation_id=conversation_id, call_id=call_id, why=why.value)
        await self._executor.execute(system(organization_id, "calls"), command)
        async with self._database.transaction() as tx:
            await tx.run("telephones.over", organization_id, call_id)

    async def of_nobody(self, account: Key, one: Ended) -> None:
        """A provider says here that a call is over which no process has the sound of."""
        try:
            async with self._database.asking() as tx:
                row = await tx.row("telephones.of_nobody", *account, one.call)
            if row is not None:
                await self.lost(account[0], row["conversation_id"], row["call_id"], one.why)
        except Exception:
            # The provider's call is over anyway, and whoever dialled it finds that out by itself.
            log.exception("telephones.trouble", account=account[1])

    async def _receive(self, phone: Phone, one: Ringing) -> None:
        organization_id, account_id = phone.call.organization_id, phone.call.account_id
        command = ReceiveCall(
            account_id=account_id, trunk_call=one.call, caller=one.caller, called=one.called,
            process_id=self._process_id, vouched=one.vouched,
        )  # fmt: skip
        key = f"ringing {account_id} {one.call}"
        outcome = await self._executor.execute(system(organization_id, "calls"), command, key)
        if not isinstance(outcome, Done):
            log.warning("telephones.refused", account=account_id, reason=outcome.reason.value)
            phone.ending = True
            await phone.trunk.refuse(one.call, Refused.BUSY)
            return
        conversation_id = str(outcome.result["id"])
        phone.call = replace(phone.call, call_id=conversation_id, conversation_id=conversation_id)
        if outcome.result["state"] == State.CLOSED.value:
            phone.ending = True
            await phone.trunk.refuse(one.call, Refused.CLOSED)
        else:
            await phone.trunk.take(one.call)

    async def _answered(self, phone: Phone) -> None:
        phone.answered, phone.version = True, -1
        command = AnswerTelephone(conversation_id=phone.call.conversation_id, call_id=phone.call.call_id)
        await self._executor.execute(system(phone.call.organization_id, "calls"), command)
        if phone.ending and not phone.forwarded:
            # It was to end while there was nothing to hang up yet, or while it was being answered.
            await phone.trunk.end(phone.call.trunk_call)

    async def _pressed(self, phone: Phone, keys: str) -> None:
        """What keys mean; those that mean nothing to the house are shown to the agent, and kept nowhere."""
        async with self._database.asking() as tx:
            conversation = await conversations.get(tx, *phone.key)
        if conversation is None:
            return
        meant = meaning(conversation, phone.telling, keys, voiced=phone.voiced)
        by = system(conversation.organization_id, "calls")
        if meant is Meaning.SHOWN:
            signal = KeysSignal(
                organization_id=conversation.organization_id, conversation_id=conversation.id,
                call_id=phone.call.call_id, keys=keys,
            )  # fmt: skip
            self._bus.publish(KEYS_CHANNEL, msgspec.json.encode(signal).decode())
        elif meant is Meaning.CALLBACK:
            outcome = await self._executor.execute(by, RequestCallback(conversation_id=conversation.id))
            if not isinstance(outcome, Done):
                phone.deny()
        elif meant in (Meaning.AGREED, Meaning.DECLINED) and (text := phone.text) is not None:
            answer = AnswerConsent(
                conversation_id=conversation.id, answer=meant is Meaning.AGREED, version=text.version,
                text_language=text.language,
            )  # fmt: skip
            await self._executor.execute(by, answer)
