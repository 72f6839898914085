"""Records on PostgreSQL: making, changing, linking and resolving them, their forms, files of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sample_floor import AATU, AINO, BEGIN, CASES, EINO, HOUSE, INES, ONNI, SAARA, STRANGER, Floor
from sample_record_form import FORM

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.resolve import ResolveRecord
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.records.change import ChangeRecord
from valvomo.commands.records.forms import ChangeRecordForm
from valvomo.commands.records.import_steps import CheckLines, ReadLinesIn
from valvomo.commands.records.importing import CancelImport, CheckFile, KeepFile, ReadFileIn
from valvomo.commands.records.linking import LinkRecord, UnlinkRecord
from valvomo.commands.records.making import Draft
from valvomo.commands.records.reading import FileRead, read_file
from valvomo.db import journal
from valvomo.domain.conversations.fold import fold_all
from valvomo.domain.conversations.model import Channel, State
from valvomo.domain.conversations.record_change import RecordChanged
from valvomo.domain.conversations.resolve import Resolution
from valvomo.domain.records.values import Value
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries import record_imports, records
from valvomo.queries.records import RecordFilter

NEW = StartConversation(
    channel=Channel.RECORD, customer_name="Kaisa", subject="Pail", workstream_id="case", record=Draft()
)
FIELDS: dict[str, object] = {"model": "X", "amount": 3}


@pytest.fixture
async def house(floor: Floor) -> Floor:
    """With a form for cases."""
    await floor.done(AATU, ChangeRecordForm(workstream_id="case", form=replace(FORM, version=0)))
    return floor


async def made(floor: Floor, *, by: Any = INES, **draft: Any) -> str:
    command = replace(NEW, record=Draft(**{"fields": FIELDS, **draft}))
    return str((await floor.done(by, command)).result["id"])


async def served(floor: Floor, **draft: Any) -> str:
    one = await made(floor, **draft)
    await floor.done(ONNI, serve.Pick(conversation_id=one))
    return one


async def test_a_record_begins_with_what_is_said_of_it_and_its_row_is_its_facts(house: Floor) -> None:
    one = await made(
        house, description="D", due_at=BEGIN + timedelta(days=2), status="later", key="K-1", links=()
    )
    now = await house.get(one)
    assert now.record is not None
    assert (now.state, now.queue_id, now.subject) == (State.OPEN, CASES, "Pail")
    assert (now.record.status, now.record.key, now.record.fields) == ("later", "K-1", FIELDS)
    assert fold_all(None, [(fact.event, fact.at) for fact in await house.facts(one)]) == now  # type: ignore[misc]


@pytest.mark.parametrize(
    ("draft", "errors"),
    [
        ({"fields": {}}, [("fields.model", "needed")]),
        ({"fields": {"model": "X", "amount": 500}}, [("fields.amount", "too_large")]),
        ({"fields": {"model": "X", "nothing": 1}}, [("fields.nothing", "unknown")]),
        ({"fields": FIELDS, "status": "doing"}, [("status", "not_status")]),
    ],
)
async def test_what_does_not_fit_makes_nothing(house: Floor, draft: Any, errors: Any) -> None:
    found = await house.refused(INES, replace(NEW, record=Draft(**draft)))
    assert found.reason is Reason.RECORD_UNFIT
    assert [(one["at"], one["problem"]) for one in found.facts["errors"]] == errors  # type: ignore[attr-defined]


async def test_a_chat_is_no_record(house: Floor) -> None:
    command = replace(NEW, channel=Channel.LIVE_CHAT, workstream_id="chat")
    assert (await house.refused(INES, command)).reason is Reason.NO_RECORD
    chat = await house.accepted()
    change = ChangeRecord(conversation_id=chat, revision=0, subject="S")
    assert (await house.refused(AINO, change)).reason is Reason.NO_RECORD
    resolved = ResolveRecord(conversation_id=chat, resolution=Resolution())
    assert (await house.refused(AINO, resolved)).reason is Reason.NO_RECORD


async def test_the_key_of_another_system_belongs_to_one_record(house: Floor) -> None:
    one = await made(house, key="K-1")
    again = await house.refused(INES, replace(NEW, record=Draft(fields=FIELDS, key="K-1")))
    assert (again.reason, again.facts["record"]) == (Reason.RECORD_KEY_TAKEN, one)


async def test_a_change_is_a_fact_with_who_and_what_stood_there(house: Floor) -> None:
    one = await served(house)
    change = ChangeRecord(conversation_id=one, revision=0, subject="Two pails", fields={"amount": 4})
    await house.done(ONNI, change)
    *_, fact = await house.facts(one)
    assert isinstance(fact.event, RecordChanged)
    assert (fact.actor_id, fact.at, fact.event.before) == (
        "onni",
        BEGIN,
        {"subject": "Pail", "fields.amount": 3},
    )
    stale = await house.refused(SAARA, replace(change, subject="Three pails"))
    assert (stale.reason, stale.facts["changed"]) == (Reason.RECORD_CHANGED, ["subject"])
    await house.done(SAARA, replace(change, subject=None, fields={"amount": 4, "wood": "a"}))
    count = len(await house.facts(one))
    await house.done(SAARA, replace(change, revision=2, subject="Two pails"))
    assert len(await house.facts(one)) == count


@pytest.mark.parametrize("who", [AINO, EINO])
async def test_only_those_who_keep_a_record_change_it(house: Floor, who: Any) -> None:
    one = await served(house)
    change = ChangeRecord(conversation_id=one, revision=0, subject="Mine")
    assert (await house.refused(who, change)).reason is Reason.NOT_FOUND
    assert (await house.refused(STRANGER, change)).reason is Reason.NOT_FOUND
    for keeper in (ONNI, SAARA, INES):
        record = (await house.get(one)).record
        assert record is not None
        await house.done(keeper, replace(change, revision=record.revision, subject=keeper.id))


async def test_the_status_takes_a_record_on_hold_and_on_and_back_to_its_queue(house: Floor) -> None:
    one = await served(house)
    status = ChangeRecord(conversation_id=one, revision=99, status="parts")
    await house.done(ONNI, status)
    now = await house.get(one)
    assert (now.state, now.holds, now.record and now.record.status) == (State.WAITING, {}, "parts")
    assert (await house.refused(SAARA, replace(status, status="testing"))).reason is Reason.OTHER_PHASE
    await house.done(ONNI, replace(status, status="testing"))
    now = await house.get(one)
    assert (now.state, now.holds, now.record and now.record.status) == (State.ACTIVE, {"onni": 1}, "testing")
    assert (await house.refused(ONNI, replace(status, status="fixed"))).reason is Reason.OTHER_PHASE
    await house.done(ONNI, replace(status, status="later"))
    now = await house.get(one)
    assert (now.state, now.owner_id, now.record and now.record.status) == (State.OPEN, None, "later")


async def test_a_stale_change_moves_nothing_either(house: Floor) -> None:
    one = await served(house)
    await house.done(ONNI, ChangeRecord(conversation_id=one, revision=0, subject="New"))
    both = ChangeRecord(conversation_id=one, revision=0, subject="Other", status="parts")
    assert (await house.refused(ONNI, both)).reason is Reason.RECORD_CHANGED


async def test_resolving_with_an_outcome(house: Floor) -> None:
    one = await served(house)
    resolution = Resolution(status="not_fixed", outcome="Worn out")
    lacking = await house.refused(ONNI, ResolveRecord(conversation_id=one, resolution=resolution))
    assert lacking.reason is Reason.RECORD_UNFIT
    assert (await house.refused(ONNI, serve.End(conversation_id=one))).reason is Reason.RECORD_UNFIT
    fields: dict[str, Value | None] = {"repaired": "2026-03-02"}
    await house.done(ONNI, ChangeRecord(conversation_id=one, revision=0, fields=fields))
    for other in (SAARA, INES):
        found = await house.refused(other, ResolveRecord(conversation_id=one, resolution=resolution))
        assert found.reason is Reason.NOT_YOURS
    await house.done(ONNI, ResolveRecord(conversation_id=one, resolution=resolution))
    now = await house.get(one)
    assert (now.state, now.closed_as, now.holds) == (State.CLOSED, "resolved", {})
    assert now.record is not None
    assert (now.record.status, now.record.outcome) == ("not_fixed", "Worn out")
    late = ChangeRecord(conversation_id=one, revision=9, subject="Late")
    assert (await house.refused(ONNI, late)).reason is Reason.CLOSED


async def test_links_are_found_from_both_sides_and_made_once(house: Floor) -> None:
    chat, one = await house.accepted(), await made(house)
    link = LinkRecord(conversation_id=one, other_id=chat)
    await house.done(SAARA, link)
    facts = len(await house.all_facts())
    await house.done(SAARA, link)
    assert len(await house.all_facts()) == facts
    async with house.database.reading() as tx:
        here, there = await records.links(tx, SAARA, one), await records.links(tx, SAARA, chat)
        hidden = await records.links(tx, AINO, chat)
    assert not isinstance(here, Refusal)
    assert not isinstance(there, Refusal)
    assert not isinstance(hidden, Refusal)
    assert ([item.id for item in here.items], [item.id for item in there.items]) == ([chat], [one])
    assert (hidden.items, hidden.hidden) == ([], 1)
    assert [event.kind for event in (await house.events(chat))[-1:]] == ["linked"]
    await house.done(SAARA, UnlinkRecord(conversation_id=one, other_id=chat))
    gone = await house.refused(SAARA, UnlinkRecord(conversation_id=one, other_id=chat))
    assert gone.reason is Reason.NOT_FOUND


async def test_nothing_is_linked_that_one_may_not_see(house: Floor) -> None:
    chat, one = await house.accepted(), await served(house)
    found = await house.refused(ONNI, LinkRecord(conversation_id=one, other_id=chat))
    assert found.reason is Reason.UNKNOWN_TARGET
    assert (await house.refused(ONNI, replace(NEW, record=Draft(fields=FIELDS, links=(chat,))))).reason is (
        Reason.UNKNOWN_TARGET
    )


async def test_a_record_of_a_conversation_keeps_its_contact_and_is_linked_also_once_it_is_closed(
    house: Floor,
) -> None:
    chat = await house.accepted()
    contact = (await house.get(chat)).contact_id
    await house.done(AINO, serve.End(conversation_id=chat))
    await house.done(AINO, serve.Complete(conversation_id=chat))
    before = await house.get(chat)
    command = replace(NEW, customer_name="", contact_id=contact, record=Draft(fields=FIELDS, links=(chat,)))
    one = str((await house.done(AINO, command)).result["id"])
    now = await house.get(one)
    assert (now.contact_id, now.customer_name) == (contact, "Kaisa")
    assert await house.get(chat) == before
    foreign = await house.refused(EINO, command)
    assert foreign.reason is Reason.UNKNOWN_TARGET


async def test_the_form_is_an_administrators_and_nobody_overwrites_another(floor: Floor) -> None:
    command = ChangeRecordForm(workstream_id="case", form=replace(FORM, version=0))
    for who in (SAARA, INES, ONNI):
        assert (await floor.refused(who, command)).reason is Reason.ROLE_NEEDED
    await floor.done(AATU, command)
    assert (await floor.refused(AATU, command)).facts == {"version": 1}
    shorter = replace(FORM, version=1, fields=FORM.fields[1:])
    assert (await floor.refused(AATU, replace(command, form=shorter))).reason is Reason.MALFORMED
    chat = replace(command, workstream_id="chat")
    assert (await floor.refused(AATU, chat)).reason is Reason.NO_RECORD


async def listed(floor: Floor, who: Any = SAARA, **wanted: Any) -> list[str]:
    async with floor.database.reading() as tx:
        page = await records.listed(tx, who, RecordFilter(**wanted), cursor=None, limit=50)
    assert not isinstance(page, Refusal)
    return [item.subject for item in page.items]


async def test_the_list_is_filtered_by_status_and_field_and_scope(house: Floor) -> None:
    for number, (status, amount) in enumerate((("later", 3), (None, 3), (None, 4))):
        command = replace(
            NEW,
            subject=f"S{number}",
            record=Draft(status=status, fields={"model": "X", "amount": amount}),
        )
        await house.done(INES, command)
    case: dict[str, Any] = {"workstream": "case", "sort": "subject"}
    assert await listed(house, **case) == ["S0", "S1", "S2"]
    assert await listed(house, **case, statuses=("later",)) == ["S0"]
    assert await listed(house, **case, statuses=("new",)) == ["S1", "S2"]
    assert await listed(house, **case, fields=(("amount", "3"),)) == ["S0", "S1"]
    assert await listed(house, **case, statuses=("new",), fields=(("amount", "3,0"),)) == ["S1"]
    assert await listed(house, **case, phases=("on_hold", "resolved")) == []
    assert await listed(house, AINO, **case) == []
    assert await listed(house, ONNI, **case) == ["S0", "S1", "S2"]
    async with house.database.reading() as tx:
        odd = RecordFilter(workstream="case", fields=(("amount", "many"),))
        found = await records.listed(tx, SAARA, odd, cursor=None, limit=50)
    assert isinstance(found, Refusal)


async def test_pages_follow_each_other_without_gap_or_repeat(house: Floor) -> None:
    for number in range(7):
        due = BEGIN + timedelta(days=number % 3) if number % 2 else None
        await house.done(INES, replace(NEW, subject=f"S{number}", record=Draft(fields=FIELDS, due_at=due)))
    for sort in ("-created", "created", "due", "-due", "subject", "-priority"):
        seen: list[str] = []
        cursor = None
        async with house.database.reading() as tx:
            for _ in range(4):
                page = await records.listed(tx, SAARA, RecordFilter(sort=sort), cursor=cursor, limit=2)
                assert not isinstance(page, Refusal)
                seen += [item.subject for item in page.items]
                cursor = page.next
        assert (sorted(seen), cursor) == ([f"S{number}" for number in range(7)], None), sort


COLUMNS = ("Nr", "Subject", "Customer", "Amount", "Model")
MAPPING = {"Nr": "key", "Subject": "subject", "Customer": "customer", "Amount": "fields.amount",
           "Model": "fields.model"}  # fmt: skip


async def kept(floor: Floor, rows: Sequence[tuple[str, ...]], columns: tuple[str, ...] = COLUMNS) -> str:
    file = FileRead(columns, tuple(range(2, len(rows) + 2)), tuple(rows))
    return str((await floor.done(AATU, KeepFile(workstream_id="case", name="c.csv", file=file))).result["id"])


async def run(floor: Floor, command: Any) -> None:
    while (await floor.done(AATU, command)).result["more"]:
        pass


async def told(floor: Floor, import_id: str) -> Any:
    async with floor.database.reading() as tx:
        return await record_imports.one(tx, AATU, import_id)


async def states(floor: Floor, import_id: str) -> list[tuple[int, str, list[tuple[str, str]]]]:
    async with floor.database.reading() as tx:
        page = await record_imports.lines(tx, AATU, import_id, states=(), cursor=None, limit=100)
    assert not isinstance(page, Refusal)
    return [(one.line, one.state, [(it.at, it.problem) for it in one.problems]) for one in page.items]


ROWS = (
    ("1", "Pail", "Kaisa", "3", "X"),
    ("2", "Stool", "Kalle", "many", "X"),
    ("3", "Bowl", "", "5", ""),
    ("1", "Pail again", "Kaisa", "3", "X"),
    ("5", "Board", "Kerttu", "", "Y"),
    ("6", "too", "few"),
)


async def test_a_file_is_checked_line_by_line_and_makes_what_is_good_once(house: Floor) -> None:
    one = await kept(house, ROWS)
    assert (await told(house, one)).mapping == MAPPING
    await house.done(AATU, CheckFile(import_id=one, mapping=MAPPING))
    await run(house, CheckLines(import_id=one, most=2))
    assert await states(house, one) == [
        (2, "good", []), (3, "bad", [("fields.amount", "not_number")]),
        (4, "bad", [("customer", "needed"), ("fields.model", "needed")]),
        (5, "bad", [("key", "twice")]), (6, "good", []), (7, "bad", [("line", "other_columns")]),
    ]  # fmt: skip
    checked = await told(house, one)
    assert (checked.state, checked.good, checked.bad, checked.known) == ("checked", 2, 4, 0)
    assert await house.sql("SELECT * FROM record_keys") == []
    await house.done(AATU, ReadFileIn(import_id=one))
    await run(house, ReadLinesIn(import_id=one, most=2))
    done = await told(house, one)
    assert (done.state, done.made, done.known, done.failed) == ("done", 2, 0, 0)
    assert await listed(house, sort="subject") == ["Board", "Pail"]
    # The same file again makes nothing.
    again = await kept(house, ROWS)
    await house.done(AATU, CheckFile(import_id=again, mapping=MAPPING))
    await run(house, CheckLines(import_id=again, most=100))
    assert (await told(house, again)).known == 2
    await house.done(AATU, ReadFileIn(import_id=again))
    await run(house, ReadLinesIn(import_id=again, most=1))
    assert ((await told(house, again)).made, (await told(house, again)).known) == (0, 2)
    assert len(await house.sql("SELECT * FROM record_keys")) == 2


async def test_checking_again_by_another_mapping_forgets_what_was_found_by_the_first(house: Floor) -> None:
    one = await kept(
        house, (("1", "a", "Kaisa", "9", "X"), ("1", "b", "Kaisa", "8", "X"), ("a", "1", "K", "x", "X"))
    )
    for columns, expected in (
        ({"Nr": "key", "Subject": "subject"}, ["good", "bad", "bad"]),
        ({"Nr": "subject", "Subject": "key"}, ["good", "good", "bad"]),
    ):
        mapping = {**MAPPING, **columns}
        await house.done(AATU, CheckFile(import_id=one, mapping=mapping))
        await run(house, CheckLines(import_id=one, most=1))
        assert [state for _, state, _ in await states(house, one)] == expected
        checked = await told(house, one)
        assert (checked.good, checked.bad) == (expected.count("good"), expected.count("bad"))


async def test_a_line_that_is_refused_keeps_nothing_of_its_step(house: Floor) -> None:
    one = await kept(house, ROWS[:1] + ROWS[4:5])
    await house.done(AATU, CheckFile(import_id=one, mapping=MAPPING))
    await run(house, CheckLines(import_id=one, most=100))
    await house.done(AATU, ReadFileIn(import_id=one))
    await house.sql(
        "UPDATE workstreams SET queue_id = 'support' WHERE id = 'case' AND organization_id = $1", HOUSE
    )
    step = ReadLinesIn(import_id=one, most=2)
    assert (await house.refused(AATU, step)).reason is Reason.OTHER_KIND
    await house.done(AATU, replace(step, most=1, failed=True))
    await house.sql(
        "UPDATE workstreams SET queue_id = 'cases' WHERE id = 'case' AND organization_id = $1", HOUSE
    )
    await run(house, step)
    assert [state for _, state, _ in await states(house, one)] == ["failed", "made"]
    assert ((await told(house, one)).failed, (await told(house, one)).made) == (1, 1)


async def test_a_form_that_changed_meanwhile_is_heeded(house: Floor) -> None:
    one = await kept(house, ROWS[:1])
    await house.done(AATU, CheckFile(import_id=one, mapping=MAPPING))
    await run(house, CheckLines(import_id=one, most=100))
    await house.done(AATU, ReadFileIn(import_id=one))
    stricter = replace(FORM, version=1, fields=(replace(FORM.fields[0], most=2.0), *FORM.fields[1:]))
    await house.done(AATU, ChangeRecordForm(workstream_id="case", form=stricter))
    await run(house, ReadLinesIn(import_id=one, most=10))
    assert await states(house, one) == [(2, "failed", [("fields.amount", "too_large")])]


async def test_what_a_file_is_not_ready_for_is_refused(house: Floor) -> None:
    one = await kept(house, ROWS)
    for command in (
        ReadFileIn(import_id=one),
        CheckLines(import_id=one, most=1),
        ReadLinesIn(import_id=one, most=1),
    ):
        assert (await house.refused(AATU, command)).reason is Reason.IMPORT_NOT_NOW
    for who in (SAARA, INES, ONNI):
        assert (await house.refused(who, ReadFileIn(import_id=one))).reason is Reason.ROLE_NEEDED
    bad = CheckFile(import_id=one, mapping={"Nr": "key"})
    assert (await house.refused(AATU, bad)).reason is Reason.RECORD_UNFIT
    await house.done(AATU, CancelImport(import_id=one))
    assert (await house.refused(AATU, CancelImport(import_id=one))).reason is Reason.IMPORT_NOT_NOW
    foreign = replace(AATU, organization_id="organization-2")
    assert (await house.refused(foreign, CancelImport(import_id=one))).reason is Reason.NOT_FOUND


async def test_two_processes_read_each_line_in_once(house: Floor) -> None:
    rows = tuple((str(number), f"S{number}", "Kaisa", "1", "X") for number in range(30))
    one = await kept(house, rows)
    await house.done(AATU, CheckFile(import_id=one, mapping=MAPPING))
    await run(house, CheckLines(import_id=one, most=100))
    await house.done(AATU, ReadFileIn(import_id=one))

    async def process() -> None:
        while True:
            step = await house.do(AATU, ReadLinesIn(import_id=one, most=4))
            if not isinstance(step, Done) or not step.result["more"]:
                return

    await asyncio.gather(process(), process())
    done = await told(house, one)
    assert (done.state, done.made, done.known, done.failed) == ("done", 30, 0, 0)
    async with house.database.reading() as tx:
        assert await journal.head(tx, HOUSE) > 0
    assert len(await house.sql("SELECT DISTINCT conversation_id FROM record_keys")) == 30


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"a,b\n1,2\n", (("a", "b"), (("1", "2"),))),
        ('\ufeffä;b\r\n\r\n1;"2;\n3"\r\n'.encode(), (("ä", "b"), (("1", "2;\n3"),))),
        ("ä\tb\n1\t2".encode("cp1252"), (("ä", "b"), (("1", "2"),))),
        ("a,b\n1,2\n".encode("utf-16"), (("a", "b"), (("1", "2"),))),
        (b"", "empty"), (b"a,b\n", "empty"), (b"a,a\n1,2", "same_names"), (b"a,\n1,2", "unnamed"),
        (b'a,b\n"1,2\n', "quotes"), (b"a\0,b\n1,2", "binary"), (b"a,b\n1," + b"x" * 20_001, "cell"),
        ((",".join(f"c{n}" for n in range(201)) + "\n1").encode(), "columns"),
    ],
)  # fmt: skip
def test_how_files_are_read(body: bytes, expected: Any) -> None:
    found = read_file(body)
    if isinstance(expected, str):
        assert isinstance(found, Refusal)
        assert found.facts["why"] == expected
    else:
        assert isinstance(found, FileRead)
        assert (found.columns, found.cells) == expected
