"""Marking a VIP: who may, that all of the customer's conversations say so, and that it stays with the customer."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, EINO, INES, SAARA, SULO, Floor

from valvomo.commands.contacts.merge import MergeContacts, UnmergeContact
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.vip import MarkVip
from valvomo.commands.execute import Done
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.vip import VipMarked
from valvomo.domain.refusals import Reason

pytestmark = pytest.mark.slow


async def from_ada(floor: Floor) -> str:
    """A conversation with the one customer who has this address."""
    new = StartConversation(
        channel=Channel.LIVE_CHAT, customer_name="Ada", workstream_id="chat", email="ada@example.com"
    )
    return str((await floor.done(INES, new)).result["id"])


async def vip(floor: Floor, *ids: str) -> list[bool]:
    return [(await floor.get(one)).vip for one in ids]


async def test_all_conversations_of_the_customer_say_so_and_later_ones_too(floor: Floor) -> None:
    first, second, other = await from_ada(floor), await from_ada(floor), await floor.start("chat")
    await floor.done(AINO, Pick(conversation_id=first))
    await floor.done(AINO, MarkVip(conversation_id=first, vip=True))
    assert await vip(floor, first, second, other, await from_ada(floor)) == [True, True, False, True]
    facts = len(await floor.all_facts())
    await floor.done(AINO, MarkVip(conversation_id=first, vip=True))
    assert len(await floor.all_facts()) == facts, "said twice is said once"
    await floor.done(SAARA, MarkVip(conversation_id=second, vip=False))
    assert await vip(floor, first, second, await from_ada(floor)) == [False, False, False]


async def test_who_serves_them_or_supervises_the_queue_may_and_nobody_else(floor: Floor) -> None:
    one = await floor.accepted("chat")
    for actor, reason in (
        (EINO, Reason.NOT_FOUND), (SULO, Reason.NOT_FOUND), (await floor.guest(one), Reason.NOT_YOURS),
    ):  # fmt: skip
        assert (await floor.refused(actor, MarkVip(conversation_id=one, vip=True))).reason is reason, (
            actor.name
        )
    await floor.done(SAARA, MarkVip(conversation_id=one, vip=True))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    refused = await floor.refused(SAARA, MarkVip(conversation_id=one, vip=False))
    assert refused.reason is Reason.CLOSED
    assert (
        await floor.refused(SAARA, MarkVip(conversation_id="nobody", vip=True))
    ).reason is Reason.NOT_FOUND


async def test_two_who_mark_by_different_conversations_wait_for_each_other(floor: Floor) -> None:
    first, second = await from_ada(floor), await from_ada(floor)
    for number in range(4):
        marks = (MarkVip(conversation_id=one, vip=bool(number % 2)) for one in (first, second))
        outcomes = await asyncio.gather(*(floor.do(SAARA, one) for one in marks))
        assert all(isinstance(one, Done) for one in outcomes)
        assert len(set(await vip(floor, first, second))) == 1


async def contact(floor: Floor, conversation: str) -> str:
    return (await floor.get(conversation)).contact_id


async def test_merged_with_a_vip_all_of_their_conversations_say_so_until_they_are_parted(
    floor: Floor,
) -> None:
    ada, other, third, closed = await from_ada(floor), *[await floor.start("chat") for _ in range(3)]
    await floor.done(SAARA, ForceClose(conversation_id=closed, reason="test"))
    await floor.done(SAARA, MarkVip(conversation_id=ada, vip=True))
    merge = MergeContacts(contact_id=await contact(floor, other), into_id=await contact(floor, ada))
    await floor.done(SAARA, merge)
    assert await vip(floor, ada, other, third) == [True, True, False]
    told = [fact.event.by_name for fact in await floor.all_facts() if isinstance(fact.event, VipMarked)]
    assert told == [SAARA.name, SAARA.name]
    # The one who is shown is no VIP: whom they are merged with is.
    await floor.done(SAARA, MergeContacts(contact_id=merge.into_id, into_id=await contact(floor, third)))
    assert await vip(floor, ada, other, third, closed) == [True, True, True, False]
    facts = len(await floor.all_facts())
    await floor.done(SAARA, MergeContacts(contact_id=merge.contact_id, into_id=await contact(floor, third)))
    assert len(await floor.all_facts()) == facts, "they are one already"
    await floor.done(SAARA, UnmergeContact(contact_id=merge.into_id))
    assert await vip(floor, ada, other, third) == [True, True, False]
    await floor.done(SAARA, UnmergeContact(contact_id=merge.contact_id))
    assert await vip(floor, ada, other, third) == [True, False, False]


async def test_said_of_a_merged_customer_it_stays_with_both(floor: Floor) -> None:
    ada, other = await from_ada(floor), await floor.start("chat")
    merge = MergeContacts(contact_id=await contact(floor, other), into_id=await contact(floor, ada))
    await floor.done(SAARA, merge)
    assert await vip(floor, ada, other) == [False, False]
    await floor.done(SAARA, MarkVip(conversation_id=other, vip=True))
    await floor.done(SAARA, UnmergeContact(contact_id=merge.contact_id))
    assert await vip(floor, ada, other) == [True, True]


async def test_what_begins_while_they_are_merged_says_so_too(floor: Floor) -> None:
    """Whoever comes first: no conversation of theirs is left without it."""
    ada = await from_ada(floor)
    for number in range(5):
        other = await floor.start("chat")
        await floor.done(SAARA, MarkVip(conversation_id=other, vip=True))
        merge = MergeContacts(contact_id=await contact(floor, ada), into_id=await contact(floor, other))
        _, begun = await asyncio.gather(floor.done(SAARA, merge), from_ada(floor))
        assert await vip(floor, ada, begun) == [True, True], number
        await floor.done(SAARA, UnmergeContact(contact_id=merge.contact_id))
        assert await vip(floor, ada, begun) == [False, False], number
