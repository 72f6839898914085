"""Measuring: each message once, the newest first when behind, and nobody knows who may not."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sample_floor import AINO, ALL_ON, HOUSE, INES, SAARA, Floor
from sample_stage import Stage

from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import ChangeDetails
from valvomo.commands.settings.insight import ChangeInsight
from valvomo.db import insight
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.refusals import Refusal
from valvomo.domain.sentiment.levels import Level
from valvomo.insight.choosing import Models, Places
from valvomo.insight.loading import Loaded
from valvomo.insight.port import Feeling, UnavailableError, Utterance
from valvomo.jobs.sentiment import Sentiment
from valvomo.queries import timeline

pytestmark = pytest.mark.slow

ADMINISTRATOR = Actor(id="anu", organization_id=HOUSE, name="Anu", roles=frozenset({UserRole.ADMINISTRATOR}))


@dataclass
class Reader:
    """A model of a few words, which notes what it was given; `broken` while it does not answer."""

    read: list[str] = field(default_factory=list)
    broken: bool = False
    name: str = "words"

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        if self.broken:
            raise UnavailableError("not now")
        if any("poison" in one.text for one in utterances):
            raise ValueError("not a text")
        self.read += [one.text for one in utterances]
        return [self._feel(one.text) for one in utterances]

    def _feel(self, text: str) -> Feeling | None:
        if "…" in text:
            return None
        score = -0.9 if "bad" in text else 0.9 if "good" in text else 0.0
        return Feeling(score=score, confidence=0.5 if "perhaps" in text else 0.95)


def models(reader: Reader) -> Models:
    """Whatever is chosen, this one reads."""
    found = Models(Places())
    found._loaded = Loaded(lambda _: reader)
    return found


def measuring(floor: Floor, reader: Reader, name: str = "one") -> Sentiment:
    return Sentiment(
        floor.database, floor.executor, Doorbell(), models(reader), clock=floor.clock, process_id=name
    )


@pytest.fixture
async def reader() -> Reader:
    return Reader()


@pytest.fixture
async def job(floor: Floor, reader: Reader) -> AsyncIterator[Sentiment]:
    made = measuring(floor, reader)
    await made.round()
    yield made
    await made.close()


async def say(floor: Floor, one: str, text: str) -> None:
    await floor.write(await floor.guest(one), one, text)


async def test_a_message_is_measured_after_it_was_said(floor: Floor, job: Sentiment) -> None:
    one = await floor.accepted()
    await say(floor, one, "this is bad")
    before = await floor.get(one)
    assert before.sentiment is None
    await job.round()
    now = await floor.get(one)
    assert now.sentiment is not None
    assert (now.sentiment.level, now.sentiment.seq) == (Level.VERY_NEGATIVE, before.seq)
    assert now.version == before.version + 1
    assert now.revision == before.revision


async def test_only_what_the_customer_says_is_read_and_each_once(
    floor: Floor, job: Sentiment, reader: Reader
) -> None:
    one = await floor.accepted()
    await say(floor, one, "good day")
    await floor.write(AINO, one, "bad luck")
    await say(floor, one, "so good")
    await job.round()
    await job.round()
    assert reader.read == ["good day", "so good"]


async def test_what_is_quoted_is_nobodys_mood(floor: Floor, job: Sentiment, reader: Reader) -> None:
    one = await floor.accepted()
    await say(floor, one, "good day\n\n-- \nBad Boys Ltd\n\n> this was bad")
    await job.round()
    assert reader.read == ["good day"]


async def test_what_is_unsure_has_no_level_and_what_no_model_reads_is_no_fact(
    floor: Floor, job: Sentiment
) -> None:
    one = await floor.accepted()
    for text in ("perhaps bad", "…", "good"):
        await say(floor, one, text)
    await job.round()
    mood = (await floor.get(one)).sentiment
    assert mood is not None
    assert [reading.level for reading in mood.readings] == [None, Level.VERY_POSITIVE]
    version = (await floor.get(one)).version
    await say(floor, one, "…")
    await job.round()
    assert (await floor.get(one)).version == version + 1, "the message itself"


async def test_a_message_that_breaks_the_model_costs_itself_only(floor: Floor, job: Sentiment) -> None:
    talks = [await floor.accepted() for _ in range(3)]
    for one, text in zip(talks, ("bad", "poison", "good"), strict=True):
        await say(floor, one, text)
    await job.round()
    levels = [(await floor.get(one)).sentiment_level for one in talks]
    assert levels == [Level.VERY_NEGATIVE, None, Level.VERY_POSITIVE]
    await say(floor, talks[1], "good again")
    await job.round()
    assert (await floor.get(talks[1])).sentiment_level is Level.VERY_POSITIVE


async def test_what_cannot_be_claimed_is_measured_later(
    floor: Floor, job: Sentiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.sentiment.RETRY_SECONDS", 0.0)
    one = await floor.accepted()
    await say(floor, one, "good")

    async def lost(_: Iterable[str]) -> set[str]:
        raise ConnectionResetError("the database restarts")

    with monkeypatch.context() as patch:
        patch.setattr(job._claims, "take", lost)
        with pytest.raises(ConnectionResetError):
            await job.round()
    await job.round()
    assert (await floor.get(one)).sentiment_level is Level.VERY_POSITIVE


@pytest.mark.parametrize("shown", [True, False])
async def test_a_reading_is_in_the_timeline_of_who_may_know_it_now(
    floor: Floor, job: Sentiment, shown: bool
) -> None:
    await floor.set_supervision(replace(ALL_ON, show_agents_sentiment=True))
    one = await floor.accepted()
    await say(floor, one, "bad")
    await job.round()
    await floor.set_supervision(replace(ALL_ON, show_agents_sentiment=shown))
    told = {}
    for actor in (AINO, SAARA, INES):
        async with floor.database.reading() as tx:
            page = await timeline.of_conversation(tx, actor, one, position=0, limit=50)
        told[actor.id] = not isinstance(page, Refusal) and any(
            item.kind == "sentiment_measured" for item in page.items
        )
    assert told == {"aino": shown, "saara": True, "ines": False}


async def test_two_processes_read_everything_once(floor: Floor, job: Sentiment, reader: Reader) -> None:
    other = measuring(floor, reader, "two")
    await other.round()
    talks = [await floor.accepted() for _ in range(6)]
    for one in talks:
        for number in range(3):
            await say(floor, one, f"good {one} {number}")
    await asyncio.gather(job.round(), other.round())
    await asyncio.gather(job.round(), other.round())
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(90):
            while job._backlog.next_due(0.0) is not None or other._backlog.next_due(0.0) is not None:
                await asyncio.gather(job.round(), other.round())
    await other.close()
    assert sorted(reader.read) == sorted(set(reader.read))
    assert len(reader.read) == 18
    for one in talks:
        assert len((await floor.get(one)).readings) == 3


async def test_whoever_begins_measures_the_newest_of_what_was_left(floor: Floor, reader: Reader) -> None:
    one, other = await floor.accepted(), await floor.accepted()
    for text in ("bad start", "good end"):
        await say(floor, one, text)
    await say(floor, other, "bad")
    await floor.done(SAARA, ForceClose(conversation_id=other, reason="enough"))
    job = measuring(floor, reader)
    await job.round()
    await job.close()
    assert reader.read == ["good end"]
    assert (await floor.get(other)).readings == ()


async def test_a_model_that_does_not_answer_loses_nothing(
    floor: Floor, job: Sentiment, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.sentiment.RETRY_SECONDS", 0.0)
    one = await floor.accepted()
    await say(floor, one, "bad")
    reader.broken = True
    with pytest.raises(UnavailableError):
        await job.round()
    reader.broken = False
    await job.round()
    assert (await floor.get(one)).sentiment_level is Level.VERY_NEGATIVE


async def test_the_language_is_told_from_three_words_on(
    floor: Floor, job: Sentiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.wanting.SETTINGS_SECONDS", 0.0)
    await floor.done(ADMINISTRATOR, ChangeInsight(languages=("en", "fi", "sv")))
    one = await floor.accepted()
    await say(floor, one, "moi")
    await job.round()
    assert (await floor.get(one)).language == ""
    await say(floor, one, "laskussani on virhe enkä ymmärrä mistä se johtuu")
    await job.round()
    now = await floor.get(one)
    assert (now.language, now.language_source) == ("fi", LanguageSource.DETECTED)
    await floor.done(AINO, ChangeDetails(conversation_id=one, language="sv"))
    await say(floor, one, "kiitos paljon avusta tämän asian kanssa")
    await job.round()
    assert (await floor.get(one)).language == "sv"


async def test_settings_hold_with_the_next_message(
    floor: Floor, job: Sentiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.jobs.wanting.SETTINGS_SECONDS", 0.0)
    await floor.done(ADMINISTRATOR, ChangeInsight(languages=("en", "fi"), detect_language=False))
    one = await floor.accepted()
    await say(floor, one, "laskussani on virhe enkä ymmärrä mistä se johtuu")
    await job.round()
    assert (await floor.get(one)).language == ""


async def test_how_it_goes_is_reported(floor: Floor, job: Sentiment) -> None:
    async with floor.database.asking() as tx:
        (said,) = await insight.reports(tx, HOUSE, floor.clock())
    assert (said.backend, said.waiting, said.process_id) == ("words", 0, "one")


async def test_agents_learn_nothing_of_it_and_supervisors_do(floor: Floor, job: Sentiment) -> None:
    one = await floor.accepted()
    await say(floor, one, "this is bad")
    stage = await Stage.open(floor)
    guest = await floor.guest(one)
    aino, saara, kaisa = stage.reader(AINO), stage.reader(SAARA), stage.reader(guest)
    for topic in ("board", "me", f"conversation:{one}"):
        await aino.watch(topic)
    await saara.watch("board")
    await kaisa.watch("conversation")
    before = [reader.timeless() for reader in (aino, kaisa)]
    await job.round()
    await stage.settle()
    assert [reader.timeless() for reader in (aino, kaisa)] == before
    shown: dict[str, Any] = saara.rows["board"][one]["sentiment"]
    assert (shown["level"], len(shown["points"])) == ("very_negative", 1)
    again = stage.reader(AINO)
    await again.watch("board")
    assert again.rows["board"][one]["sentiment"] is None
