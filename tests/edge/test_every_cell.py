"""The interface answers every cell of spec 1 §3 as the one rule function does: the same yes, the same no.

The table itself is written down and proved in tests/domain/test_matrix.py. Here each of its states is laid into the
database, and what `GET` says of the acts and what the act itself answers is held against the rule.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from sample_place import Place
from sample_talk import accepted, an_open, closed, consent, elevated, offered, waiting, with_bot, wrap_up

from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.db import conversations
from valvomo.db.house import supervision
from valvomo.db.ids import new_id
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.supervision import Right
from valvomo.domain.conversations.model import ASYNCHRONOUS, SPOKEN, Channel, Conversation
from valvomo.protocol.problems import status_of

STATES: dict[str, Callable[[Channel], Conversation]] = {
    "open": an_open,
    "offered": offered,
    "accepted": accepted,
    "elevated": elevated,
    "waiting": waiting,
    "wrap_up": wrap_up,
    "bot": with_bot,
    "closed": closed,
}
PATHS = {
    Act.MONITOR: "monitor",
    Act.JOIN: "join",
    Act.ASSIGN_AGENT: "assign",
    Act.ASSIGN_QUEUE: "assign",
    Act.TRANSFER_AGENT: "transfer",
    Act.TRANSFER_QUEUE: "transfer",
    Act.FORCE_CLOSE: "force-close",
}


@dataclass
class Cell:
    """One state of one channel, laid into the database of a running place."""

    place: Place
    made: Conversation

    async def lay(self, **changes: Any) -> Conversation:
        """A conversation of its own in this state, in the queue Support."""
        sample = self.place.house.sample
        organization, contact = sample.organization_id, new_id()
        people = {"aino": sample.people["eino"], "eino": sample.people["onni"]}
        offers = tuple(replace(one, agent_id=people[one.agent_id]) for one in self.made.offers)
        laid = replace(
            self.made,
            id=new_id(),
            organization_id=organization,
            contact_id=contact,
            queue_id=sample.queues["Support"],
            workstream_id=sample.workstreams["Web chat"],
            owner_id=people.get(self.made.owner_id or ""),
            offers=offers,
            holds={people[one]: units for one, units in self.made.holds.items()},
            served_by=tuple(people[one] for one in self.made.served_by),
            **changes,
        )
        async with self.place.house.database.transaction() as tx:
            at = laid.created_at
            await tx.run("house.create_contact", organization, contact, "Kaisa", None, None, at)
            await conversations.insert(tx, laid)
        return laid

    async def answers_like_the_rule(self, person: str, **changes: Any) -> None:
        """Every act by this person: what `GET` says, and what the act answers."""
        laid = await self.lay(**changes)
        caller = await self.place.as_(person)
        shown = await caller.get(f"/api/v1/conversations/{laid.id}")
        for act in PATHS:
            reason = await self.rule(act, person, laid)
            if shown.status_code == 200:
                told = shown.json()["acts"][act.value]
                assert (told["allowed"], told.get("reason")) == (reason is None, reason), act
            else:
                assert reason is not None, act
            target = laid if reason else await self.lay(**changes)
            answer = await self.ask(caller, act, target)
            wanted = (status_of(reason), reason.value) if reason else (200, None)
            assert (answer.status_code, answer.json().get("type")) == wanted, (act, answer.text)

    async def rule(self, act: Act, person: str, laid: Conversation) -> Any:
        """The reason that the one function gives."""
        house = self.place.house
        async with house.database.reading() as tx:
            switches = await supervision(tx, house.sample.organization_id)
        refusal = act_refusal(act, await house.actor(person), laid, switches)
        return refusal.reason if refusal else None

    async def ask(self, caller: httpx.AsyncClient, act: Act, laid: Conversation) -> httpx.Response:
        """The act by HTTP, with a target that nothing speaks against."""
        sample = self.place.house.sample
        kind = "Phone" if laid.channel in SPOKEN else "Cases" if laid.channel is Channel.RECORD else "Billing"
        agent = {
            "agent": sample.people["lumi"], "override_presence": True, "override_capacity": True,
        }  # fmt: skip
        bodies: dict[Act, dict[str, Any] | None] = {
            Act.ASSIGN_AGENT: agent,
            Act.TRANSFER_AGENT: agent,
            Act.ASSIGN_QUEUE: {"queue": sample.queues[kind]},
            Act.TRANSFER_QUEUE: {"queue": sample.queues[kind]},
            Act.FORCE_CLOSE: {"reason": "tested"},
        }
        return await caller.post(f"/api/v1/conversations/{laid.id}/{PATHS[act]}", json=bodies.get(act))


def cells() -> Iterator[object]:
    for channel in Channel:
        for state, make in STATES.items():
            if state == "waiting" and channel not in ASYNCHRONOUS:
                continue
            if state == "elevated" and (channel in SPOKEN or channel is Channel.RECORD):
                continue
            yield pytest.param(make(channel), id=f"{channel}-{state}")


@pytest.mark.parametrize("made", list(cells()))
async def test_every_channel_and_state(place: Place, made: Conversation) -> None:
    await Cell(place, made).answers_like_the_rule("saara")


@pytest.mark.parametrize("state", STATES)
async def test_out_of_scope_switched_off_narrowed_and_without_consent(place: Place, state: str) -> None:
    cell = Cell(place, STATES[state](Channel.PERSISTENT_CHAT))
    for person in ("veikko", "aino", "admin"):
        await cell.answers_like_the_rule(person)
    for answer in (False, None):
        await cell.answers_like_the_rule("saara", consent=consent(answer))
    rights = frozenset(Right)
    people, queues = place.house.sample.people, place.house.sample.queues
    for change in (
        ChangeSupervision(denied_in={queues["Support"]: rights}),
        ChangeSupervision(denied_to={people["saara"]: rights}),
        ChangeSupervision(switches=dict.fromkeys(Right, False)),
    ):
        await place.house.do("admin", change)
        await cell.answers_like_the_rule("saara")
