"""People come, wait, are served or leave: by commands, on a clock that is moved by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.serve import Complete, End, Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.rules import Condition, QueueRule
from valvomo.jobs.router import Router
from valvomo.protocol.whatif import WhatIfRequest
from valvomo.queries.whatif.asking import Asked, asked

BEGIN = datetime.fromisoformat("2026-03-02T09:00:00+00:00")


@dataclass
class Morning:
    """Begins at nine. Times are seconds after that."""

    house: Any

    async def at(self, seconds: float) -> None:
        """Let it be so late."""
        self.house.clock.now = BEGIN + timedelta(seconds=seconds)

    async def comes(self, queue: str | None = "Support", **more: Any) -> str:
        wanted = {"channel": Channel.LIVE_CHAT, "customer_name": "Ada", "queue": queue, **more}
        return str((await self.do("saara", StartConversation(**wanted)))["id"])

    async def ruled(self, topic: str, queue: str) -> None:
        """From now on chats whose customers say that it is about this topic come into this queue."""
        said = Condition(field="answers.topic", values=(topic,))
        rule = QueueRule(name=topic, queue_id=self.house.sample.queues[queue], conditions=(said,))
        stream = self.house.sample.workstreams["Web chat"]
        await self.do("admin", ChangeWorkstream(workstream_id=stream, queue_rules=(rule,)))

    async def picks(self, person: str, conversation: str) -> None:
        await self.do(person, Pick(conversation_id=conversation))

    async def accepts(self, person: str, conversation: str) -> None:
        await self.do(person, AcceptOffer(conversation_id=conversation))

    async def ends(self, person: str, conversation: str) -> None:
        await self.do(person, End(conversation_id=conversation))

    async def completes(self, person: str, conversation: str) -> None:
        await self.do(person, Complete(conversation_id=conversation))

    async def leaves(self, conversation: str) -> None:
        customer = Actor(
            id="customer",
            organization_id=self.house.sample.organization_id,
            kind=ActorKind.CUSTOMER,
            conversation_id=conversation,
        )
        outcome = await self.house.executor.execute(customer, CustomerEnd(conversation_id=conversation))
        assert isinstance(outcome, Done), outcome

    async def is_(self, person: str, presence: Presence) -> None:
        await self.do(person, SetPresence(agent_id=self.house.sample.people[person], presence=presence))

    async def do(self, person: str, command: Any) -> Any:
        outcome = await self.house.do(person, command)
        assert isinstance(outcome, Done), outcome
        return outcome.result

    async def asks(self, person: str = "saara", **wanted: Any) -> Asked | Refusal:
        """What-if of this person; the first hour of the day is the period, unless it is something else."""
        if "synthetic" not in wanted:
            wanted = {"since": BEGIN, "until": BEGIN + timedelta(hours=1), **wanted}
        async with self.house.database.reading() as tx:
            actor = await self.house.actor(person)
            return await asked(tx, actor, WhatIfRequest(**wanted), self.house.clock.now)

    async def asked(self, person: str = "saara", **wanted: Any) -> Asked:
        found = await self.asks(person, **wanted)
        assert isinstance(found, Asked), found
        return found

    async def plain(self, waits: Sequence[float] = (0, 30)) -> list[str]:
        """Eino serves one after the other, each for a minute and ten seconds of wrap-up; one more leaves."""
        came = []
        for number, wait in enumerate(waits):
            await self.at(number * 200)
            came.append(await self.comes())
            await self.at(number * 200 + wait)
            await self.picks("eino", came[-1])
            await self.at(number * 200 + wait + 60)
            await self.ends("eino", came[-1])
            await self.at(number * 200 + wait + 70)
            await self.completes("eino", came[-1])
        await self.at(len(waits) * 200)
        came.append(await self.comes())
        await self.at(len(waits) * 200 + 45)
        await self.leaves(came[-1])
        await self.at(3700)
        return came

    async def routes(self) -> None:
        """The router at work: people come by and by, into full queues and into one without members."""
        router = Router(self.house.database, self.house.executor, Doorbell(), self.house.clock)
        for number, person in enumerate(("aino", "eino", "lumi", "onni")):
            await self.at(number * 10)
            await self.is_(person, Presence.AVAILABLE)
        for number in range(30):
            await self.at(100 + number)
            queue = ("Support", "Billing", "Sales", "Night desk")[number % 4]
            one = await self.comes(queue, language=("fi", "sv", "en")[number % 3], priority=number % 2)
            await router.round()
            if number % 5 == 0 and queue == "Support":
                await self.at(100 + number + 0.5)
                await self.leaves(one)
        await self.is_("helmi", Presence.AVAILABLE)
        await router.round()

    async def forge(self) -> str:
        """Write another agent into a decision; its id."""
        async with self.house.database.transaction() as tx:
            forged = await tx._connection.fetchval(
                "UPDATE decisions SET agent_id = $1 WHERE id = (SELECT max(id) FROM decisions"
                " WHERE outcome = 'offered' AND agent_id <> $1) RETURNING id",
                self.house.sample.people["aino"],
            )
        return str(forged)
