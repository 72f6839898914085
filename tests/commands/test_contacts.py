"""Contacts on PostgreSQL: changes with audit, merging and taking it back, histories over channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_floor import AATU, AINO, EINO, HOUSE, INES, RAIJA, SAARA, STRANGER, Floor, customer

from valvomo.commands.contacts.change import ChangeContact
from valvomo.commands.contacts.merge import MergeContacts, UnmergeContact
from valvomo.commands.conversations.start import StartConversation
from valvomo.domain.access.sight import may_see, read_refusal
from valvomo.domain.contacts.events import ContactChanged
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries import contacts


async def begun(floor: Floor, name: str, workstream: str = "chat", **more: Any) -> tuple[str, str]:
    """A conversation and its contact."""
    channel = Channel.LIVE_CHAT if workstream == "chat" else Channel.PERSISTENT_CHAT
    command = StartConversation(channel=channel, customer_name=name, workstream_id=workstream, **more)
    result = (await floor.done(INES, command)).result
    return str(result["id"]), str(result["contact"])


async def asked(floor: Floor, who: Any, contact: str) -> list[str] | Reason:
    async with floor.database.reading() as tx:
        page = await contacts.history(tx, who, contact, cursor=None, limit=50)
    return page.reason if isinstance(page, Refusal) else [row.id for row in page.items]


async def history(floor: Floor, who: Any, contact: str) -> list[str]:
    found = await asked(floor, who, contact)
    assert isinstance(found, list), found
    return found


async def search(floor: Floor, who: Any, words: str) -> list[str]:
    async with floor.database.reading() as tx:
        page = await contacts.found(tx, who, words, cursor=None, limit=50)
    assert not isinstance(page, Refusal)
    return [item.name for item in page.items]


async def test_a_change_is_audited_and_a_stale_one_refused(floor: Floor) -> None:
    _, kaisa = await begun(floor, "Kaisa")
    change = ChangeContact(contact_id=kaisa, revision=0, email="kaisa@example.com", company="Pails")
    await floor.done(SAARA, change)
    fact = (await floor.all_facts())[-1]
    assert (fact.kind, fact.actor_id, fact.audited) == ("contact_changed", "saara", True)
    assert isinstance(fact.event, ContactChanged)
    assert fact.event.after == {"email": "kaisa@example.com", "company": "Pails"}
    stale = await floor.refused(SAARA, replace(change, company="Bowls"))
    assert (stale.reason, stale.facts) == (Reason.CONTACT_CHANGED, {"revision": 1})
    count = len(await floor.all_facts())
    await floor.done(SAARA, change)
    assert len(await floor.all_facts()) == count


async def test_whom_an_agent_does_not_know_is_not_there(floor: Floor) -> None:
    one, kaisa = await begun(floor, "Kaisa")
    change = ChangeContact(contact_id=kaisa, revision=0, company="Pails")
    assert (await floor.refused(RAIJA, change)).reason is Reason.ROLE_NEEDED
    assert (await floor.refused(STRANGER, change)).reason is Reason.NOT_FOUND
    assert await history(floor, AINO, kaisa) == [one]
    onni = replace(AINO, id="onni", queues=frozenset({"cases"}))
    assert (await floor.refused(onni, change)).reason is Reason.NOT_FOUND
    assert await asked(floor, onni, kaisa) is Reason.NOT_FOUND
    assert await search(floor, onni, "") == []
    await floor.done(AINO, change)


async def test_search_by_beginnings_of_words_and_by_digits(floor: Floor) -> None:
    await begun(floor, "Kaisa Mäkelä", email="kaisa.makela@example.com")
    await begun(floor, "Kalle O'Hara", phone="+358 40 123 4567")
    assert await search(floor, SAARA, "") == ["Kaisa Mäkelä", "Kalle O'Hara"]
    for words in ("kai", "MÄK kai", "kaisa.makela@example.com", "kaisa.mak"):
        assert await search(floor, SAARA, words) == ["Kaisa Mäkelä"], words
    for words in ("ohara", "o'hara", "040 123 4567", "+35840123", "1234567"):
        expected = [] if words == "ohara" else ["Kalle O'Hara"]
        assert await search(floor, SAARA, words) == expected, words
    for words in ("& | !", "'); DROP TABLE contacts; --", "nobody", "\\", ":*"):
        assert await search(floor, SAARA, words) == [], words
    assert await search(floor, STRANGER, "") == []


async def test_the_history_of_a_merged_customer_goes_over_all_their_contacts(floor: Floor) -> None:
    chat, kaisa = await begun(floor, "Kaisa")
    text, kaisu = await begun(floor, "Kaisu", "persistent")
    merge = MergeContacts(contact_id=kaisu, into_id=kaisa)
    for who, reason in ((AINO, Reason.ROLE_NEEDED), (INES, Reason.ROLE_NEEDED), (STRANGER, Reason.NOT_FOUND)):
        assert (await floor.refused(who, merge)).reason is reason
    before = await floor.everything()
    await floor.done(SAARA, merge)
    for one in (kaisa, kaisu):
        assert await history(floor, SAARA, one) == [text, chat]
    facts = len(await floor.all_facts())
    await floor.done(SAARA, merge)
    await floor.done(SAARA, MergeContacts(contact_id=kaisa, into_id=kaisu))
    assert len(await floor.all_facts()) == facts
    assert ((await floor.get(chat)).contact_id, (await floor.get(text)).contact_id) == (kaisa, kaisu)
    await floor.done(AATU, UnmergeContact(contact_id=kaisu))
    await floor.done(AATU, UnmergeContact(contact_id=kaisu))
    assert (await history(floor, SAARA, kaisa), await history(floor, SAARA, kaisu)) == ([chat], [text])
    after = await floor.everything()
    told = ("facts ", "journal_heads ")
    assert [row for row in before if not row.startswith(told)] == [
        row for row in after if not row.startswith(told)
    ]
    kinds = [fact.kind for fact in await floor.all_facts() if fact.kind.startswith("contact")]
    assert kinds == ["contact_merged", "contact_unmerged"]


async def test_what_comes_to_a_merged_contact_goes_with_it(floor: Floor) -> None:
    _, kaisa = await begun(floor, "Kaisa")
    first, kaisu = await begun(floor, "Kaisu", "persistent", email="kaisu@example.com")
    await floor.done(SAARA, MergeContacts(contact_id=kaisu, into_id=kaisa))
    second, again = await begun(floor, "Kaisu", "persistent", email="kaisu@example.com")
    assert again == kaisu
    assert second in await history(floor, SAARA, kaisa)
    await floor.done(SAARA, UnmergeContact(contact_id=kaisu))
    assert await history(floor, SAARA, kaisu) == [second, first]


async def test_by_what_a_customer_is_recognized_is_told_of_all_their_contacts(floor: Floor) -> None:
    """By what a channel has vouched for, and by no address that somebody wrote into a contact."""
    _, kaisa = await begun(floor, "Kaisa", email="kaisa@example.com")
    _, kaisu = await begun(floor, "Kaisu", "persistent")
    vouched = "INSERT INTO identities VALUES ($1, $2, $3, $4, 'account', $5)"
    await floor.sql(vouched, HOUSE, "phone", "+358401234567", kaisu, floor.clock())

    async def told(contact: str) -> list[tuple[str, str]]:
        async with floor.database.reading() as tx:
            found = await contacts.one(tx, SAARA, contact)
        assert not isinstance(found, Refusal)
        return [(one.kind, one.value) for one in found.identities]

    assert (await told(kaisa), await told(kaisu)) == ([], [("phone", "+358401234567")])
    await floor.done(SAARA, MergeContacts(contact_id=kaisu, into_id=kaisa))
    assert await told(kaisa) == [("phone", "+358401234567")]


async def test_a_merge_opens_no_other_conversation_to_a_token(floor: Floor) -> None:
    chat, kaisa = await begun(floor, "Kaisa")
    text, kaisu = await begun(floor, "Kaisu", "persistent")
    await floor.done(SAARA, MergeContacts(contact_id=kaisu, into_id=kaisa))
    for mine, contact, other in ((chat, kaisa, text), (text, kaisu, chat)):
        guest = customer(mine, contact)
        assert may_see(guest, await floor.get(mine))
        assert not may_see(guest, await floor.get(other))
        refusal = read_refusal(guest, await floor.get(other))
        assert refusal is not None
        assert refusal.reason is Reason.NOT_FOUND
        assert await asked(floor, guest, contact) is Reason.NOT_FOUND


async def test_an_agent_knows_a_merged_customer_but_sees_only_their_own_conversations(floor: Floor) -> None:
    chat, kaisa = await begun(floor, "Kaisa")
    command = StartConversation(channel=Channel.RECORD, customer_name="Kaisu", workstream_id="case")
    result = (await floor.done(INES, command)).result
    await floor.done(SAARA, MergeContacts(contact_id=str(result["contact"]), into_id=kaisa))
    assert await history(floor, EINO, kaisa) == [chat]
    assert await history(floor, SAARA, kaisa) == [result["id"], chat]


async def test_a_contact_is_not_merged_with_itself_or_with_nobody(floor: Floor) -> None:
    _, kaisa = await begun(floor, "Kaisa")
    same = MergeContacts(contact_id=kaisa, into_id=kaisa)
    assert (await floor.refused(SAARA, same)).reason is Reason.SAME_CONTACT
    assert (await floor.refused(SAARA, replace(same, into_id="nobody"))).reason is Reason.NOT_FOUND
    assert (await floor.refused(SAARA, UnmergeContact(contact_id="nobody"))).reason is Reason.NOT_FOUND


async def test_merges_at_once_make_no_circle(floor: Floor) -> None:
    people = [(await begun(floor, f"K{number}"))[1] for number in range(4)]
    pairs = [(one, other) for one in people for other in people if one != other]
    await asyncio.gather(*(floor.done(SAARA, MergeContacts(contact_id=a, into_id=b)) for a, b in pairs))
    rows = await floor.sql("SELECT id FROM contacts WHERE merged_into IS NULL")
    assert len(rows) == 1
    assert len(await history(floor, SAARA, people[0])) == 4


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=10))
@settings(max_examples=15, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
@pytest.mark.slow
async def test_whatever_is_merged_taking_it_all_back_restores_everything(
    fresh_database: Fresh, steps: list[tuple[int, int, bool]]
) -> None:
    async with fresh_database() as database:
        floor = await Floor.open(database)
        pairs = [await begun(floor, f"K{number}") for number in range(5)]
        people = [contact for _, contact in pairs]
        told = ("facts ", "journal_heads ")
        before = [row for row in await floor.everything() if not row.startswith(told)]
        for one, other, back in steps:
            if back:
                await floor.done(SAARA, UnmergeContact(contact_id=people[one]))
            elif one != other:
                await floor.done(SAARA, MergeContacts(contact_id=people[one], into_id=people[other]))
            histories = [await history(floor, SAARA, contact) for contact in people]
            assert {chat for found in histories for chat in found} == {chat for chat, _ in pairs}
        for contact in people:
            await floor.done(SAARA, UnmergeContact(contact_id=contact))
        assert [row for row in await floor.everything() if not row.startswith(told)] == before
        assert [await history(floor, SAARA, contact) for contact in people] == [[chat] for chat, _ in pairs]
