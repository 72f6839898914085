"""Letters to the outside are built from what the customer may know: canary texts appear in none (invariant 7)."""

from __future__ import annotations

import pytest
from sample_floor import AINO, BEGIN, EINO, HOUSE, OTHER_HOUSE, SAARA, Floor

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.domain.conversations.message import Visibility

CANARY = "canary-7f3a"


@pytest.fixture
async def subscribed(floor: Floor) -> Floor:
    """A webhook for everything in each organization, and one that wants messages only."""
    for house, name, kinds in (
        (HOUSE, "all", []), (HOUSE, "messages", ["message.posted"]), (OTHER_HOUSE, "foreign", []),
    ):  # fmt: skip
        await floor.sql(
            "INSERT INTO webhooks (organization_id, id, url, secret, kinds, created_at)"
            " VALUES ($1, $2, 'https://example.com', 's', $3, $4)",
            house, name, kinds, BEGIN,
        )  # fmt: skip
    return floor


async def letters(floor: Floor, webhook: str = "all") -> list[str]:
    rows = await floor.sql("SELECT kind FROM outbox WHERE webhook_id = $1 ORDER BY created_at, ctid", webhook)
    return [row["kind"] for row in rows]


async def test_a_whole_life_and_no_internal_word(subscribed: Floor) -> None:
    floor = subscribed
    one = await floor.start()
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await floor.done(AINO, AcceptOffer(conversation_id=one))
    await floor.write(await floor.guest(one), one, "public words")
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.write(SAARA, one, CANARY, Visibility.WHISPER)
    await floor.write(AINO, one, CANARY, Visibility.INTERNAL)
    await floor.done(SAARA, StopMonitor(conversation_id=one))
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.done(SAARA, Leave(conversation_id=one))
    await floor.done(AINO, Consult(conversation_id=one, agent_id=SAARA.id, note=CANARY))
    await floor.done(AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id, note=CANARY))
    await floor.done(EINO, RejectOffer(conversation_id=one, reason=CANARY))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason=CANARY))
    assert await letters(floor) == [
        "conversation.started", "conversation.agent_joined", "message.posted", "conversation.supervisor_joined",
        "conversation.supervisor_left", "conversation.supervisor_ended", "conversation.closed",
    ]  # fmt: skip
    assert await letters(floor, "messages") == ["message.posted"]
    assert await letters(floor, "foreign") == []
    outbox = await floor.sql("SELECT o::text FROM outbox o")
    public = await floor.sql("SELECT m::text FROM public_messages m")
    assert CANARY not in str(outbox)
    assert CANARY not in str(public)
    facts = await floor.sql("SELECT f::text FROM facts f WHERE kind = 'message_posted'")
    assert CANARY not in str(facts)


async def test_what_a_message_causes_is_told_once(subscribed: Floor) -> None:
    """A customer's words into a parked conversation: one letter for the message, one for the queue."""
    floor = subscribed
    one = await floor.accepted("persistent")
    await floor.done(AINO, serve.Park(conversation_id=one))
    await floor.sql("UPDATE agents SET chosen = 'away'")
    await floor.write(await floor.guest(one), one, "hello?")
    assert (await letters(floor))[2:] == ["message.posted", "conversation.back_in_queue"]


async def test_a_letter_is_written_with_its_fact_or_not_at_all(subscribed: Floor) -> None:
    floor = subscribed
    one = await floor.accepted()
    before = await letters(floor)
    await floor.refused(SAARA, AssignToAgent(conversation_id=one, agent_id=EINO.id))
    await floor.refused(AINO, TransferToQueue(conversation_id=one, queue="deserted"))
    assert await letters(floor) == before
