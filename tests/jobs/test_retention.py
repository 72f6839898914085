"""What was written goes after its days: every word of it, once, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sample_canaries import canary, close, lay, look_on, sung
from sample_floor import AATU, AINO, HOUSE, OTHER_HOUSE, SAARA, Floor
from sample_lines import lay_lines
from sample_steps import scripted, take

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.conversations.erase_written import EraseWritten
from valvomo.commands.conversations.serve import Complete, End
from valvomo.commands.conversations.survey import AnswerSurvey
from valvomo.commands.settings.retention import ChangeRetention
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.folder import Folder
from valvomo.files.port import Place
from valvomo.jobs.examiner import Examiner
from valvomo.jobs.indexer import Indexer
from valvomo.jobs.recorder import Recorder
from valvomo.jobs.retention import Retention
from valvomo.live.replay import folding
from valvomo.queries import conversations, leaving
from valvomo.queries.transcript_forms import FORMS, Taken, document
from valvomo.queries.verify import verify

EVERYWHERE = {
    "subject", "newsubject", "answer", "context", "queuenote", "consultnote", "transfernote", "asknote", "customer",
    "note", "whisper", "file", "agent", "spoken", "html", "letter", "echo", "mail", "tobot", "bybot", "instruction",
    "reason", "summary", "botanswer", "arrived", "mediaref", "medium", "sent", "content", "filled", "detail", "case",
    "description", "model", "newcase", "newdescription", "newmodel", "cell", "outcome", "comment", "why",
    "threadsubject",
    "pastnewsubject", "pastanswer", "pastnewcase", "pastnewmodel", "pastnewdescription",
}  # fmt: skip
"""Kinds of words that must have been somewhere, or the test proves nothing."""


def retention(floor: Floor, holder: str = "one") -> Retention:
    return Retention(floor.executor, floor.clock, holder)


async def rule(floor: Floor, days: int | None) -> None:
    await floor.done(AATU, ChangeRetention(written_days=days))


async def closed_long_ago(floor: Floor, text: str = "hello") -> str:
    one = await floor.accepted("chat")
    await floor.write(AINO, one, text)
    await floor.done(AINO, End(conversation_id=one))
    await floor.done(AINO, Complete(conversation_id=one))
    floor.clock.now += timedelta(days=31)
    return one


async def without(floor: Floor, *tables: str) -> list[str]:
    """Every row but of these tables."""
    return [row for row in await floor.everything() if row.split(" ", 1)[0] not in tables]


async def counted(floor: Floor) -> list[tuple[Any, ...]]:
    """What is counted of everything that happened, anew."""
    await floor.sql("DELETE FROM figure_entries")
    await floor.sql("DELETE FROM figure_heads")
    await Bookkeeper(floor.database).keep(HOUSE)
    return [tuple(row) for row in await floor.sql("SELECT * FROM figure_entries ORDER BY position, place")]


async def test_not_one_word_is_left_anywhere_and_everything_verifies(floor: Floor, tmp_path: Path) -> None:
    ids = await lay(floor)
    await look_on(floor)
    storage = Folder(tmp_path)

    async def chunks() -> AsyncIterator[bytes]:
        yield canary("bytes").encode()

    await storage.put(Place(HOUSE, "file"), chunks())
    await Recorder(floor.database, floor.clock, "recorder", days=400).keep_now(HOUSE)
    await close(floor, ids)
    while await Indexer(floor.database, "indexer").round() is not None:
        pass
    before = await sung(floor)
    assert before >= EVERYWHERE, EVERYWHERE - before
    await rule(floor, 30)
    floor.clock.now += timedelta(days=31)
    report = await verify(floor.database)
    assert [str(one) for one in report.findings] == []
    job = retention(floor)
    await job.round()
    assert job.removed == len(ids)
    assert await sung(floor) == set()
    after = await verify(floor.database)
    assert [str(one) for one in after.findings] == []
    assert after.messages == report.messages > 0
    floor.clock.now += timedelta(hours=1)
    await floor.sql("UPDATE discarded_files SET at = at - interval '1 hour'")
    examiner = Examiner(floor.database, cast("Any", None), storage, floor.clock)
    await examiner.remove(floor.clock.now + timedelta(days=999))
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []


async def test_without_a_rule_nothing_goes_and_before_its_time_nothing(floor: Floor) -> None:
    one = await closed_long_ago(floor)
    before = await without(floor, "leases")
    await retention(floor).round()
    assert await without(floor, "leases") == before
    await rule(floor, 32)
    await floor.done(system(HOUSE, "retention"), EraseWritten(conversation_id=one))
    await retention(floor).round()
    assert (await floor.get(one)).erased_at is None


async def test_it_happens_once_and_only_to_what_is_closed(floor: Floor) -> None:
    one = await closed_long_ago(floor)
    ongoing = await floor.accepted("chat")
    await floor.write(AINO, ongoing, "still here")
    await rule(floor, 30)
    first, second = retention(floor, "first"), retention(floor, "second")
    await first.round()
    await second.round()
    assert (first.removed, second.removed) == (1, 0)
    assert (await floor.get(one)).erased_at == floor.clock.now
    before = await floor.everything()
    outcome = await floor.done(system(HOUSE, "retention"), EraseWritten(conversation_id=one))
    assert outcome.result == {"erased": False}
    for still in (ongoing, one):
        await floor.done(system(HOUSE, "retention"), EraseWritten(conversation_id=still))
    assert await floor.everything() == before
    kinds = [fact.kind for fact in await floor.facts(one)]
    assert kinds.count("written_erased") == 1
    assert [row["text"] for row in await floor.sql("SELECT text FROM public_messages WHERE text <> ''")] == [
        "still here"
    ]


async def test_nobody_but_the_system_erases_and_only_administrators_say_when(floor: Floor) -> None:
    one = await closed_long_ago(floor)
    for actor in (AINO, SAARA, AATU):
        refusal = await floor.refused(actor, EraseWritten(conversation_id=one))
        assert refusal.reason is Reason.ROLE_NEEDED
    assert (await floor.refused(SAARA, ChangeRetention(written_days=1))).reason is Reason.ROLE_NEEDED
    stranger = system(OTHER_HOUSE, "retention")
    assert (await floor.refused(stranger, EraseWritten(conversation_id=one))).reason is Reason.NOT_FOUND


async def test_the_rule_of_one_house_is_not_that_of_another(floor: Floor) -> None:
    one = await closed_long_ago(floor)
    await floor.sql("UPDATE organizations SET retention = '{\"written_days\": 1}' WHERE id = $1", OTHER_HOUSE)
    await retention(floor).round()
    assert (await floor.get(one)).erased_at is None


async def test_what_was_counted_stays_and_what_happened(floor: Floor) -> None:
    ids = await lay(floor)
    await close(floor, ids)
    floor.clock.now += timedelta(days=31)
    told = {one: [(fact.kind, fact.at, fact.actor_id) for fact in await floor.facts(one)] for one in ids}
    scores = await floor.sql("SELECT score, answers ->> 'again' FROM survey_answers")
    await rule(floor, 30)
    await retention(floor).round()
    for one in ids:
        now = [(fact.kind, fact.at, fact.actor_id) for fact in await floor.facts(one)]
        assert now[:-1] == told[one]
        assert now[-1] == ("written_erased", floor.clock.now, "system:retention")
    assert await floor.sql("SELECT score, answers ->> 'again' FROM survey_answers") == scores


async def test_whatever_happened_its_words_go_and_its_figures_stay(floor: Floor) -> None:
    """All that people and jobs do, in scripted lives; those that are closed lose their words."""
    await lay_lines(floor, HOUSE)
    ids: list[str] = []
    for step in scripted():
        await take(floor, step, ids)
    before = await counted(floor)
    await rule(floor, 1)
    floor.clock.now += timedelta(days=2)
    job = retention(floor)
    while await job.round() is not None:
        pass
    erased = [one for one in ids if (await floor.get(one)).erased_at is not None]
    assert len(erased) > len(ids) / 4
    assert job.removed > 0
    assert [str(one) for one in (await verify(floor.database)).findings] == []
    assert await counted(floor) == before


async def test_what_was_changed_after_it_was_erased_is_found(floor: Floor) -> None:
    one = await closed_long_ago(floor)
    await rule(floor, 30)
    await retention(floor).round()
    assert (await verify(floor.database)).clean
    for change, undo in (
        ("UPDATE public_messages SET text = 'put in'", "UPDATE public_messages SET text = ''"),
        ("UPDATE facts SET actor_name = 'Eve' WHERE kind = 'message_posted'",
         "UPDATE facts SET actor_name = 'Aino' WHERE kind = 'message_posted'"),
        ("UPDATE facts SET erased = true WHERE kind = 'picked'",
         "UPDATE facts SET erased = false WHERE kind = 'picked'"),
        ("UPDATE facts SET erased = false", "UPDATE facts SET erased = true WHERE salt IS NULL"),
    ):  # fmt: skip
        await floor.sql(change)
        found = (await verify(floor.database)).findings
        assert found, change
        await floor.sql(undo)
        assert (await verify(floor.database)).clean, undo
    assert (await floor.get(one)).seq == 1


async def test_the_past_is_shown_without_the_words(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await look_on(floor)
    recorder = Recorder(floor.database, floor.clock, "recorder", days=400)
    snapshot = await recorder.keep_now(HOUSE)
    await floor.done(AINO, End(conversation_id=one))
    await floor.done(AINO, Complete(conversation_id=one))
    floor.clock.now += timedelta(days=31)
    await rule(floor, 30)
    await retention(floor).round()
    async with floor.database.reading() as tx:
        then = await folding.at_position(tx, HOUSE, snapshot.position)
        now = await folding.at_moment(tx, HOUSE, floor.clock.now)
    assert then is not None
    assert then.board.conversations[one].subject == ""
    assert now is not None
    assert now.board.conversations == {}


async def test_an_answer_to_what_was_erased_comes_too_late(floor: Floor) -> None:
    ids = await lay(floor)
    await close(floor, ids)
    floor.clock.now += timedelta(days=2)
    guest = await floor.guest(ids[0])
    await floor.done(guest, AnswerSurvey(conversation_id=ids[0], score=3, comment="well"))
    await rule(floor, 1)
    await retention(floor).round()
    refusal = await floor.refused(
        guest, AnswerSurvey(conversation_id=ids[0], score=2, comment=canary("late"))
    )
    assert refusal.reason is Reason.SURVEY_OVER


@pytest.mark.parametrize("form", sorted(FORMS))
async def test_a_transcript_says_that_what_was_said_is_gone(floor: Floor, form: str) -> None:
    one = await closed_long_ago(floor, "hello there")
    await rule(floor, 30)
    await retention(floor).round()
    async with floor.database.reading() as tx:
        found = await leaving.for_house(tx, SAARA, one)
        row = await conversations.document(tx, SAARA, one)
    assert not isinstance(found, Refusal)
    assert not isinstance(row, Refusal)
    assert row.erased_at == floor.clock.now
    taken = Taken(by=SAARA, purpose="audit", at=floor.clock.now)
    written = FORMS[form].written(document(*found, taken), found[1], "en").decode()
    assert "hello there" not in written
    assert ("removed" in written) is (form != "json")
    assert f"{floor.clock.now:%Y-%m-%d}" in written
    assert found[1].said == ()


@pytest.mark.parametrize("change", [1, 30, None], ids=str)
async def test_a_change_of_the_rule_is_audited(floor: Floor, change: int | None) -> None:
    await rule(floor, 7)
    await rule(floor, change)
    row = (await floor.sql("SELECT body, audited FROM facts ORDER BY position DESC LIMIT 1"))[0]
    assert row["audited"]
    assert (row["body"]["subject"], row["body"]["before"], row["body"]["after"]) == (
        "retention", {"written_days": 7}, {"written_days": change},
    )  # fmt: skip
