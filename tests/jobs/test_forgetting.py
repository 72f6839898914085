"""A customer is forgotten: nothing anywhere says who they were, or what was written, and everything else stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sample_canaries import canary, close, lay, look_on, sung
from sample_floor import AATU, AINO, HOUSE, INES, SAARA, TIMER, Floor

from valvomo.channels.port import Identity, Inbound
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.channels.receiving import kept
from valvomo.commands.channels.taking_in import TakeMessage
from valvomo.commands.contacts.change import ChangeContact
from valvomo.commands.contacts.forget import ForgetContact, ForgetCustomer, ForgetIdleContact
from valvomo.commands.contacts.merge import MergeContacts, UnmergeContact
from valvomo.commands.conversations.serve import Complete, End, Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.looking_back import Search
from valvomo.commands.settings.retention import ChangeRetention
from valvomo.db import channels, forgetting
from valvomo.db.channels import Call
from valvomo.domain.access.actor import Actor, ActorKind, system
from valvomo.domain.contacts.events import ContactForgotten
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason
from valvomo.jobs.recorder import Recorder
from valvomo.jobs.retention import Retention
from valvomo.queries.verify import verify

WHO, MAIL, PHONE = canary("name"), f"{canary('mailaddress')}@example.org", "+358409999127"
NUMBERS = {PHONE, PHONE.removeprefix("+")}


def job(floor: Floor) -> Retention:
    return Retention(floor.executor, floor.clock, "one")


async def emptied(floor: Floor) -> int:
    """Everything that is to be removed is; how many conversations that was."""
    one = job(floor)
    while await one.round() is not None:
        pass
    return one.removed


async def findings(floor: Floor) -> list[str]:
    return [str(one) for one in (await verify(floor.database)).findings]


async def told(floor: Floor) -> list[str]:
    """Rows in which a number of the customer is."""
    return [row for row in await floor.everything() if any(one in row for one in NUMBERS)]


async def counted(floor: Floor) -> list[tuple[Any, ...]]:
    """What is counted of everything that happened, anew."""
    await floor.sql("DELETE FROM figure_entries")
    await floor.sql("DELETE FROM figure_heads")
    await Bookkeeper(floor.database).keep(HOUSE)
    return [tuple(row) for row in await floor.sql("SELECT * FROM figure_entries ORDER BY position, place")]


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever holds a token has the name of its contact."""

    async def guest(floor: Floor, conversation_id: str) -> Actor:
        found = await floor.get(conversation_id)
        return Actor(
            id=found.contact_id, organization_id=HOUSE, name=found.customer_name, kind=ActorKind.CUSTOMER,
            conversation_id=conversation_id,
        )  # fmt: skip

    monkeypatch.setattr(Floor, "guest", guest)


async def by_phone(floor: Floor, key: str = "p1", text: str = "hello") -> str:
    """Somebody whom a provider knows by their number writes; their conversation, closed."""
    now = floor.clock.now
    came = Inbound(
        key=key,
        address=PHONE,
        text=text,
        name=canary("profile"),
        sent_at=now,
        identity=Identity("phone", PHONE),
    )
    async with floor.database.transaction() as tx:
        await channels.keep(tx, [Call(account=(HOUSE, "line"), at=now, items=[(kept(came, now), now)])])
    taken = await floor.done(TIMER, TakeMessage(account_id="line", address=PHONE, session_hours=1.0))
    return str(taken.result["conversation"])


async def closed(floor: Floor, one: str) -> str:
    await floor.done(AINO, Pick(conversation_id=one))
    await floor.write(AINO, one, "answered")
    await floor.done(AINO, End(conversation_id=one))
    await floor.done(AINO, Complete(conversation_id=one))
    return one


async def contact_of(floor: Floor, one: str) -> str:
    return (await floor.get(one)).contact_id


async def everyone(floor: Floor, ids: Sequence[str]) -> list[str]:
    return sorted({await contact_of(floor, one) for one in ids})


async def told_of(floor: Floor, ids: list[str]) -> None:
    """Facts, tokens and names by which the house knows these contacts, who are one customer in the end."""
    first, *others = ids
    await floor.done(
        SAARA,
        ChangeContact(contact_id=first, revision=0, name=canary("newname"), about=canary("about"), phone=PHONE,
                      company=canary("company"), email=f"{canary('newmail')}@example.org"),
    )  # fmt: skip
    for one in others:
        await floor.done(SAARA, MergeContacts(contact_id=one, into_id=first))
    await floor.done(SAARA, UnmergeContact(contact_id=others[0]))
    await floor.done(SAARA, MergeContacts(contact_id=others[0], into_id=first))
    await floor.sql(
        "INSERT INTO contact_identities VALUES ($1, 'chat', $2, $3, $4)", HOUSE, canary("subject"), first,
        floor.clock.now,
    )  # fmt: skip
    await floor.sql(
        "INSERT INTO customer_tokens (token_hash, organization_id, conversation_id, contact_id, language, created_at,"
        " expires_at) SELECT '\\x01', $1, id, contact_id, 'en', $2, $2 FROM conversations WHERE contact_id = $3"
        " LIMIT 1",
        HOUSE, floor.clock.now, first,
    )  # fmt: skip
    await floor.done(SAARA, Search(words=canary("newname"), seen=0, since=None, until=None))


async def test_nothing_anywhere_says_who_it_was_and_everything_verifies(floor: Floor, named: None) -> None:
    ids = list(await lay(floor, WHO, MAIL))
    ids.append(await by_phone(floor))
    await look_on(floor)
    await Recorder(floor.database, floor.clock, "recorder", days=400).keep_now(HOUSE)
    await floor.done(AINO, Pick(conversation_id=ids[-1]))
    await close(floor, ids)
    contacts = await everyone(floor, ids)
    await told_of(floor, contacts)
    figures = await counted(floor)
    before, rows = await sung(floor), await told(floor)
    assert {"name", "mailaddress", "newname", "about", "company", "newmail", "profile", "pastname"} <= before
    assert rows
    assert await findings(floor) == []
    await floor.done(AATU, ForgetContact(contact_id=contacts[-1]))
    assert await findings(floor) == []
    assert await emptied(floor) == len(ids)
    assert await sung(floor) == set()
    assert await told(floor) == []
    assert await findings(floor) == []
    assert await counted(floor) == figures
    assert await floor.sql("SELECT FROM contacts WHERE emptied_at IS NULL AND id = ANY ($1)", contacts) == []


async def test_whoever_writes_again_is_somebody_new(floor: Floor, named: None) -> None:
    await lay(floor)
    one = await closed(floor, await by_phone(floor))
    contact = await contact_of(floor, one)
    await floor.done(AATU, ForgetContact(contact_id=contact))
    # Also before the last word is gone.
    again = await by_phone(floor, "p2", "me again")
    assert await contact_of(floor, again) != contact
    assert await emptied(floor) == 1
    said = await floor.sql(
        "SELECT conversation_id, text, author_name FROM public_messages WHERE author_role = 'customer'"
        " AND conversation_id = ANY ($1)",
        [one, again],
    )
    assert {tuple(row) for row in said} == {(one, "", "–"), (again, "me again", canary("profile"))}
    assert await findings(floor) == []


async def test_nobody_is_forgotten_while_anything_goes_on_with_them(floor: Floor) -> None:
    one = await floor.accepted("chat")
    contact = await contact_of(floor, one)
    before = await floor.everything()
    refusal = await floor.refused(AATU, ForgetContact(contact_id=contact))
    assert (refusal.reason, refusal.facts) == (Reason.CONTACT_ONGOING, {"count": 1})
    assert await floor.everything() == before
    for actor in (AINO, SAARA, INES):
        assert (await floor.refused(actor, ForgetContact(contact_id=contact))).reason is Reason.ROLE_NEEDED
        refusal = await floor.refused(actor, ForgetCustomer(conversation_id=one))
        assert refusal.reason is Reason.ROLE_NEEDED
    outcome = await floor.done(system(HOUSE, "retention"), ForgetCustomer(conversation_id=one))
    assert outcome.result == {"forgotten": False}
    assert await floor.everything() == before


async def test_it_happens_once_and_nobody_knows_of_them_any_more(floor: Floor) -> None:
    one = await closed(floor, await floor.start("chat"))
    contact = await contact_of(floor, one)
    for _ in range(2):
        await floor.done(AATU, ForgetContact(contact_id=contact))
    assert await emptied(floor) == 1
    assert await emptied(floor) == 0
    (fact,) = [one for one in await floor.all_facts() if one.kind == "contact_forgotten"]
    assert fact.audited
    assert fact.actor_id == AATU.id
    assert [fact.kind for fact in await floor.facts(one)].count("customer_forgotten") == 1
    refusal = await floor.refused(SAARA, ChangeContact(contact_id=contact, revision=1, name="Kaisa"))
    assert refusal.reason is Reason.NOT_FOUND
    other = await contact_of(floor, await floor.start("chat"))
    for pair in ((contact, other), (other, contact)):
        refusal = await floor.refused(SAARA, MergeContacts(contact_id=pair[0], into_id=pair[1]))
        assert refusal.reason is Reason.NOT_FOUND
    begun = StartConversation(
        channel=Channel.LIVE_CHAT, customer_name="", workstream_id="chat", contact_id=contact
    )
    assert (await floor.refused(INES, begun)).reason is Reason.UNKNOWN_TARGET


async def test_what_was_changed_after_it_is_found(floor: Floor) -> None:
    one = await closed(floor, await floor.start("chat"))
    contact = await contact_of(floor, one)
    await floor.done(SAARA, ChangeContact(contact_id=contact, revision=0, name="Eve"))
    await floor.done(AATU, ForgetContact(contact_id=contact))
    assert await emptied(floor) == 1
    assert await findings(floor) == []
    for change, undo in (
        ("UPDATE facts SET actor_name = 'Eve' WHERE kind = 'contact_changed'",
         "UPDATE facts SET actor_name = 'Saara' WHERE kind = 'contact_changed'"),
        ("UPDATE facts SET erased = true WHERE kind = 'contact_forgotten'",
         "UPDATE facts SET erased = false WHERE kind = 'contact_forgotten'"),
        ("UPDATE facts SET actor_name = 'Eve' WHERE kind = 'conversation_started'",
         "UPDATE facts SET actor_name = 'Ines' WHERE kind = 'conversation_started'"),
        ("UPDATE conversations SET body = body || '{\"customer_name\": \"Eve\"}'",
         "UPDATE conversations SET body = body || '{\"customer_name\": \"\\u2013\"}'"),
    ):  # fmt: skip
        await floor.sql(change)
        assert await findings(floor), change
        await floor.sql(undo)
        assert await findings(floor) == [], undo


async def test_a_conversation_whose_words_had_gone_before_loses_the_name_too(
    floor: Floor, named: None
) -> None:
    one = await closed(floor, await floor.start("chat"))
    await floor.sql("UPDATE organizations SET retention = '{\"written_days\": 1}'")
    floor.clock.now += timedelta(days=2)
    await job(floor).round()
    erased_at = (await floor.get(one)).erased_at
    floor.clock.now += timedelta(days=2)
    await floor.done(AATU, ForgetContact(contact_id=await contact_of(floor, one)))
    assert await emptied(floor) == 1
    found = await floor.get(one)
    assert (found.customer_name, found.erased_at, found.forgotten_at) == ("–", erased_at, floor.clock.now)
    assert isinstance((await floor.events(one))[-1], CustomerForgotten)
    assert await findings(floor) == []


async def by_rule(floor: Floor, days: int | None) -> None:
    await floor.done(AATU, ChangeRetention(written_days=None, contact_days=days))


async def test_customers_with_whom_nothing_goes_on_are_forgotten_by_the_rule(floor: Floor) -> None:
    old = await closed(floor, await floor.start("chat"))
    merged, young = await closed(floor, await floor.start("chat")), await floor.accepted("chat")
    into = await contact_of(floor, young)
    await floor.done(SAARA, MergeContacts(contact_id=await contact_of(floor, merged), into_id=into))
    floor.clock.now += timedelta(days=31)
    lately = await closed(floor, await floor.start("chat"))
    async with floor.database.reading() as tx:
        assert await forgetting.count_idle(tx, HOUSE, floor.clock.now - timedelta(days=30)) == 1
    await by_rule(floor, 32)
    one = job(floor)
    while await one.round() is not None:
        pass
    assert one.removed == 0
    await by_rule(floor, 30)
    while await one.round() is not None:
        pass
    assert one.removed == 1
    names = {each: (await floor.get(each)).customer_name for each in (old, merged, young, lately)}
    assert names == {old: "–", merged: "Kaisa", young: "Kaisa", lately: "Kaisa"}
    (fact,) = [each for each in await floor.all_facts() if each.kind == "contact_forgotten"]
    assert isinstance(fact.event, ContactForgotten)
    assert (fact.event.rule, fact.actor_id) == (True, "system:retention")
    assert await findings(floor) == []


async def test_nobody_but_the_system_forgets_by_the_rule_and_only_as_it_is_then(floor: Floor) -> None:
    one = await closed(floor, await floor.start("chat"))
    forget = ForgetIdleContact(contact_id=await contact_of(floor, one))
    floor.clock.now += timedelta(days=31)
    for actor in (AATU, SAARA, INES):
        assert (await floor.refused(actor, forget)).reason is Reason.ROLE_NEEDED
    await by_rule(floor, 32)
    assert (await floor.done(system(HOUSE, "retention"), forget)).result == {"forgotten": False}
    await by_rule(floor, 31)
    assert (await floor.done(system(HOUSE, "retention"), forget)).result == {"forgotten": True}
    assert (await floor.done(system(HOUSE, "retention"), forget)).result == {"forgotten": False}
    await by_rule(floor, None)
