"""An agent writes to a customer first, and has the conversation at once; nobody is written to who does not want it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, EINO, HOUSE, INES, SAARA, SULO, SUPPORT, Floor, person, reason
from sample_line import Line, messages, served

from valvomo.channels.addressing import addressed
from valvomo.channels.port import Inbound
from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.beginning import Beginning
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.begin import BeginConversation
from valvomo.commands.execute import Done
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.db import figures
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.beginning import Reach, Way, begin_refusal, reach_refusal
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Channel, ConsentPolicy, Conversation, State
from valvomo.domain.figures.counting import counted
from valvomo.domain.figures.entries import NOTHING, Counter
from valvomo.domain.figures.sums import JUDGED
from valvomo.domain.figures.turn import Turn
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.figures import History
from valvomo.protocol.pages import Page
from valvomo.queries import figure_details
from valvomo.queries.figure_details import Wanted
from valvomo.queries.figure_questions import Question
from valvomo.queries.figures import history
from valvomo.queries.verify import verify

WAY = Way(queue_id=SUPPORT, switched_on=True)


@pytest.mark.parametrize(
    ("actor", "way", "why"),
    [
        (AINO, WAY, None),
        (SAARA, WAY, None),
        (SULO, WAY, Reason.NOT_MEMBER),
        (AATU, WAY, Reason.ROLE_NEEDED),
        (INES, WAY, Reason.ROLE_NEEDED),
        (person("Ida", UserRole.AGENT, UserRole.INTEGRATION, queues=[SUPPORT]), WAY, Reason.INTEGRATION_ACCOUNT),
        (person("Onni", UserRole.AGENT, queues=[BILLING]), WAY, Reason.NOT_MEMBER),
        (AINO, replace(WAY, switched_on=False), Reason.BEGIN_OFF),
        (AINO, replace(WAY, proactive=False), Reason.BEGIN_OFF),
        (AINO, replace(WAY, disabled=True), Reason.CHANNEL_DISABLED),
    ],
)  # fmt: skip
def test_who_may_begin(actor: Actor, way: Way, why: Reason | None) -> None:
    assert reason(begin_refusal(actor, way)) is why


@pytest.mark.parametrize(
    ("reach", "template", "why"),
    [
        (Reach(), False, None),
        (Reach(), True, None),
        (Reach(takes_text=False), False, Reason.TEMPLATE_NEEDED),
        (Reach(takes_text=False), True, None),
        (Reach(opted_out=True), False, Reason.OPTED_OUT),
        (Reach(opted_out=True), True, Reason.OPTED_OUT),
    ],
)
def test_what_may_be_sent_there(reach: Reach, template: bool, why: Reason | None) -> None:
    assert reason(reach_refusal(reach, template=template)) is why


@pytest.mark.parametrize(
    ("channel", "written", "address"),
    [
        (Channel.SMS, "+358 40 123 4567", "+358401234567"),
        (Channel.WHATSAPP, "+358401234567", "+358401234567"),
        (Channel.SMS, "040 123 4567", None),
        (Channel.SMS, "+1", None),
        (Channel.SMS, "ann", None),
        (Channel.EMAIL, " Ann@Example.ORG ", "ann@example.org"),
        (Channel.EMAIL, "ann", None),
        (Channel.EMAIL, "ann@example.org, eve@example.org", None),
        (Channel.EMAIL, "ann@example.org\r\nBcc: eve@example.org", None),
        (Channel.CUSTOM, " device-7 ", "device-7"),
        (Channel.CUSTOM, "", None),
        (Channel.CUSTOM, "a\x00b", None),
    ],
)
def test_an_address_has_one_form(channel: Channel, written: str, address: str | None) -> None:
    assert addressed(channel, written) == address


async def begin(line: Line, actor: Actor = AINO, key: str | None = None, **how: Any) -> Done | Refusal:
    given = {"address": "ann", "text": "Your order has come.", "client_id": "first", **how}
    command = BeginConversation(account_id=line.account_id, **given)
    return await Beginning(line.floor.executor, line.opener).begin(actor, command, key)


async def begun(line: Line, **how: Any) -> str:
    outcome = await begin(line, **how)
    assert isinstance(outcome, Done), outcome
    return str(outcome.result["id"])


@pytest.fixture
async def open_line(line: Line) -> Line:
    await line.floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, begins=True))
    return line


async def test_it_is_off_until_an_administrator_switches_it_on(line: Line) -> None:
    assert reason(await begin(line)) is Reason.BEGIN_OFF
    assert await Beginning(line.floor.executor, line.opener).ways(AINO) == []


async def test_the_agent_has_it_at_once_and_the_customer_gets_the_message(open_line: Line) -> None:
    before = (await open_line.floor.agent(AINO)).load
    one = await begun(open_line, customer_name="Ann")
    conversation = await open_line.floor.get(one)
    assert (conversation.state, conversation.owner_id, conversation.outbound) == (State.ACTIVE, AINO.id, True)
    assert (conversation.customer_name, conversation.queue_id) == ("Ann", SUPPORT)
    assert (await open_line.floor.agent(AINO)).load == before + conversation.units
    await open_line.send()
    assert [(got["to"], got["text"]) for got in open_line.got()] == [("ann", "Your order has come.")]
    assert await messages(open_line.floor, one) == [("Your order has come.", "sent", None)]
    report = await verify(open_line.floor.database)
    assert report.clean, report.findings


async def test_the_answer_comes_into_it(open_line: Line) -> None:
    one = await begun(open_line)
    await open_line.says("ann", "thank you", "m-1")
    await open_line.take_in()
    assert [text for text, *_ in await messages(open_line.floor, one)] == [
        "Your order has come.",
        "thank you",
    ]
    (count,) = await open_line.floor.sql("SELECT count(*) AS conversations FROM conversations")
    assert count["conversations"] == 1
    contact = (await open_line.floor.get(one)).contact_id
    await open_line.floor.done(AINO, serve.End(conversation_id=one))
    await open_line.says("ann", "one more thing", "m-2")
    await open_line.take_in()
    contacts = await open_line.floor.sql("SELECT DISTINCT contact_id FROM conversations")
    assert [row["contact_id"] for row in contacts] == [contact]


async def test_what_goes_on_there_is_named_instead(open_line: Line) -> None:
    one = await served(open_line, "ann")
    refused = await begin(open_line)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.ONGOING
    assert refused.facts == {"conversation": one, "state": "active", "owner": "Aino"}
    hidden = await begin(open_line, actor=EINO)
    assert isinstance(hidden, Refusal)
    assert hidden.facts["conversation"] is None
    assert await open_line.floor.sql("SELECT 1 FROM dispatches WHERE organization_id = $1", HOUSE) == []
    await open_line.floor.done(AINO, serve.End(conversation_id=one))
    assert await begun(open_line) != one


async def test_the_same_request_again_begins_nothing_again(open_line: Line) -> None:
    first, again = [await begin(open_line, key="key-1") for _ in range(2)]
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (again.result["id"], again.repeated) == (first.result["id"], True)
    assert len(await open_line.floor.sql("SELECT 1 FROM dispatches")) == 1


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"address": " "}, Reason.MALFORMED),
        ({"text": " \n"}, Reason.MALFORMED),
        ({"actor": SULO}, Reason.NOT_MEMBER),
        ({"actor": AATU}, Reason.ROLE_NEEDED),
        ({"contact_id": "nobody"}, Reason.UNKNOWN_TARGET),
    ],
)
async def test_what_is_refused_changes_nothing(open_line: Line, how: dict[str, Any], why: Reason) -> None:
    before = await open_line.floor.everything()
    assert reason(await begin(open_line, **how)) is why
    assert await open_line.floor.everything() == before


async def test_nobody_is_written_to_who_has_blocked_us(open_line: Line) -> None:
    one = await begun(open_line)
    await open_line.send()
    await open_line.reports(open_line.got()[0]["id"], "failed", problem="blocked")
    await open_line.take_in()
    await open_line.floor.done(AINO, serve.End(conversation_id=one))
    assert reason(await begin(open_line)) is Reason.OPTED_OUT
    await open_line.says("ann", "I was wrong", "m-1")
    await open_line.take_in()
    (row,) = await open_line.floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
    await open_line.floor.done(AINO, serve.Pick(conversation_id=row["id"]))
    await open_line.floor.done(AINO, serve.End(conversation_id=row["id"]))
    await begun(open_line)


async def test_nor_who_has_opted_out_until_they_want_to_again(open_line: Line) -> None:
    (row,) = await open_line.floor.sql("SELECT * FROM channel_accounts")
    used = open_line.opener.open(row)

    async def says(text: str, opted: str) -> None:
        said = Inbound(key=text, address="ann", text=text, opted=opted)
        await open_line.reception.keep(used, (said,), open_line.floor.clock())
        await open_line.take_in()
        (newest,) = await open_line.floor.sql("SELECT id FROM conversations ORDER BY id DESC LIMIT 1")
        await open_line.floor.done(AINO, serve.Pick(conversation_id=newest["id"]))
        await open_line.floor.done(AINO, serve.End(conversation_id=newest["id"]))

    await says("STOP", "out")
    assert reason(await begin(open_line)) is Reason.OPTED_OUT
    await says("anything", "")
    assert reason(await begin(open_line)) is Reason.OPTED_OUT
    await says("START", "in")
    await begun(open_line)


async def test_the_notice_comes_before_the_first_word(open_line: Line) -> None:
    command = ChangeWorkstream(workstream_id="custom", consent=ConsentPolicy.NOTICE)
    await open_line.floor.done(AATU, command)
    one = await begun(open_line)
    await open_line.send()
    said = [got["text"] for got in open_line.got()]
    assert len(said) == 2
    assert said[1] == "Your order has come."
    assert (await open_line.floor.get(one)).consent.version == 1


async def test_a_window_that_is_closed_takes_a_template_alone(floor: Floor) -> None:
    async with Line.open(floor, session_hours=24) as line:
        await floor.done(AATU, ChangeChannelAccount(account_id=line.account_id, begins=True))
        assert reason(await begin(line)) is Reason.TEMPLATE_NEEDED
        one = await served(line, "ann")
        await floor.done(AINO, serve.End(conversation_id=one))
        begun_one = await begun(line)
        assert "window" in (await floor.get(begun_one)).deadlines


async def test_nobody_has_waited_and_nothing_arrived(open_line: Line) -> None:
    one = await begun(open_line)
    await open_line.floor.write(AINO, one, "And it is blue.")
    conversation = await open_line.floor.get(one)
    assert conversation.first_response_at == conversation.created_at
    counters = await counted_in(open_line.floor, one)
    assert Counter.BEGUN in counters
    assert not counters & {Counter.ARRIVED, Counter.ANSWERED, Counter.FIRST_RESPONSE, Counter.SESSION}
    await open_line.floor.done(AINO, serve.End(conversation_id=one))
    await open_line.floor.done(AINO, serve.Complete(conversation_id=one))
    assert {Counter.COMPLETED, Counter.HANDLED} <= await counted_in(open_line.floor, one)


async def test_a_wait_of_what_the_house_began_is_in_no_service_level(open_line: Line) -> None:
    floor = open_line.floor
    one = await begun(open_line)
    await floor.done(AINO, serve.Release(conversation_id=one))
    floor.clock.advance(3600)
    await floor.done(AINO, serve.Pick(conversation_id=one))
    counters = await counted_in(floor, one)
    assert Counter.SESSION_OUTBOUND in counters
    assert not counters & JUDGED
    assert not counters & {Counter.UNSERVED, Counter.SESSION_CLOSED}


async def test_history_tells_directions_apart_and_together(open_line: Line) -> None:
    floor = open_line.floor
    since = floor.clock()
    out = await begun(open_line)
    await floor.accepted("chat")
    for one in (out, await floor.accepted("persistent")):
        await floor.done(AINO, serve.End(conversation_id=one))
        await floor.done(AINO, serve.Complete(conversation_id=one))
    floor.clock.advance(60)
    found = {}
    async with floor.database.transaction() as tx:
        while (await figures.count(tx, HOUSE, figures.Memory()))[0]:
            pass
        for directions in ((), ("in",), ("out",), ("in", "out")):
            asked = Question(since=since, until=floor.clock(), directions=directions)
            told = await history(tx, SAARA, asked, floor.clock())
            listed = await figure_details.listed(tx, SAARA, asked, Wanted("completed"), cursor=None, limit=9)
            assert isinstance(told, History)
            assert isinstance(listed, Page)
            (item,) = told.items
            assert len(listed.items) == item.completed
            found[directions] = (item.started, item.begun, item.answered, item.completed)
    assert found == {
        (): (2, 1, 2, 2),
        ("in",): (2, 0, 2, 1),
        ("out",): (0, 1, 0, 1),
        ("in", "out"): (2, 1, 2, 2),
    }


async def counted_in(floor: Floor, one: str) -> set[str]:
    """Counters of all its facts."""
    before: Conversation | None = None
    found: set[str] = set()
    spent = NOTHING
    for fact in await floor.facts(one):
        assert isinstance(fact.event, Event)
        after = fold(before, fact.event, fact.at)
        entries, spent = counted(Turn(before, fact.event, after, fact.at, spent), {})
        found |= {entry.counter for entry in entries}
        before = after
    return found
