"""Asking for a supervisor, muting and pinning, on PostgreSQL: who may, what is kept, what ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sample_floor import AATU, AINO, BEGIN, EINO, HOUSE, INES, SAARA, SULO, Floor

from valvomo.commands.conversations.ask import AskSupervisor, NoteAsked, WithdrawAsk
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.mute import Mute, Pin, Unmute, Unpin
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.mute import is_muted, mute_of
from valvomo.domain.refusals import Reason, Refusal

pytestmark = pytest.mark.slow


async def refused(floor: Floor, actor: Actor, command: Command) -> Reason:
    outcome = await floor.do(actor, command)
    assert isinstance(outcome, Refusal), outcome
    return outcome.reason


async def test_the_agent_asks_once_and_takes_it_back(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(AINO, AskSupervisor(conversation_id=one, note="He shouts."))
    asked = (await floor.get(one)).asked
    assert asked is not None
    assert (asked.since, asked.by_role, asked.by_name, asked.note) == (BEGIN, "agent", "Aino", "He shouts.")
    assert await refused(floor, AINO, AskSupervisor(conversation_id=one)) is Reason.ALREADY_ASKED
    assert await refused(floor, EINO, AskSupervisor(conversation_id=one)) is Reason.NOT_FOUND
    assert await refused(floor, SAARA, WithdrawAsk(conversation_id=one)) is Reason.NOT_YOURS
    await floor.done(AINO, WithdrawAsk(conversation_id=one))
    assert (await floor.get(one)).asked is None
    assert await refused(floor, AINO, WithdrawAsk(conversation_id=one)) is Reason.NOT_ASKED


async def test_a_supervisor_who_joins_answers_it(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    await floor.done(SAARA, Join(conversation_id=one))
    assert (await floor.get(one)).asked is None


async def test_a_supervisor_s_whisper_answers_it_and_an_agent_s_does_not(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.write(AINO, one, "Are you there?", Visibility.WHISPER)
    assert (await floor.get(one)).asked is not None
    await floor.write(SAARA, one, "I am.", Visibility.WHISPER)
    assert (await floor.get(one)).asked is None
    assert [fact.kind for fact in await floor.all_facts()][-2:] == ["message_posted", "ask_answered"]


async def test_what_a_joined_supervisor_writes_to_everybody_answers_it(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(SAARA, Join(conversation_id=one))
    version = (await floor.get(one)).version
    await floor.done(system(HOUSE, "listener"), NoteAsked(conversation_id=one))
    assert (await floor.get(one)).version == version
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    await floor.write(AINO, one, "One moment.")
    assert (await floor.get(one)).asked is not None
    await floor.write(SAARA, one, "I am here.")
    assert (await floor.get(one)).asked is None


async def test_an_agent_takes_back_their_own_words_and_not_the_customer_s(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(system(HOUSE, "listener"), NoteAsked(conversation_id=one))
    customers = (await floor.get(one)).asked
    floor.clock.advance(60)
    await floor.done(AINO, AskSupervisor(conversation_id=one, note="Yes, please."))
    await floor.done(AINO, WithdrawAsk(conversation_id=one))
    assert (await floor.get(one)).asked == customers is not None
    assert await refused(floor, AINO, WithdrawAsk(conversation_id=one)) is Reason.NOT_ASKED
    await floor.done(SAARA, Join(conversation_id=one))
    assert (await floor.get(one)).asked is None


async def test_only_the_system_notes_that_the_customer_asked_and_the_agent_s_word_adds_to_it(
    floor: Floor,
) -> None:
    one = await floor.accepted("chat")
    assert await refused(floor, SAARA, NoteAsked(conversation_id=one)) is Reason.ROLE_NEEDED
    listener = system(HOUSE, "listener")
    await floor.done(listener, NoteAsked(conversation_id=one))
    version = (await floor.get(one)).version
    await floor.done(listener, NoteAsked(conversation_id=one))
    assert (await floor.get(one)).version == version
    assert await refused(floor, AINO, WithdrawAsk(conversation_id=one)) is Reason.NOT_ASKED
    floor.clock.advance(60)
    await floor.done(AINO, AskSupervisor(conversation_id=one, note="Yes, please."))
    asked = (await floor.get(one)).asked
    assert asked is not None
    assert (asked.since, asked.by_role, asked.note) == (BEGIN, "agent", "Yes, please.")


async def test_a_mute_ends_by_the_clock(floor: Floor) -> None:
    one = await floor.start("chat")
    await floor.done(SAARA, Mute(conversation_id=one, minutes=10, why="Seen"))
    now = await floor.get(one)
    assert mute_of(now) is not None
    assert [is_muted(now, BEGIN + timedelta(minutes=at)) for at in (0, 9.9, 10)] == [True, True, False]
    await floor.done(SAARA, Unmute(conversation_id=one))
    assert (await floor.get(one)).muted is None
    assert await refused(floor, SAARA, Unmute(conversation_id=one)) is Reason.NOT_MUTED


async def test_a_mute_without_an_end_is_over_when_something_changes(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.done(SAARA, Mute(conversation_id=one))
    await floor.done(SAARA, Monitor(conversation_id=one))
    assert is_muted(await floor.get(one), BEGIN + timedelta(days=1))
    await floor.write(AINO, one, "A note", Visibility.INTERNAL)
    assert is_muted(await floor.get(one), BEGIN)
    await floor.write(await floor.guest(one), one, "Hello?")
    assert not is_muted(await floor.get(one), BEGIN)


async def test_a_pin_is_once_and_ends_with_the_conversation(floor: Floor) -> None:
    one = await floor.start("chat")
    await floor.done(SAARA, Pin(conversation_id=one, why="The mayor"))
    pinned = (await floor.get(one)).pinned
    assert pinned is not None
    assert (pinned.by_name, pinned.why) == ("Saara", "The mayor")
    assert await refused(floor, SAARA, Pin(conversation_id=one)) is Reason.ALREADY_PINNED
    await floor.done(SAARA, Unpin(conversation_id=one))
    assert await refused(floor, SAARA, Unpin(conversation_id=one)) is Reason.NOT_PINNED
    await floor.done(SAARA, Pin(conversation_id=one))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="over"))
    assert (await floor.get(one)).pinned is None
    assert await refused(floor, SAARA, Mute(conversation_id=one)) is Reason.CLOSED


@pytest.mark.parametrize(
    ("actor", "why"),
    [
        (AINO, Reason.ROLE_NEEDED),
        (AATU, Reason.ROLE_NEEDED),
        (INES, Reason.INTEGRATION_ACCOUNT),
        (SULO, Reason.NOT_FOUND),
    ],
)
async def test_muting_and_pinning_are_for_supervisors_of_the_queue(
    floor: Floor, actor: Actor, why: Reason
) -> None:
    one = await floor.accepted("chat")
    before = await floor.get(one)
    for command in (Mute(conversation_id=one), Pin(conversation_id=one), Unmute(conversation_id=one)):
        assert await refused(floor, actor, command) is why
    assert await floor.get(one) == before


async def test_agents_notice_nothing_of_muting_and_pinning(floor: Floor) -> None:
    one = await floor.accepted("chat")
    before = await floor.get(one)
    await floor.done(SAARA, Mute(conversation_id=one, minutes=5))
    await floor.done(SAARA, Pin(conversation_id=one))
    after = await floor.get(one)
    assert (after.revision, after.version) == (before.revision, before.version + 2)
