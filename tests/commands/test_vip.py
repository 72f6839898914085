"""Marking a VIP: who may, that all of the customer's conversations say so, and that it stays with the customer."""

from __future__ import annotations

import asyncio

import pytest
from sample_floor import AINO, EINO, INES, SAARA, SULO, Floor

from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.conversations.vip import MarkVip
from valvomo.commands.execute import Done
from valvomo.domain.conversations.model import Channel
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
