"""One changed byte, anywhere, is found and named (invariant 12), and so is whatever else is not as it was written."""

from __future__ import annotations

import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA, SUPPORT, Floor

from valvomo.cli.verifying import Wanted
from valvomo.cli.verifying import verify as verify_command
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.db import inspections
from valvomo.domain.conversations.message import Visibility
from valvomo.jobs.inspector import Inspector
from valvomo.queries.verify import proof, verify


@pytest.fixture
async def talk(floor: Floor) -> str:
    """A conversation with an agent, a monitor, a pending transfer and four messages."""
    one = await floor.accepted("persistent")
    await floor.write(await floor.guest(one), one, "Hyvää päivää")
    await floor.write(AINO, one, "Hello, how can I help?")
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.write(SAARA, one, "Offer a refund", Visibility.WHISPER)
    await floor.write(AINO, one, "I can refund you")
    await floor.done(AINO, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    return one


async def found(floor: Floor) -> list[str]:
    return [f"{one.place}: {one.problem}" for one in (await verify(floor.database)).findings]


async def test_clean_while_and_after_it_is_used(floor: Floor, talk: str) -> None:
    report = await verify(floor.database)
    assert report.clean, report.findings
    assert (report.organizations, report.conversations, report.messages) == (2, 1, 4)
    assert report.facts == len(await floor.all_facts())
    await floor.done(AINO, serve.End(conversation_id=talk))
    assert (await verify(floor.database)).clean


FACT = "WHERE organization_id = 'organization-1' AND kind = 'message_posted' AND version = 4"
# What is done to the fact of the second message; the whole finding.
FACTS = {
    "kind": ("kind = 'message_posteD'", "column kind, byte 14 is 'D' and was 'd'"),
    "actor_id": ("actor_id = 'aimo'", "column actor_id, byte 3 is 'm' and was 'n'"),
    "actor_name": ("actor_name = 'Ainu'", "column actor_name, byte 4 is 'u' and was 'o'"),
    "at": ("at = at + interval '1 microsecond'", "column at, byte 26 is '1' and was '0'"),
    "version": ("version = 9", "column version, byte 1 is '9' and was '4'"),
    "conversation_id": (
        "conversation_id = 'x' || substr(conversation_id, 2)", "column conversation_id, byte 1 is 'x' and was '0'"
    ),
    "audited": ("audited = true", "column audited is True and was False"),
    "body": (
        "body = jsonb_set(body, '{author_role}', '\"prImary\"')", "is 'I' and was 'i'"
    ),
    "hash": ("hash = set_byte(hash, 7, (get_byte(hash, 7) + 1) % 256)", "column hash was changed"),
}  # fmt: skip


@pytest.mark.parametrize("column", FACTS)
async def test_a_changed_fact_is_named(floor: Floor, talk: str, column: str) -> None:
    change, expected = FACTS[column]
    (fact,) = await floor.sql(f"SELECT position FROM facts {FACT}")
    await floor.sql(f"UPDATE facts SET {change} {FACT}")
    chain = [one for one in await found(floor) if one.startswith("fact ")]
    assert len(chain) == 1, chain
    assert chain[0].startswith(f"fact {fact['position']} (")
    assert expected in chain[0]
    if column == "body":
        assert "column body, byte " in chain[0]


async def test_a_rewritten_fact_is_found_though_not_byte_by_byte(floor: Floor, talk: str) -> None:
    await floor.sql(f"UPDATE facts SET actor_name = 'Somebody else' {FACT}")
    (only,) = [one for one in await found(floor) if one.startswith("fact ")]
    assert "was changed: its hash is not that of organization_id, position" in only


async def test_the_last_fact_and_its_hash(floor: Floor, talk: str) -> None:
    last = "WHERE organization_id = 'organization-1' AND position = (SELECT max(position) FROM facts)"
    await floor.sql(f"UPDATE facts SET hash = set_byte(hash, 0, (get_byte(hash, 0) + 1) % 256) {last}")
    assert any("column hash was changed" in one for one in await found(floor))
    await floor.sql(f"DELETE FROM facts {last}")
    assert any(one.startswith("journal head: position is") for one in await found(floor))


async def test_a_removed_fact_leaves_a_gap(floor: Floor, talk: str) -> None:
    (fact,) = await floor.sql(f"SELECT position FROM facts {FACT}")
    await floor.sql(f"DELETE FROM facts {FACT}")
    findings = await found(floor)
    assert f"fact {fact['position']}: missing up to fact {fact['position']}" in findings
    assert f"conversation {talk}: versions 4 to 4 are missing among its facts" in findings


TEXTS = {
    "public_messages": ("Hello, how can I help?", "Hello, how can I kelp?", "byte 18 is 'k' and was 'h'"),
    "internal_messages": ("Offer a refund", "Offer a rezund", "byte 11 is 'z' and was 'f'"),
}


@pytest.mark.parametrize("table", TEXTS)
async def test_a_changed_byte_of_a_message_is_named(floor: Floor, talk: str, table: str) -> None:
    was, is_, expected = TEXTS[table]
    rows = await floor.sql(f"UPDATE {table} SET text = $1 WHERE text = $2 RETURNING seq", is_, was)
    number = rows[0]["seq"]
    assert await found(floor) == [f"conversation {talk}: message {number}: column text, {expected}"]


async def test_a_rewritten_message_is_found(floor: Floor, talk: str) -> None:
    await floor.sql("UPDATE public_messages SET text = 'Go away' WHERE seq = 2")
    assert await found(floor) == [f"conversation {talk}: message 2: column text is not what was posted"]


async def test_a_message_in_other_hands_missing_or_too_many(floor: Floor, talk: str) -> None:
    await floor.sql("UPDATE public_messages SET author_id = 'eino' WHERE seq = 2")
    assert await found(floor) == [
        f"conversation {talk}: message 2: column author_id is eino, its fact says aino"
    ]
    await floor.sql("DELETE FROM public_messages WHERE seq = 2")
    findings = await found(floor)
    assert f"conversation {talk}: message 2 is missing" in findings
    assert f"conversation {talk}: number of messages is 3, the facts say 4" in findings


# A change to what is stored of the conversation; what must be said of it.
ROWS = {
    "a column": ("UPDATE conversations SET queue_id = 'billing'", 'queue_id is "billing", the facts say "support"'),
    "a counter": ("UPDATE conversations SET seq = 5", "seq is 5, the facts say 4"),
    "a version": ("UPDATE conversations SET version = 99", "version is 99, the facts say 8"),
    "the body": (
        "UPDATE conversations SET body = jsonb_set(body, '{owner_name}', '\"Aina\"')",
        'owner_name is "Aina", the facts say "Aino"',
    ),
    "a holding": ("UPDATE holdings SET units = 2 WHERE agent_id = 'aino'",
                  'holdings is {"aino":2,"eino":1}, the facts say {"aino":1,"eino":1}'),
    "a holding gone": ("DELETE FROM holdings WHERE agent_id = 'eino'",
                       'holdings is {"aino":1}, the facts say {"aino":1,"eino":1}'),
    "a holding of another kind": ("UPDATE holdings SET channel = 'voice'",
                                  'holdings.channel is ["voice"], the facts say ["persistent_chat"]'),
    "somebody involved": ("DELETE FROM involved WHERE person_id = 'saara'",
                         'involved is ["eino"], the facts say ["eino","saara"]'),
    "a timer": ("DELETE FROM timers", 'timers is {}, the facts say {"offer":"2026-03-02T09:02:00Z"}'),
}  # fmt: skip


@pytest.mark.parametrize("what", ROWS)
async def test_whatever_is_not_the_fold_of_the_facts_is_named(floor: Floor, talk: str, what: str) -> None:
    change, expected = ROWS[what]
    await floor.sql(change)
    findings = await found(floor)
    assert findings[0].startswith(f"conversation {talk}: ")
    assert expected in findings[0]
    if "holdings SET units" in change:
        assert findings[1:] == ["agent aino: load is 2, the conversations say 1"]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE users SET disabled = true WHERE id = 'aino'",
        "UPDATE users SET roles = '{administrator,auditor}' WHERE id = 'aino'",
        "DELETE FROM users WHERE id = 'aino'",
    ],
)
async def test_an_owner_who_cannot_act_is_named(floor: Floor, talk: str, change: str) -> None:
    await floor.sql("UPDATE users SET roles = '{supervisor}' WHERE id = 'aino'")
    assert await found(floor) == [], "whoever takes over must be able to"
    await floor.sql(change)
    assert f"conversation {talk}: is active, but its owner aino does not serve" in await found(floor)


async def test_a_row_without_facts_and_facts_without_a_row(floor: Floor, talk: str) -> None:
    await floor.sql(
        "INSERT INTO conversations SELECT organization_id, 'ghost', version, revision, seq, public_seq,"
        " unanswered_since, first_response_at, last_message_at, state, channel, workstream_id, queue_id, owner_id,"
        " contact_id, priority, created_at, queued_at, closed_at, body FROM conversations"
    )
    assert await found(floor) == [
        "conversation ghost: no fact explains it",
        "agent aino: load is 1, the conversations say 2",
        "agent eino: load is 1, the conversations say 2",
    ]
    for table in ("holdings", "involved", "timers", "public_messages", "internal_messages"):
        await floor.sql(f"DELETE FROM {table}")
    await floor.sql("DELETE FROM conversations WHERE id <> 'ghost'")
    assert f"conversation {talk}: has facts but no row" in await found(floor)


async def test_another_organization_is_verified_apart(floor: Floor, talk: str) -> None:
    await floor.sql("UPDATE journal_heads SET position = 3 WHERE organization_id <> $1", HOUSE)
    (finding,) = (await verify(floor.database)).findings
    assert str(finding) == ("organization organization-2, journal head: position is 3, the last fact is 0")


async def test_the_command_says_it_and_answers_with_its_exit_code(floor: Floor, talk: str) -> None:
    said: list[str] = []
    assert await verify_command(floor.database, said.append, Wanted(), floor.clock) == 0
    facts = len(await floor.all_facts())
    looked = f"verified 2 organizations, {facts} facts, 1 conversations, 4 messages"
    assert said == [f"{looked}: all is as it was written"]
    said.clear()
    await floor.sql("UPDATE conversations SET priority = 7")
    assert await verify_command(floor.database, said.append, Wanted(), floor.clock) == 1
    assert said[0].endswith("priority is 7, the facts say 0")
    assert said[1].endswith("NOT as it was written")


async def test_many_pages_and_many_conversations(floor: Floor) -> None:
    one = ""
    for number in range(6):
        one = await floor.accepted("unblocked" if number % 2 else "persistent")
        for _ in range(40):
            await floor.write(AINO, one, "line")
        if number % 2:
            await floor.done(AINO, serve.End(conversation_id=one))
        else:
            await floor.done(AINO, serve.Park(conversation_id=one))
    report = await verify(floor.database)
    assert report.clean, report.findings
    assert (report.conversations, report.messages) == (6, 240)
    assert (await floor.get(one)).queue_id == SUPPORT


async def test_each_is_proved_once_and_counted_once(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though what happened to it is spread over many pages, before the checkpoint and after it."""
    monkeypatch.setattr(proof, "FACTS", 5)
    talks = [await floor.accepted("persistent") for _ in range(3)]
    said: list[str] = []

    async def go_on() -> str:
        for _ in range(8):
            for one in talks:
                await floor.write(AINO, one, "line")
        said.clear()
        assert await verify_command(floor.database, said.append, Wanted(since_last=True), floor.clock) == 0
        return said[-1]

    for _ in range(2):
        assert "facts, 3 conversations, 24 messages since" in await go_on()
    await floor.sql("UPDATE conversations SET priority = 7 WHERE id = $1", talks[1])
    await floor.write(AINO, talks[1], "line")
    said.clear()
    assert await verify_command(floor.database, said.append, Wanted(since_last=True), floor.clock) == 1
    assert said[0].endswith("priority is 7, the facts say 0")


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (("nonsense", {}), "is of no kind that happens to a house"),
        (("message_posted", {}), "is of no kind that happens to a house"),
        (("agent_connected", {"agent_id": 7}), "cannot be read: Expected `str`, got `int` - at `$.agent_id`"),
        (("agent_connected", {}), "cannot be read: Object missing required field `agent_id`"),
    ],
)
async def test_a_fact_that_nobody_can_read_is_named_though_the_chain_is_whole(
    floor: Floor, talk: str, what: tuple[str, object], problem: str
) -> None:
    kind, body = what
    fact = {"conversation_id": None, "version": None, "kind": kind, "actor_id": "x", "actor_name": "X",
            "at": floor.clock(), "audited": False, "notify": [], "body": body}  # fmt: skip
    async with floor.database.transaction() as tx:
        position = await tx.value("journal.append", HOUSE, [fact])
    await floor.write(AINO, talk, "and so on")
    assert await found(floor) == [f"fact {position} ({kind}): {problem}"]
    inspector = Inspector(floor.database, floor.clock, "one", share=1.0)
    for _ in range(2):
        await inspector.inspect(HOUSE)
        async with floor.database.reading() as tx:
            kept = await inspections.get(tx, HOUSE, inspections.INSPECTOR)
        assert kept is not None
        assert [one["fact"] for one in kept.report["findings"]] == [position], "as long as it stands there"
