"""Templates: which there are, what a customer reads of one, and that one may be written after the window has closed."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_floor import AATU, AINO, SAARA, Floor, reason
from sample_meta import (
    BUSINESS_ID,
    NUMBER_ID,
    MetaLine,
    answered,
    newest,
    refused,
    said_in,
    wa_text,
    whatsapp,
)
from sample_provider import Asked, Said

from valvomo.commands.channels.administering import ChangeChannelAccount
from valvomo.commands.channels.beginning import Beginning
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.begin import BeginConversation, ChosenTemplate
from valvomo.commands.conversations.write_template import WriteTemplate
from valvomo.commands.execute import Done
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.db.ids import new_id
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.delivery import DeliveryProblem
from valvomo.domain.conversations.model import Channel, ConsentPolicy
from valvomo.domain.conversations.template import Template, filled, values_refusal, words_of
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries import message_templates
from valvomo.queries.verify import verify

SETTINGS = {"phone_number_id": NUMBER_ID, "business_account_id": BUSINESS_ID}
_sent = itertools.count(1)
PARCEL = Template(
    name="parcel", language="fi", header="Tilaus {{1}}", body="Hei {{1}}, paketti {{2}} on tullut. Terveisin {{1}}",
    footer="Talo Oy", buttons=("Kiitos", "Soita"),
)  # fmt: skip
VALUES = {"header.1": "1042", "body.1": "Ann", "body.2": "JJFI1"}
# https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
KEPT: list[dict[str, Any]] = [
    {"name": "parcel", "language": "fi", "status": "APPROVED", "category": "UTILITY", "id": "1",
     "parameter_format": "POSITIONAL", "components": [
         {"type": "HEADER", "format": "TEXT", "text": PARCEL.header, "example": {"header_text": ["7"]}},
         {"type": "BODY", "text": PARCEL.body, "example": {"body_text": [["Bob", "X"]]}},
         {"type": "FOOTER", "text": "Talo Oy"},
         {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Kiitos"},
                                         {"type": "PHONE_NUMBER", "text": "Soita", "phone_number": "+358"}]}]},
    {"name": "named", "language": "en_US", "status": "APPROVED", "category": "MARKETING", "parameter_format": "NAMED",
     "components": [{"type": "BODY", "text": "Hello {{first_name}}"}]},
    {"name": "waits", "language": "en", "status": "PENDING", "components": [{"type": "BODY", "text": "x"}]},
    {"name": "picture", "language": "en", "status": "APPROVED", "components": [
        {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "x"}]},
    {"name": "code", "language": "en", "status": "APPROVED", "components": [
        {"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copy"}]}]},
    {"name": "address", "language": "en", "status": "APPROVED", "components": [
        {"type": "BODY", "text": "x"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "See", "url": "https://example.org/{{1}}"}]}]},
    {"name": "row", "language": "en", "status": "APPROVED", "components": [
        {"type": "BODY", "text": "x"}, {"type": "CAROUSEL", "cards": []}]},
    {"name": 7, "language": None},
]  # fmt: skip


def graph(asked: Asked) -> Said:
    """One template a page, and whatever is sent is taken."""
    if asked.method == "POST":
        return answered({"messages": [{"id": f"wamid.t-{next(_sent)}"}]})
    if "/message_templates" not in asked.path:
        return answered({"display_phone_number": "+358 45 7000000", "verified_name": "The house"})
    after = int(asked.path.rpartition("after=")[2]) if "after=" in asked.path else 0
    more = {"next": "https://graph.facebook.com/next"} if after + 1 < len(KEPT) else {}
    return answered({"data": [KEPT[after]], "paging": {"cursors": {"after": str(after + 1)}, **more}})


@pytest.fixture
async def wa(floor: Floor) -> AsyncIterator[MetaLine]:
    async with MetaLine.open(floor, "whatsapp", SETTINGS, graph) as opened:
        yield opened


async def silent(wa: MetaLine) -> str:
    """A conversation with Aino whose customer has not written for a day; the account's templates are known."""
    await wa.setting_up.check(AATU, wa.account_id)
    await wa.call(whatsapp(messages=[wa_text("wamid.1", "hello", wa.floor.clock())]))
    await wa.take_in()
    conversation = await newest(wa.floor)
    await wa.floor.done(AINO, serve.Pick(conversation_id=conversation))
    wa.floor.clock.advance(24 * 3600 + 1)
    await wa.floor.fire(conversation)
    return conversation


async def offered(wa: MetaLine, conversation: str, actor: Actor = AINO) -> list[str]:
    async with wa.floor.database.asking() as tx:
        found = await message_templates.of_conversation(tx, actor, conversation)
    assert not isinstance(found, Refusal)
    return [one.name for one in found]


def writes(conversation: str, values: Mapping[str, str] = VALUES, **more: Any) -> WriteTemplate:
    whole = {"name": "parcel", "language": "fi", "client_id": new_id(), **more}
    return WriteTemplate(conversation_id=conversation, values=values, **whole)


def test_the_customer_reads_header_body_footer_and_buttons() -> None:
    assert PARCEL.places == ("header.1", "body.1", "body.2")
    assert words_of(PARCEL, VALUES) == (
        "Tilaus 1042\n\nHei Ann, paketti JJFI1 on tullut. Terveisin Ann\n\nTalo Oy\n\n[Kiitos] [Soita]"
    )
    told = filled(PARCEL, VALUES)
    assert (told.header, told.body) == ((("1", "1042"),), (("1", "Ann"), ("2", "JJFI1")))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"header.1": "1042", "body.1": "Ann"},
        {**VALUES, "body.1": "  "},
        {**VALUES, "body.3": "more"},
        {**VALUES, "body.1": "two\nlines"},
        {**VALUES, "body.1": "a\tb"},
        {**VALUES, "body.1": "a     b"},
        {**VALUES, "body.1": "a\x00b"},
        {**VALUES, "body.1": "x" * 1025},
    ],
)
def test_what_does_not_fill_a_template_is_refused(values: dict[str, str]) -> None:
    refusal = values_refusal(PARCEL, values)
    assert refusal is not None
    assert refusal.reason is Reason.MALFORMED


@given(names=st.lists(st.from_regex(r"\A[a-z_0-9]{1,8}\Z"), max_size=5), between=st.text("ab {}", max_size=6))
def test_whatever_is_filled_in_is_read_and_told(names: list[str], between: str) -> None:
    body = between.join(f"x{{{{{one}}}}}x" for one in names) or "x"
    template = Template(name="t", language="en", body=body, named=True)
    values = {place: f"<{place}>" for place in template.places}
    assert values_refusal(template, values) is None
    words = words_of(template, values)
    for name, said in filled(template, values).body:
        assert said == f"<body.{name}>"
        assert said in words


async def test_a_look_keeps_what_can_be_sent_and_forgets_what_is_gone(wa: MetaLine) -> None:
    conversation = await silent(wa)
    assert await offered(wa, conversation) == ["named", "parcel"]
    wa.graph.answer = lambda asked: (
        answered({"data": [KEPT[1]]}) if "templates" in asked.path else graph(asked)
    )
    await wa.setting_up.check(AATU, wa.account_id)
    assert await offered(wa, conversation) == ["named"]
    wa.graph.answer = lambda _asked: refused(401, 190)
    await wa.setting_up.check(AATU, wa.account_id)
    assert await offered(wa, conversation) == ["named"], "who cannot look forgets nothing"


async def test_templates_that_may_not_be_read_make_an_account_unwell(wa: MetaLine) -> None:
    wa.graph.answer = lambda asked: refused(403, 200) if "templates" in asked.path else graph(asked)
    health = await wa.setting_up.check(AATU, wa.account_id)
    assert not isinstance(health, Refusal)
    assert (health.well, health.problem, health.detail) == (False, DeliveryProblem.ACCOUNT, "200")


async def test_a_template_goes_out_while_free_text_does_not(wa: MetaLine) -> None:
    conversation = await silent(wa)
    refusal = await wa.floor.write(AINO, conversation, "are you there?")
    assert isinstance(refusal, Refusal)
    await wa.floor.done(AINO, writes(conversation))
    named = writes(conversation, {"body.first_name": "Ann"}, name="named", language="en_US")
    await wa.floor.done(AINO, named)
    await wa.send()
    first, second = [got["template"] for got in wa.got()]
    assert first == {
        "name": "parcel", "language": {"code": "fi"}, "components": [
            {"type": "header", "parameters": [{"type": "text", "text": "1042"}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ann"}, {"type": "text", "text": "JJFI1"}]},
        ],
    }  # fmt: skip
    assert second["components"] == [
        {"type": "body", "parameters": [{"type": "text", "text": "Ann", "parameter_name": "first_name"}]}
    ]
    assert [text for text, *_ in await said_in(wa.floor, conversation)] == [
        "hello", words_of(PARCEL, VALUES), "Hello Ann",
    ]  # fmt: skip
    assert [state for _, state, _ in await said_in(wa.floor, conversation)] == [None, "sent", "sent"]


async def test_the_same_template_written_again_is_one_message(wa: MetaLine) -> None:
    conversation = await silent(wa)
    once = writes(conversation)
    first, again = await wa.floor.done(AINO, once), await wa.floor.done(AINO, once)
    assert first.result["id"] == again.result["id"]
    await wa.send()
    assert len(wa.got()) == 1


async def test_who_may_not_write_and_what_is_not_there_are_refused(wa: MetaLine, floor: Floor) -> None:
    conversation = await silent(wa)
    assert (await floor.refused(SAARA, writes(conversation))).reason is Reason.NOT_PARTICIPANT
    assert (await floor.refused(AATU, writes(conversation))).reason is Reason.NOT_FOUND
    assert (
        await floor.refused(await floor.guest(conversation), writes(conversation))
    ).reason is Reason.NOT_FOUND
    for wrong in (
        writes(conversation, name="picture", language="en"),
        writes(conversation, language="sv"),
        writes(conversation, {}),
        writes(await floor.accepted()),
    ):
        assert (await floor.refused(AINO, wrong)).reason is Reason.MALFORMED
    await floor.done(AINO, serve.End(conversation_id=conversation))
    assert (await floor.refused(AINO, writes(conversation))).reason is Reason.ENDED
    assert len(await said_in(floor, conversation)) == 1
    assert await floor.sql("SELECT 1 FROM dispatches") == []


async def test_a_conversation_is_begun_with_a_template_alone(wa: MetaLine) -> None:
    await wa.setting_up.check(AATU, wa.account_id)
    await wa.floor.done(AATU, ChangeChannelAccount(account_id=wa.account_id, begins=True))
    beginning = Beginning(wa.floor.executor, wa.opener)
    (way,) = await beginning.ways(AINO)
    assert (way.channel, way.free_text, way.templates) == (Channel.WHATSAPP, False, True)
    first = BeginConversation(
        account_id=wa.account_id, address="+358 40 765 4321", client_id="first", text="hello"
    )
    assert reason(await beginning.begin(AINO, first, None)) is Reason.TEMPLATE_NEEDED
    chosen = ChosenTemplate(name="named", language="en_US", values={"body.first_name": "Ann"})
    begun = await beginning.begin(AINO, replace(first, text="", template=chosen), None)
    assert isinstance(begun, Done), begun
    await wa.send()
    (got,) = wa.got()
    assert (got["to"], got["template"]["name"]) == ("+358407654321", "named")
    one = str(begun.result["id"])
    assert [text for text, *_ in await said_in(wa.floor, one)] == ["Hello Ann"]
    assert reason(await wa.floor.write(AINO, one, "free")) is Reason.WINDOW_CLOSED
    await wa.call(whatsapp(messages=[wa_text("wamid.9", "hi", wa.floor.clock(), "358407654321")]))
    await wa.take_in()
    assert not isinstance(await wa.floor.write(AINO, one, "free"), Refusal)
    report = await verify(wa.floor.database)
    assert report.clean, report.findings


@pytest.mark.parametrize("late", [False, True])
async def test_whom_the_house_wrote_to_by_a_template_is_told_the_notice_once_they_answer(
    wa: MetaLine, late: bool
) -> None:
    """Once, and never before it can be sent: an answer that came too late opens no window."""
    await wa.setting_up.check(AATU, wa.account_id)
    await wa.floor.done(AATU, ChangeChannelAccount(account_id=wa.account_id, begins=True))
    await wa.floor.done(AATU, ChangeWorkstream(workstream_id="whatsapp", consent=ConsentPolicy.NOTICE))
    chosen = ChosenTemplate(name="named", language="en_US", values={"body.first_name": "Ann"})
    first = BeginConversation(
        account_id=wa.account_id, address="+358 40 765 4321", client_id="first", text="", template=chosen
    )
    begun = await Beginning(wa.floor.executor, wa.opener).begin(AINO, first, None)
    assert isinstance(begun, Done), begun
    one = str(begun.result["id"])

    async def says(text: str, at: datetime) -> None:
        await wa.call(whatsapp(messages=[wa_text(f"wamid.{text}", text, at, "358407654321")]))
        await wa.take_in()

    if late:
        sent_at = wa.floor.clock()
        wa.floor.clock.advance(24 * 3600 + 1)
        await says("late", sent_at)
    assert await _told(wa, one) == (None, 0)
    for text in ("hi", "there"):
        await says(text, wa.floor.clock())
        assert await _told(wa, one) == (1, 1)
    await wa.send()
    texts = [got["text"]["body"] for got in wa.got() if "text" in got]
    assert len(texts) == 1
    assert "notice_shown" in [fact.kind for fact in await wa.floor.facts(one)]
    report = await verify(wa.floor.database)
    assert report.clean, report.findings


async def _told(wa: MetaLine, one: str) -> tuple[int | None, int]:
    """Which version of the notice they were told, and how many rows say so."""
    rows = await wa.floor.sql("SELECT 1 FROM acknowledgements WHERE conversation_id = $1", one)
    return (await wa.floor.get(one)).consent.version, len(rows)
