"""Settings act on open connections within a moment; typing reaches whom it may (spec 3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sample_floor import AINO, ALL_ON, BILLING, EINO, HOUSE, SAARA, SULO, SUPPORT, Floor
from sample_lines import LINES, happens, lay_lines, rings
from sample_stage import Stage

from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.db import journal
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import Right
from valvomo.domain.agents.events import HouseFact, SettingChanged, SignedIn
from valvomo.live.calls import KeysSignal, call_keys
from valvomo.live.signals import EVERYBODY, doubted_by
from valvomo.live.typing import TypingSignal, typing_item

pytestmark = pytest.mark.slow


async def changed(floor: Floor, statement: str, *values: object) -> None:
    """As if an administrator had, with the fact that says so."""
    await floor.sql(statement, *values)
    event = SettingChanged(subject="user", subject_id="x", name="x")
    fact = Fact(event=event, actor_id="aatu", actor_name="Aatu", at=floor.clock(), audited=True)
    async with floor.database.transaction() as tx:
        await journal.append(tx, HOUSE, [fact])


async def settled(stage: Stage) -> None:
    await stage.settle()
    await stage.room._renew_rights()
    await stage.settle()


async def test_a_switch_turned_off_shows_on_open_boards(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    saara = stage.reader(SAARA)
    await saara.watch("board")
    assert saara.rows["board"][one]["acts"]["monitor"] is None
    await stage.floor.set_supervision(replace(ALL_ON, on=frozenset(Right) - {Right.MONITOR}))
    await changed(stage.floor, "SELECT 1")
    await settled(stage)
    assert saara.rows["board"][one]["acts"]["monitor"] == "supervision/switched-off"


async def test_scope_taken_away_takes_rows_and_transcripts_away(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    saara, topic = stage.reader(SAARA), f"conversation:{one}"
    await saara.watch("board")
    await saara.watch("alerts")
    await changed(
        stage.floor, "DELETE FROM queue_supervisors WHERE user_id = 'saara' AND queue_id = $1", SUPPORT
    )
    await settled(stage)
    assert saara.rows["board"] == {}
    await saara.watch(topic)
    assert saara.frames[-1]["op"] == "refused"


async def test_a_disabled_account_is_cut_off(stage: Stage) -> None:
    saara = stage.reader(SAARA)
    await saara.watch("board")
    await changed(stage.floor, "UPDATE users SET disabled = true WHERE id = 'saara'")
    await settled(stage)
    assert saara.closed == 4401


async def test_names_of_queues_change_on_open_boards(stage: Stage) -> None:
    one = await stage.floor.start("chat")
    await stage.settle()
    saara = stage.reader(SAARA)
    await saara.watch("board")
    await changed(
        stage.floor, "UPDATE queues SET name = 'Help' WHERE id = $1 AND organization_id = $2", SUPPORT, HOUSE
    )
    await settled(stage)
    assert saara.rows["board"][one]["queue"]["name"] == "Help"


def _signal(actor: Actor, one: str) -> TypingSignal:
    return TypingSignal(
        organization_id=HOUSE, conversation_id=one, author_id=actor.id, author_name=actor.name, typing=True
    )


async def test_typing_reaches_whom_it_may(stage: Stage) -> None:
    floor = stage.floor
    one = await floor.accepted("chat")
    await floor.done(AINO, Consult(conversation_id=one, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    await floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()
    guest = await floor.guest(one)
    topic = f"conversation:{one}"
    readers = {actor.id: stage.reader(actor) for actor in (AINO, EINO, SAARA)}
    for reader in readers.values():
        await reader.watch(topic)
    customer = stage.reader(guest)
    await customer.watch("conversation")

    def heard(author: Actor) -> set[str]:
        everybody = {**readers, "customer": customer}
        before = {name: len(reader.frames) for name, reader in everybody.items()}
        stage.room.hints.show(_signal(author, one), typing_item)
        return {name for name, reader in everybody.items() if len(reader.frames) > before[name]}

    assert heard(guest) == {"aino", "eino", "saara"}
    assert heard(AINO) == {"eino", "saara", "customer"}
    assert heard(EINO) == {"aino", "saara"}
    assert heard(SAARA) == set()
    assert "id" not in str([item for item in customer.told("conversation") if item["kind"] == "typing"])
    stranger = replace(AINO, id="onni")
    assert heard(stranger) == set()
    assert BILLING not in str(customer.frames)


async def test_keys_of_a_telephone_reach_its_agent_and_are_kept_nowhere(stage: Stage) -> None:
    floor = stage.floor
    await lay_lines(floor, HOUSE, AINO.id)
    one = await rings(floor)
    await happens(floor, "callback", one)
    await happens(floor, "taken", one)
    await happens(floor, "picked_up", one)
    await floor.sql("INSERT INTO queue_supervisors VALUES ($1, 'lines', 'saara')", HOUSE)
    saara = replace(SAARA, supervised=SAARA.supervised | {LINES})
    await floor.done(saara, Monitor(conversation_id=one))
    await stage.settle()
    conversation, topic = await floor.get(one), f"conversation:{one}"
    assert conversation.owner_id == AINO.id
    assert conversation.call is not None
    readers = {actor.id: stage.reader(actor) for actor in (AINO, saara)}
    for watching in readers.values():
        await watching.watch(topic)
    customer = stage.reader(await floor.guest(one))
    await customer.watch("conversation")
    pressed = KeysSignal(
        organization_id=HOUSE, conversation_id=one, call_id=conversation.call.id, keys="4111#"
    )
    stage.room.hints.show(pressed, call_keys)
    told = [item for item in readers["aino"].told(topic) if item["kind"] == "call_keys"]
    assert told == [{"kind": "call_keys", "call": conversation.call.id, "keys": "4111#"}]
    assert "4111" not in str((readers["saara"].frames, customer.frames))
    again = stage.reader(AINO)
    await again.watch(topic)
    assert "4111" not in str(again.frames), "nobody who comes later is told"


async def test_a_setting_that_shows_nowhere_draws_nobodys_board_anew(stage: Stage) -> None:
    saara = stage.reader(SAARA)
    await settled(stage)  # from now on she is as the database has her
    await saara.watch("board")
    seen = stage.room.floor.position
    await changed(stage.floor, "SELECT 1")
    await settled(stage)
    assert [frame["op"] for frame in saara.frames] == ["snapshot"]
    again = stage.reader(SAARA)
    await again.watch("board", since=seen)
    assert again.frames[-1]["op"] == "changes"
    await changed(stage.floor, "UPDATE queues SET name = 'Renamed' WHERE id = $1", SUPPORT)
    await settled(stage)
    assert [frame["op"] for frame in saara.frames] == ["snapshot", "snapshot"]


@pytest.mark.parametrize(
    ("event", "doubted"),
    [
        (SignedIn(user_id="saara", outcome="signed_in"), set()),
        (SignedIn(user_id="saara", outcome="signed_out"), {"saara"}),
        (SignedIn(user_id="saara", outcome="signed_out_everywhere"), {"saara"}),
        (SettingChanged(subject="user", subject_id="saara", name="Saara"), {"saara"}),
        (SettingChanged(subject="token", subject_id="t", name="Shop"), {EVERYBODY}),
        (SettingChanged(subject="queue", subject_id="q", name="Support"), set()),
    ],
)
def test_which_facts_may_have_ended_whose_sessions(event: HouseFact, doubted: set[str]) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert doubted_by([Fact(event=event, actor_id="a", actor_name="A", at=at, audited=True)]) == doubted


async def test_whose_session_may_have_ended_is_looked_at_once(stage: Stage) -> None:
    saara, sulo = stage.reader(SAARA), stage.reader(SULO)
    stage.room.doubted.add(SAARA.id)
    assert stage.room.doubtful() == [saara.connection]
    assert stage.room.doubtful() == []
    stage.room.doubted.add(EVERYBODY)
    assert set(stage.room.doubtful()) == {saara.connection, sulo.connection}
