"""Two clicks at once, one winner (spec 1 §3): the other is told who has it now, and nothing is half-done.

Every race is run many times with two clients, each on a process of its own as far as PostgreSQL can tell: its own
pool and executor. Neither order is promised, so each round looks at who won and what the other was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sample_floor import AINO, EINO, SAARA, TIMER, Floor, customer, reason
from sample_routing import ask

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, TakeOver
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # many rounds each
ROUNDS = 20
Both = tuple[Done | Refusal, Done | Refusal]
# Another supervisor of the same queue.
SISKO = Actor(
    id="sisko",
    organization_id=SAARA.organization_id,
    name="Sisko",
    roles=SAARA.roles,
    supervised=SAARA.supervised,
)
ROUTER = system(SAARA.organization_id, "router")


class Race:
    """Two clients of one floor."""

    def __init__(self, floor: Floor, other: Database) -> None:
        self.floor = floor
        self._first = floor.executor
        self._second = Executor(other, floor.clock, Doorbell())
        self._round = 0

    async def between(self, one: tuple[Actor, Command], other: tuple[Actor, Command]) -> Both:
        """Both at once, by turns one and the other a moment earlier."""
        self._round += 1
        runners = [self._first.execute(*one), self._second.execute(*other)]
        if self._round % 2:
            runners.reverse()
        outcomes = await asyncio.gather(*runners)
        if self._round % 2:
            outcomes.reverse()
        return outcomes[0], outcomes[1]


@pytest.fixture
async def race(floor: Floor) -> AsyncIterator[Race]:
    other = await Database.open(floor.database.url, pool_size=4)
    yield Race(floor, other)
    await other.close()
    report = await verify(floor.database)
    assert report.clean, report.findings


def exactly_one(outcomes: Both) -> tuple[int, Refusal]:
    """Which of both won, and what the other was told."""
    won = [place for place, outcome in enumerate(outcomes) if isinstance(outcome, Done)]
    assert len(won) == 1, outcomes
    lost = outcomes[1 - won[0]]
    assert isinstance(lost, Refusal)
    return won[0], lost


async def rounds(
    race: Race, play: Callable[[str], Awaitable[int]], start: Callable[[], Awaitable[str]]
) -> list[int]:
    """Who won each round; every conversation is force-closed after its round, so that capacity is free again."""
    winners = []
    for _ in range(ROUNDS):
        one = await start()
        winners.append(await play(one))
        await race.floor.do(SAARA, ForceClose(conversation_id=one, reason="next round"))
    return winners


async def test_two_supervisors_assign_the_same_conversation(race: Race) -> None:
    async def play(one: str) -> int:
        winner, told = exactly_one(
            await race.between(
                (SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id)),
                (SISKO, AssignToAgent(conversation_id=one, agent_id=EINO.id)),
            )
        )
        now = await race.floor.get(one)
        assert [offer.agent_id for offer in now.offers] == [(AINO.id, EINO.id)[winner]]
        assert told.reason is Reason.NOT_ASSIGNABLE
        assert told.facts["owner"] == ("Aino", "Eino")[winner]
        assert told.facts["state"] == "active"
        return winner

    winners = await rounds(race, play, race.floor.start)
    # On a busy machine whoever has just been served may be served first twenty times.
    while len(set(winners)) == 1 and len(winners) < 10 * ROUNDS:
        winners += await rounds(race, play, race.floor.start)
    assert set(winners) == {0, 1}, "one of both never had a chance"


async def test_an_agent_picks_while_a_supervisor_assigns(race: Race) -> None:
    async def play(one: str) -> int:
        winner, told = exactly_one(
            await race.between(
                (AINO, serve.Pick(conversation_id=one)),
                (SAARA, AssignToAgent(conversation_id=one, agent_id=EINO.id)),
            )
        )
        now = await race.floor.get(one)
        if winner == 0:
            assert now.owner_id == AINO.id
            assert (told.reason, told.facts["owner"]) == (Reason.NOT_ASSIGNABLE, "Aino")
        else:
            assert now.offer is not None
            assert now.offer.agent_id == EINO.id
            assert told.reason is Reason.NOT_OPEN
        return winner

    await rounds(race, play, race.floor.start)


async def test_an_agent_accepts_while_a_supervisor_transfers(race: Race) -> None:
    """The offer is accepted first and the transfer is of an accepted conversation, or it is withdrawn first."""

    async def offered() -> str:
        one = await race.floor.start()
        await race.floor.done(ROUTER, ask(one, AINO.id))
        return one

    async def play(one: str) -> int:
        accepted, moved = await race.between(
            (AINO, AcceptOffer(conversation_id=one)),
            (SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id)),
        )
        assert isinstance(moved, Done)
        now = await race.floor.get(one)
        assert now.offer is not None
        assert now.offer.agent_id == EINO.id
        if isinstance(accepted, Done):
            assert now.owner_id == AINO.id
            return 0
        assert accepted.reason is Reason.NO_OFFER
        assert now.owner_id is None
        return 1

    await rounds(race, play, offered)


async def test_an_agent_accepts_while_a_supervisor_force_closes(race: Race) -> None:
    async def offered() -> str:
        one = await race.floor.start()
        await race.floor.done(ROUTER, ask(one, AINO.id))
        return one

    async def play(one: str) -> int:
        accepted, ended = await race.between(
            (AINO, AcceptOffer(conversation_id=one)), (SAARA, ForceClose(conversation_id=one, reason="abuse"))
        )
        assert isinstance(ended, Done)
        now = await race.floor.get(one)
        assert (now.state, now.closed_as, dict(now.holds)) == (State.CLOSED, "force_closed", {})
        events = [event.kind for event in await race.floor.events(one)]
        if isinstance(accepted, Refusal):
            assert accepted.reason is Reason.CLOSED
            assert "offer_accepted" not in events
            return 1
        assert events[-2:] == ["offer_accepted", "force_closed"]
        return 0

    await rounds(race, play, offered)
    assert (await race.floor.agent(AINO)).load == 0


async def test_a_transfer_is_accepted_while_a_supervisor_force_closes(race: Race) -> None:
    async def pending() -> str:
        one = await race.floor.accepted()
        await race.floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
        return one

    async def play(one: str) -> int:
        accepted, ended = await race.between(
            (EINO, AcceptOffer(conversation_id=one)), (SAARA, ForceClose(conversation_id=one, reason="abuse"))
        )
        assert isinstance(ended, Done)
        facts = await race.floor.facts(one)
        assert [fact.kind for fact in facts].count("force_closed") == 1
        # Both agents hear of it, whichever of them had it; who was asked, of the offer that is gone.
        ended_by = [fact for fact in facts if fact.kind in ("offer_withdrawn", "force_closed")]
        assert {who for fact in ended_by for who in fact.notify} == {AINO.id, EINO.id}
        assert (await race.floor.get(one)).owner_name == ("Eino" if isinstance(accepted, Done) else "Aino")
        return 0 if isinstance(accepted, Done) else 1

    await rounds(race, play, pending)


async def test_a_transfer_is_made_while_a_supervisor_force_closes(race: Race) -> None:
    async def play(one: str) -> int:
        moved, ended = await race.between(
            (AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id)),
            (SAARA, ForceClose(conversation_id=one, reason="abuse")),
        )
        assert isinstance(ended, Done)
        now = await race.floor.get(one)
        assert (now.state, now.offers, dict(now.holds)) == (State.CLOSED, (), {})
        if isinstance(moved, Refusal):
            assert moved.reason is Reason.CLOSED
            return 1
        return 0

    await rounds(race, play, race.floor.accepted)


async def test_the_customer_leaves_while_the_offer_is_accepted(race: Race) -> None:
    async def offered() -> str:
        one = await race.floor.start()
        await race.floor.done(ROUTER, ask(one, AINO.id))
        return one

    async def play(one: str) -> int:
        guest = customer(one, (await race.floor.get(one)).contact_id)
        accepted, left = await race.between(
            (AINO, AcceptOffer(conversation_id=one)), (guest, CustomerEnd(conversation_id=one))
        )
        assert isinstance(left, Done)
        now = await race.floor.get(one)
        if isinstance(accepted, Done):
            assert (now.state, now.owner_id) == (State.WRAP_UP, AINO.id)
            return 0
        assert accepted.reason is Reason.CLOSED
        assert (now.state, now.closed_as) == (State.CLOSED, "abandoned")
        return 1

    await rounds(race, play, offered)


async def test_two_agents_pick_the_same_conversation(race: Race) -> None:
    async def play(one: str) -> int:
        winner, told = exactly_one(
            await race.between(
                (AINO, serve.Pick(conversation_id=one)), (EINO, serve.Pick(conversation_id=one))
            )
        )
        now = await race.floor.get(one)
        assert now.owner_id == (AINO, EINO)[winner].id
        assert dict(now.holds) == {now.owner_id: 1}
        assert (told.reason, told.facts["owner"]) == (Reason.NOT_OPEN, ("Aino", "Eino")[winner])
        return winner

    assert set(await rounds(race, play, race.floor.start)) == {0, 1}


async def test_an_offer_is_accepted_as_it_expires(race: Race) -> None:
    async def play(one: str) -> int:
        race.floor.clock.advance(120)
        accepted, fired = await race.between(
            (AINO, AcceptOffer(conversation_id=one)), (TIMER, FireTimers(conversation_id=one))
        )
        assert isinstance(fired, Done)
        now = await race.floor.get(one)
        if isinstance(accepted, Done):
            assert now.owner_id == AINO.id
            return 0
        assert accepted.reason is Reason.OFFER_GONE
        assert (now.state, now.declines) == (State.OPEN, {AINO.id: 1})
        return 1

    async def offered() -> str:
        one = await race.floor.start("persistent")
        command = AssignToAgent(conversation_id=one, agent_id=AINO.id, override_presence=True)
        await race.floor.done(SAARA, command)
        return one

    await rounds(race, play, offered)


async def test_a_transfer_is_rejected_as_it_is_accepted(race: Race) -> None:
    """The same agent in two windows."""

    async def pending() -> str:
        one = await race.floor.accepted()
        await race.floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
        return one

    async def play(one: str) -> int:
        winner, told = exactly_one(
            await race.between(
                (EINO, AcceptOffer(conversation_id=one)), (EINO, RejectOffer(conversation_id=one))
            )
        )
        now: Conversation = await race.floor.get(one)
        assert now.owner_id == (EINO.id if winner == 0 else AINO.id)
        assert told.reason in (Reason.NO_OFFER, Reason.OFFER_GONE)
        return winner

    await rounds(race, play, pending)


async def test_two_supervisors_take_over_at_once(race: Race) -> None:
    async def joined() -> str:
        one = await race.floor.accepted()
        await race.floor.done(SAARA, Join(conversation_id=one))
        await race.floor.done(SISKO, Join(conversation_id=one))
        return one

    async def play(one: str) -> int:
        outcomes = await race.between(
            (SAARA, TakeOver(conversation_id=one)), (SISKO, TakeOver(conversation_id=one))
        )
        assert all(isinstance(outcome, Done) for outcome in outcomes), "the second takes over from the first"
        now = await race.floor.get(one)
        inside = {now.owner_id, *(other.id for other in now.participants)}
        assert inside == {AINO.id, SAARA.id, SISKO.id}
        assert list(now.holds) == [now.owner_id]
        return 0

    await rounds(race, play, joined)


async def test_the_last_unit_of_capacity_is_given_once(race: Race) -> None:
    """Two conversations are offered to an agent with room for one."""
    await race.floor.sql("UPDATE agents SET capacity = 1 WHERE id = 'aino'")
    for _ in range(ROUNDS):
        first, second = await race.floor.start(), await race.floor.start()
        winner, told = exactly_one(
            await race.between(
                (ROUTER, ask(first, AINO.id)),
                (ROUTER, ask(second, AINO.id)),
            )
        )
        assert winner in (0, 1)
        assert told.reason in (Reason.NO_CAPACITY, Reason.PRESENCE_NOT_ALLOWED)
        assert (await race.floor.agent(AINO)).load == 1
        for one in (first, second):
            await race.floor.done(SAARA, ForceClose(conversation_id=one, reason="next round"))


async def test_monitoring_begins_as_the_conversation_is_moved_away(race: Race) -> None:
    async def play(one: str) -> int:
        watched, moved = await race.between(
            (SAARA, Monitor(conversation_id=one)),
            (AINO, TransferToQueue(conversation_id=one, queue="billing")),
        )
        assert isinstance(moved, Done)
        assert not (await race.floor.get(one)).participants, "nobody listens in a queue, nor out of scope"
        assert reason(watched) in (None, Reason.NOT_FOUND)
        return 1 if isinstance(watched, Refusal) else 0

    await rounds(race, play, race.floor.accepted)


async def test_the_same_key_twice_at_once_has_one_effect(race: Race) -> None:
    for number in range(ROUNDS):
        one = await race.floor.start()
        command, key = AssignToAgent(conversation_id=one, agent_id=AINO.id), f"key-{number}"
        first, second = await asyncio.gather(
            race._first.execute(SAARA, command, key), race._second.execute(SAARA, command, key)
        )
        assert isinstance(first, Done)
        assert isinstance(second, Done)
        assert {first.repeated, second.repeated} == {False, True}
        assert first.result == second.result
        assert [event.kind for event in await race.floor.events(one)] == [
            "conversation_started",
            "offer_made",
        ]
        await race.floor.done(SAARA, ForceClose(conversation_id=one, reason="next round"))
