"""Bots on PostgreSQL: they begin, are told, answer, escalate, fall silent; and never hear an internal word."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import (
    AATU,
    AINO,
    BILLING,
    BOTTI,
    DESERTED,
    HOUSE,
    OTHER_HOUSE,
    SAARA,
    STRANGER,
    SUPPORT,
    Floor,
    reason,
)  # fmt: skip

from valvomo.commands.attachments.uploading import BeginUpload, FinishUpload, ForgetUpload
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.bots import (
    DescribeByBot,
    EndByBot,
    Escalate,
    HandOver,
    PauseBot,
    ResumeBot,
)
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, TakeOver
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.commands.execute import coarse_refusal
from valvomo.commands.registry import HANDLERS
from valvomo.commands.settings.bots import ChangeBot, RemoveBot
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel, Role, State
from valvomo.domain.refusals import Reason
from valvomo.queries.verify import verify

CANARY = "canary-b07"
NOBODYS_BOT = Actor(id="botti", organization_id=OTHER_HOUSE, name="Botti", kind=ActorKind.BOT)


async def told(floor: Floor, conversation_id: str, *, waiting: bool = False) -> list[str]:
    """Kinds of what the bot was told, or is still to be told, in their order."""
    rows = await floor.sql(
        "SELECT kind FROM outbox WHERE conversation_id = $1 AND (NOT $2 OR given_up_at IS NULL) ORDER BY place",
        conversation_id, waiting,
    )  # fmt: skip
    return [row["kind"].removeprefix("bot.") for row in rows]


async def delivered(floor: Floor) -> None:
    """As if everything had reached the bot."""
    await floor.sql("UPDATE outbox SET delivered_at = $1 WHERE delivered_at IS NULL", floor.clock())


async def test_a_conversation_begins_with_the_bot_and_goes_to_people_with_what_it_knows(floor: Floor) -> None:
    one = await floor.start("botted")
    now = await floor.get(one)
    assert (now.state, now.bot_id, now.owner_id, now.holds) == (State.ACTIVE, "botti", None, {})
    await floor.write(await floor.guest(one), one, "where is my parcel?")
    floor.clock.advance(5)
    await floor.write(BOTTI, one, "Which order?")
    await floor.done(
        BOTTI, DescribeByBot(conversation_id=one, subject="Parcel", tags=("parcel",), language="fi")
    )
    floor.clock.advance(60)
    await floor.done(
        BOTTI,
        Escalate(conversation_id=one, reason="lost", summary="He looked everywhere", answers={"order": "17"}),
    )
    now = await floor.get(one)
    assert (now.state, now.queue_id, now.bot_id) == (State.OPEN, SUPPORT, None)
    assert (now.subject, now.tags, now.answers, now.queued_at) == (
        "Parcel",
        ("parcel",),
        {"order": "17"},
        floor.clock(),
    )
    assert (now.first_response_at, now.escalation and now.escalation.reason) == (None, "lost")
    assert await told(floor, one, waiting=True) == ["conversation_left"], (
        "what is the bot's no more it need not know"
    )
    assert await told(floor, one) == ["conversation_started", "message", "conversation_left"]
    await floor.done(AINO, serve.Pick(conversation_id=one))
    assert (await verify(floor.database)).clean


async def test_whoever_names_a_queue_wants_people_and_so_does_a_house_whose_bot_is_off(floor: Floor) -> None:
    assert (await floor.get(await floor.start("botted", queue=BILLING))).state is State.OPEN
    await floor.sql("UPDATE bots SET enabled = false")
    assert (await floor.get(await floor.start("botted"))).state is State.OPEN


async def test_a_bot_begins_whatever_the_hours_and_rules_of_its_queue(floor: Floor) -> None:
    rule = {"trigger": "length", "remedy": "close", "over": 0, "texts": {"en": "Closed."}}
    await floor.sql("UPDATE queues SET overflow = $1 WHERE id = 'support'", [rule])
    one = await floor.start("botted")
    assert (await floor.get(one)).bot_id == "botti"
    await floor.done(BOTTI, Escalate(conversation_id=one, reason="x"))
    assert (await floor.get(one)).closed_as == "overflow", "the queue has its say when it comes into it"


async def test_it_hears_the_customer_and_instructions_and_never_an_internal_word(floor: Floor) -> None:
    one = await floor.start("botted")
    await floor.write(await floor.guest(one), one, "hello?")
    await floor.done(SAARA, Monitor(conversation_id=one))
    whispered = await floor.write(SAARA, one, CANARY, Visibility.WHISPER)
    assert reason(whispered) is Reason.HANDLED_BY_BOT
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.write(SAARA, one, CANARY, Visibility.INTERNAL)
    await floor.write(SAARA, one, f"{CANARY} said to the customer by a person")
    await floor.write(SAARA, one, "offer them a refund", Visibility.INSTRUCTION)
    await floor.done(SAARA, PauseBot(conversation_id=one))
    assert reason(await floor.write(BOTTI, one, "but I")) is Reason.BOT_PAUSED
    await floor.done(SAARA, ResumeBot(conversation_id=one))
    assert await told(floor, one) == ["conversation_started", "message", "instruction", "paused", "resumed"]
    everything = str(await floor.sql("SELECT o::text FROM outbox o"))
    assert CANARY not in everything
    assert "offer them a refund" in everything
    assert "Saara" not in everything, "a bot is told what to do, and not by whom"
    for table in ("public_messages", "facts"):
        assert "offer them a refund" not in str(await floor.sql(f"SELECT t::text FROM {table} t"))
    assert (await floor.get(one)).public_seq == 2, "an instruction leaves no gap in what a customer can count"


async def test_what_a_bot_writes_is_public_whatever_it_asks_for(floor: Floor) -> None:
    one = await floor.start("botted")
    for visibility in Visibility:
        posted: Any = await floor.write(BOTTI, one, f"{visibility} words", visibility)
        assert (posted.message.public_seq is not None, posted.message.author_role) == (True, Role.BOT.value)
    assert await floor.sql("SELECT FROM internal_messages") == []


async def test_a_bot_may_give_its_own_commands_and_no_other_and_nobody_else_may_give_them() -> None:
    """Structural: whatever command is added later is not a bot's unless it says so."""
    own = {command for command in HANDLERS if command.of_bots}
    assert own == {Escalate, EndByBot, DescribeByBot}
    assert {one for one in HANDLERS if one.bots_too} == {BeginUpload, FinishUpload, ForgetUpload}
    for command in HANDLERS:
        for actor in (BOTTI, SAARA, AATU):
            refused = coarse_refusal(object.__new__(command), actor, Supervision())
            foreign = (actor is BOTTI) is not command.of_bots and not command.bots_too
            assert (reason(refused) is Reason.BOT_ACCOUNT) is foreign, (command, actor)


async def test_a_bot_cannot_be_assigned_transferred_to_or_consulted(floor: Floor) -> None:
    waiting, served = await floor.start(), await floor.accepted()
    for actor, command in (
        (SAARA, AssignToAgent(conversation_id=waiting, agent_id="botti", override_presence=True)),
        (SAARA, TransferToAgent(conversation_id=served, agent_id="botti", override_presence=True)),
        (AINO, TransferToAgent(conversation_id=served, agent_id="botti")),
        (AINO, Consult(conversation_id=served, agent_id="botti")),
    ):
        assert (await floor.refused(actor, command)).reason is Reason.BOT_TARGET
    for table in ("users", "agents", "queue_members"):
        column = "user_id" if table == "queue_members" else "id"
        assert await floor.sql(f"SELECT FROM {table} WHERE {column} = 'botti'") == []


async def test_foreign_bots_and_bots_that_have_it_no_more_find_nothing(floor: Floor) -> None:
    one = await floor.start("botted")
    for command in (Escalate(conversation_id=one, reason="x"), EndByBot(conversation_id=one)):
        assert (await floor.refused(NOBODYS_BOT, command)).reason is Reason.NOT_FOUND
    await floor.done(SAARA, HandOver(conversation_id=one))
    assert (await floor.refused(BOTTI, EndByBot(conversation_id=one))).reason is Reason.NOT_FOUND
    assert reason(await floor.write(BOTTI, one, "still here")) is Reason.NOT_FOUND
    assert (await floor.refused(STRANGER, HandOver(conversation_id=one))).reason is Reason.NOT_FOUND


async def test_a_silent_bot_loses_it_to_people(floor: Floor) -> None:
    one = await floor.start("botted")
    await delivered(floor)
    floor.clock.advance(30)
    await floor.fire(one)
    assert (await floor.get(one)).bot_id == "botti", "nobody has said anything yet"
    await floor.write(await floor.guest(one), one, "hello?")
    await delivered(floor)
    floor.clock.advance(29)
    assert await floor.sql("SELECT FROM timers WHERE due <= $1", floor.clock()) == []
    floor.clock.advance(1)
    await floor.fire(one)
    now = await floor.get(one)
    assert (now.state, now.escalation and now.escalation.reason) == (State.OPEN, "bot_silent")
    assert now.unanswered_since is not None, "the customer still waits"


async def test_a_bot_that_cannot_be_reached_loses_it_before_anybody_has_spoken(floor: Floor) -> None:
    one = await floor.start("botted")
    floor.clock.advance(30)
    await floor.fire(one)
    now = await floor.get(one)
    assert (now.state, now.escalation and now.escalation.reason) == (State.OPEN, "bot_unreached")


async def test_a_forgotten_pause_ends_by_itself_and_a_talk_that_is_idle_too(floor: Floor) -> None:
    one = await floor.start("botted")
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.done(SAARA, PauseBot(conversation_id=one))
    await delivered(floor)
    floor.clock.advance(600)
    await floor.fire(one)
    assert (await floor.get(one)).bot_paused is None
    await delivered(floor)
    for seconds in (30, 1800):
        floor.clock.advance(seconds)
        await floor.fire(one)
    assert (await floor.get(one)).closed_as == "bot_ended"
    assert (await told(floor, one))[-1] == "conversation_left"


@pytest.mark.parametrize("how", ["taken_over", "handed_over", "customer_left", "closed"])
async def test_a_bot_is_told_that_it_has_it_no_more(floor: Floor, how: str) -> None:
    one = await floor.start("botted")
    if how == "taken_over":
        await floor.done(SAARA, Join(conversation_id=one))
        await floor.done(SAARA, TakeOver(conversation_id=one))
        assert (await floor.get(one)).deadlines == {}
    elif how == "handed_over":
        await floor.done(SAARA, HandOver(conversation_id=one))
    elif how == "customer_left":
        await floor.done(await floor.guest(one), CustomerEnd(conversation_id=one))
        assert (await floor.get(one)).closed_as == "bot_ended", "they were being served"
    else:
        await floor.done(SAARA, ForceClose(conversation_id=one, reason="spam"))
    (last,) = await floor.sql("SELECT kind, body FROM outbox WHERE given_up_at IS NULL ORDER BY place")
    assert (last["kind"], last["body"]["how"]) == ("bot.conversation_left", how)


async def test_skills_and_queues_of_an_escalation_must_be_there(floor: Floor) -> None:
    one = await floor.start("botted")
    unknown = await floor.refused(BOTTI, Escalate(conversation_id=one, reason="x", skills={"juggling": 1}))
    assert (unknown.reason, unknown.facts["skill"]) == (Reason.UNKNOWN_TARGET, "juggling")
    nobody = await floor.refused(BOTTI, Escalate(conversation_id=one, reason="x", queue=DESERTED))
    assert nobody.reason is Reason.NO_MEMBERS
    await floor.sql(
        "INSERT INTO skills (organization_id, id, name, created_at) VALUES ($1, 'refunds', 'Refunds', $2)",
        HOUSE, floor.clock(),
    )  # fmt: skip
    await floor.done(BOTTI, Escalate(conversation_id=one, reason="x", skills={"refunds": 3}, queue=BILLING))
    now = await floor.get(one)
    assert (now.queue_id, now.needs) == (BILLING, (Need(skill_id="refunds", level=3),))


async def test_a_bot_that_is_switched_off_gives_everything_to_people(floor: Floor) -> None:
    ones = [await floor.start("botted") for _ in range(3)]
    assert (await floor.refused(AATU, RemoveBot(bot_id="botti"))).reason is Reason.IN_USE
    await floor.done(AATU, ChangeBot(bot_id="botti", enabled=False))
    for one in ones:
        now = await floor.get(one)
        assert (now.state, now.escalation and now.escalation.reason) == (State.OPEN, "bot_disabled")
    await floor.done(AATU, ChangeWorkstream(workstream_id="botted", bot_id=""))
    await floor.done(AATU, RemoveBot(bot_id="botti"))
    assert (
        await floor.sql("SELECT FROM webhooks WHERE bot_id IS NOT NULL AND organization_id = $1", HOUSE) == []
    )
    assert (await verify(floor.database)).clean


async def test_a_record_begins_with_no_bot(floor: Floor) -> None:
    refused = await floor.refused(AATU, ChangeWorkstream(workstream_id="case", bot_id="botti"))
    assert refused.reason is Reason.NO_CUSTOMER
    foreign = await floor.refused(AATU, ChangeWorkstream(workstream_id="chat", bot_id="nobody"))
    assert foreign.reason is Reason.UNKNOWN_TARGET


async def test_a_bot_starts_nothing(floor: Floor) -> None:
    refused = await floor.refused(BOTTI, StartConversation(channel=Channel.LIVE_CHAT, customer_name="X"))
    assert refused.reason is Reason.BOT_ACCOUNT
