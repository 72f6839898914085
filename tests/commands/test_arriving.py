"""What arrives: rules choose the queue, the skills and the priority; who served the customer before is the first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AINO, BILLING, EINO, HOUSE, INES, SAARA, SUPPORT, Floor
from sample_queues import skill

from valvomo.commands.conversations import serve, transfer
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.start import StartConversation
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.queries.verify import verify

VISITOR = Actor(id="visitor", organization_id=HOUSE, kind=ActorKind.CUSTOMER)
START = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Kaisa", workstream_id="chat")
ASYNC = replace(START, channel=Channel.PERSISTENT_CHAT, workstream_id="persistent", email="kaisa@example.com")


def when(field: str, *values: str, operator: str = "is") -> dict[str, Any]:
    return {"field": field, "operator": operator, "values": values}


async def rules(floor: Floor, workstream: str = "chat", **kinds: list[dict[str, Any]]) -> None:
    for kind, value in kinds.items():
        await floor.sql(f"UPDATE workstreams SET {kind} = $1::jsonb WHERE id = $2", value, workstream)


async def began(floor: Floor, command: StartConversation, actor: Actor = INES) -> Conversation:
    return await floor.get(str((await floor.done(actor, command)).result["id"]))


MONEY = {"name": "Money", "queue_id": BILLING, "conditions": [when("answers.topic", "invoice", "refund")]}
CART = {
    "name": "Cart",
    "queue_id": BILLING,
    "conditions": [when("context.page", "/cart", operator="starts_with")],
}
KNOWN = {"name": "Known", "queue_id": BILLING, "conditions": [when("customer.known", "yes")]}


@pytest.mark.parametrize(
    ("given", "queue", "rule"),
    [
        ({}, SUPPORT, None),
        ({"answers": {"topic": "Refund "}}, BILLING, "Money"),
        ({"context": {"page": "/cart/2"}}, BILLING, "Cart"),
        ({"answers": {"topic": "invoice"}, "queue": "Support"}, SUPPORT, None),
        ({"answers": {"topic": "other"}, "queue": BILLING}, BILLING, None),
    ],
)
async def test_the_first_rule_that_matches_chooses_the_queue(
    floor: Floor, given: dict[str, Any], queue: str, rule: str | None
) -> None:
    await rules(floor, queue_rules=[MONEY, CART])
    now = await began(floor, replace(START, **given))
    assert (now.queue_id, now.routed_by) == (queue, rule)
    assert now.context == given.get("context", {})


async def test_every_skill_rule_that_matches_adds_skills_and_priority(floor: Floor) -> None:
    for name in ("finnish", "cakes"):
        await skill(floor, name)
    finnish = {"name": "Finnish", "conditions": [when("language", "fi")], "priority": 0,
               "needs": [{"skill_id": "finnish", "level": 3}]}  # fmt: skip
    cakes = {"name": "Cakes", "conditions": [when("subject", "cake", operator="contains")], "priority": 5,
             "needs": [{"skill_id": "cakes", "level": 1}, {"skill_id": "finnish", "level": 2}]}  # fmt: skip
    await rules(floor, skill_rules=[finnish, cakes])
    now = await began(floor, replace(START, language="fi", subject="My CAKE", priority=2, queue=BILLING))
    assert now.needs == (Need(skill_id="cakes", level=1), Need(skill_id="finnish", level=3))
    assert (now.priority, now.queue_id) == (7, BILLING)
    plain = await began(floor, replace(START, language="en"))
    assert (plain.needs, plain.priority) == ((), 0)
    assert (await verify(floor.database)).clean


async def test_only_the_house_knows_who_is_known(floor: Floor) -> None:
    await rules(floor, queue_rules=[KNOWN])
    command = replace(START, email="kaisa@example.com")
    assert [(await began(floor, command, who)).queue_id for who in (INES, INES, VISITOR)] == [
        SUPPORT,
        BILLING,
        SUPPORT,
    ]


async def served_before(floor: Floor, command: StartConversation = ASYNC, by: Actor = AINO) -> None:
    """A conversation of this customer that the agent served, closed."""
    now = await began(floor, command)
    await floor.done(by, serve.Pick(conversation_id=now.id))
    await floor.done(SAARA, ForceClose(conversation_id=now.id, reason="done"))
    floor.clock.advance(60)


async def test_the_last_agent_who_served_the_customer_is_the_first_to_be_asked(floor: Floor) -> None:
    assert (await began(floor, ASYNC)).affinity_id is None
    await served_before(floor)
    assert (await began(floor, ASYNC)).affinity_id == AINO.id
    await served_before(floor, by=EINO)
    assert (await began(floor, ASYNC)).affinity_id == EINO.id
    assert (await began(floor, replace(ASYNC, email="other@example.com"))).affinity_id is None
    assert (await began(floor, ASYNC, VISITOR)).affinity_id is None


async def test_affinity_is_for_kinds_that_wait_within_one_workstream_that_wants_it(floor: Floor) -> None:
    await served_before(floor)
    chat = replace(ASYNC, channel=Channel.LIVE_CHAT, workstream_id="chat")
    await served_before(floor, chat)
    assert (await began(floor, chat)).affinity_id is None
    assert (await began(floor, replace(ASYNC, workstream_id="heavy"))).affinity_id is None
    await floor.sql("UPDATE workstreams SET affinity = false")
    assert (await began(floor, ASYNC)).affinity_id is None


async def test_who_gave_it_away_is_not_the_first_to_be_asked_again(floor: Floor) -> None:
    await served_before(floor)
    now = await began(floor, ASYNC)
    await floor.done(EINO, serve.Pick(conversation_id=now.id))
    await floor.done(EINO, serve.Release(conversation_id=now.id))
    assert (await floor.get(now.id)).affinity_id is None


@pytest.mark.parametrize("wanted", [True, False])
async def test_who_lost_it_is_the_first_to_be_asked_again(floor: Floor, wanted: bool) -> None:
    await floor.sql("UPDATE workstreams SET affinity = $1", wanted)
    one = await floor.accepted("persistent")
    await floor.done(AINO, serve.Park(conversation_id=one))
    await floor.set_presence(AINO, Presence.OFFLINE)
    await floor.write(await floor.guest(one), one, "Hello?")
    assert (await floor.get(one)).affinity_id == (AINO.id if wanted else None)
    await floor.done(EINO, serve.Pick(conversation_id=one))
    await floor.done(EINO, transfer.TransferToQueue(conversation_id=one, queue=BILLING))
    assert (await floor.get(one)).affinity_id is None
