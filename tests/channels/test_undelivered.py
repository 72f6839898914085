"""A message that did not reach its customer asks for attention, is told to its agent, and is seen to by them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sample_floor import AATU, AINO, EINO, HOUSE, SAARA, Floor, reason
from sample_line import Line, messages, served
from sample_provider import Said
from sample_talk import AT, accepted

from valvomo.commands.channels.mending import MendMessage, SendAgain
from valvomo.commands.conversations import serve
from valvomo.domain.alerts.conditions import EVENTS, looked_for
from valvomo.domain.attention.parts import QueueNorms, attention
from valvomo.domain.conversations.delivery import Delivery, DeliveryChanged, DeliveryProblem
from valvomo.domain.refusals import Reason
from valvomo.queries.verify import verify

NORMS = QueueNorms(service_level=30)
FAILED = DeliveryChanged(
    message_id="m", seq=2, state=Delivery.FAILED, problem=DeliveryProblem.BLOCKED, minded=True
)


def changed(seq: int, state: Delivery, problem: DeliveryProblem | None = None) -> DeliveryChanged:
    return DeliveryChanged(message_id=f"m{seq}", seq=seq, state=state, problem=problem, minded=True)


@pytest.mark.parametrize(
    ("events", "worth", "count"),
    [
        ([], None, None),
        ([(2, Delivery.FAILED, None)], 20, 1),
        ([(2, Delivery.FAILED, None), (3, Delivery.FAILED, None)], 25, 2),
        ([(seq, Delivery.FAILED, None) for seq in range(2, 12)], 40, 10),
        ([(2, Delivery.FAILED, None), (2, Delivery.QUEUED, None)], None, None),
        ([(2, Delivery.FAILED, None), (2, Delivery.DELIVERED, None)], None, None),
        ([(2, Delivery.FAILED, None), (2, Delivery.FAILED, DeliveryProblem.DROPPED)], None, None),
        ([(2, Delivery.FAILED, None), (3, Delivery.SENT, None)], 20, 1),
    ],
)
def test_what_it_is_worth(
    events: list[tuple[int, Delivery, DeliveryProblem | None]], worth: int | None, count: int | None
) -> None:
    one = accepted()
    for minute, event in enumerate(events):
        one = changed(*event).apply(one, AT + timedelta(minutes=minute))
    part = next((part for part in attention(one, NORMS) if part.name == "undelivered"), None)
    assert (part.base if part else None, part.count if part else None) == (worth, count)
    assert part is None or part.began == AT


def test_facts_of_before_say_nothing_of_it() -> None:
    former = DeliveryChanged(message_id="m", seq=2, state=Delivery.FAILED)
    assert former.apply(accepted(), AT) == accepted()


def test_rules_look_for_failures_and_not_for_every_step() -> None:
    assert looked_for(FAILED) == "message_undelivered"
    assert looked_for(FAILED) in EVENTS
    assert looked_for(changed(2, Delivery.SENT)) == "delivery_changed"


async def failed(line: Line) -> str:
    one = await served(line)
    line.system.answer = lambda _asked: Said(410)
    await line.floor.write(AINO, one, "are you there?")
    await line.send()
    line.system.answer = lambda _asked: Said()
    return one


async def undelivered(floor: Floor, one: str) -> list[tuple[int, str]]:
    return [(each.seq, each.problem) for each in (await floor.get(one)).undelivered]


async def test_its_agent_hears_of_it_and_the_conversation_knows(line: Line) -> None:
    one = await failed(line)
    assert await undelivered(line.floor, one) == [(2, "unreachable")]
    told = [fact for fact in await line.floor.facts(one) if fact.notify and fact.kind == "delivery_changed"]
    assert [fact.notify for fact in told] == [(AINO.id,)]
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_its_agent_has_it_sent_again(line: Line) -> None:
    one = await failed(line)
    again = MendMessage(conversation_id=one, seq=2)
    assert reason(await line.floor.do(EINO, again)) is Reason.NOT_FOUND
    assert reason(await line.floor.do(SAARA, again)) is Reason.NOT_PARTICIPANT
    await line.floor.done(AINO, again)
    assert await undelivered(line.floor, one) == []
    assert reason(await line.floor.do(AINO, again)) is Reason.NOT_GIVEN_UP
    await line.send()
    assert (await messages(line.floor, one))[1] == ("are you there?", "sent", None)
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_or_lets_it_be(line: Line) -> None:
    one = await failed(line)
    await line.floor.done(AINO, MendMessage(conversation_id=one, seq=2, drop=True))
    assert await undelivered(line.floor, one) == []
    assert (await messages(line.floor, one))[1] == ("are you there?", "failed", "dropped")
    assert reason(await line.floor.do(AINO, MendMessage(conversation_id=one, seq=2))) is Reason.NOT_GIVEN_UP
    assert reason(await line.floor.do(AINO, MendMessage(conversation_id=one, seq=1))) is Reason.NOT_GIVEN_UP
    report = await verify(line.floor.database)
    assert report.clean, report.findings


async def test_what_an_administrator_drops_asks_for_no_attention_either(line: Line) -> None:
    one = await failed(line)
    (row,) = await line.floor.sql("SELECT message_id FROM dispatches WHERE organization_id = $1", HOUSE)
    command = SendAgain(account_id=line.account_id, message_id=row["message_id"], drop=True)
    await line.floor.done(AATU, command)
    assert await undelivered(line.floor, one) == []


async def test_a_report_that_it_arrived_after_all_ends_it(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "hello")
    await line.send()
    message = line.got()[0]["id"]
    await line.reports(message, "failed", problem="unreachable")
    await line.take_in()
    assert await undelivered(line.floor, one) == [(2, "unreachable")]
    await line.reports(message, "delivered")
    await line.take_in()
    assert await undelivered(line.floor, one) == []


async def test_after_the_end_whoever_had_it_hears_of_it(line: Line) -> None:
    one = await served(line)
    await line.floor.write(AINO, one, "goodbye")
    await line.send()
    await line.floor.done(AINO, serve.End(conversation_id=one))
    await line.floor.done(AINO, serve.Complete(conversation_id=one))
    await line.reports(line.got()[0]["id"], "failed", problem="blocked")
    await line.take_in()
    (fact,) = [
        fact for fact in await line.floor.facts(one) if fact.notify and fact.kind == "delivery_changed"
    ]
    assert fact.notify == (AINO.id,)
