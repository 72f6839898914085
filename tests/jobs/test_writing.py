"""What is said in calls, written down: who may be, who was heard, and what becomes of whoever writes."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from email.message import Message
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sample_calls import CallHouse
from sample_engine import SampleEngine
from sample_floor import AINO, EINO, HOUSE, OTHER_HOUSE, SAARA, Floor
from sample_speech import tone
from sample_transcriptions import Endpoint, answer, by_loudness, transcriptions

from valvomo.bus.local import LocalBus
from valvomo.commands.conversations.call import AcceptCall, Elevate, EndCall, Hold, Unhold
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.record import PauseRecording, ResumeRecording, StartRecording
from valvomo.commands.conversations.write_down import WriteDown
from valvomo.db import insight
from valvomo.db.doorbell import Doorbell
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Mode, Role
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.speech.waiting import MOST_BYTES
from valvomo.insight.choosing import Models, Places
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.jobs.calls import listening, writing
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.listening import Listening, Speech
from valvomo.jobs.indexer import Indexer
from valvomo.jobs.listener import Listener
from valvomo.jobs.sentiment import Sentiment
from valvomo.media.port import Engine
from valvomo.queries import leaving, messages
from valvomo.queries.customers import Guest
from valvomo.queries.verify import verify

CALLS = system(HOUSE, "calls")
WORDS = {
    800: "This is terrible, I hate it.",
    2_400: "One moment please.",
    7_000: "I want to speak to a manager!",
}
TERRIBLE, MOMENT, MANAGER = WORDS
SENTENCE = 0.4


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with transcriptions() as found:
        found.answer = by_loudness(WORDS)
        yield found


@pytest.fixture
async def house(floor: Floor, tmp_path: Path, endpoint: Endpoint) -> AsyncIterator[CallHouse]:
    await floor.sql("""UPDATE organizations SET insight = '{"speech": "openai"}'""")
    await floor.sql("UPDATE workstreams SET calls_kept = 'transcript', calls_days = 30, consent = 'notice'")
    await floor.with_texts()
    made = CallHouse(floor, tmp_path, SpeechPlaces(url=endpoint.url, model="large"))
    async with made.carrying("carrier", made.engine), asyncio.TaskGroup() as group:
        task = group.create_task(made.calling.run())
        yield made
        task.cancel()


async def kept_call(house: CallHouse) -> tuple[str, Actor]:
    """A call of Aino's that is kept, and its customer."""
    one, guest = await house.elevated()
    await house.both_come(one, guest)
    await house.until(lambda: {guest.id, "aino"} <= house.call().taps.keys())
    await house.until(lambda: house.call().kept == {guest.id, "aino"})
    return one, guest


def say(house: CallHouse, person: str, level: int) -> bool:
    """One sentence of somebody's, and the pause after it."""
    (call_id,) = house.engine.open
    sound = tone(0, 0.4) + tone(level, SENTENCE) + tone(0, 0.8)
    return house.engine.say(call_id, person, sound)


async def lines(house: CallHouse) -> list[tuple[str, str, str, bool]]:
    """What was written down: who, as what, which words, whether the customer was to hear it."""
    rows = await house.floor.sql(
        "SELECT author_id, author_role, text, (spoken ->> 'heard')::boolean FROM internal_messages"
        " WHERE visibility = 'spoken' ORDER BY seq"
    )
    return [tuple(row) for row in rows]


async def written(house: CallHouse, many: int) -> list[tuple[str, str, str, bool]]:
    """So many lines, once they are there."""
    async with asyncio.timeout(90):
        while len(found := await lines(house)) < many:  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)
    return found


async def test_both_sides_are_written_down_for_the_house_and_nobody_outside(house: CallHouse) -> None:
    floor = house.floor
    one, guest = await kept_call(house)
    assert say(house, guest.id, TERRIBLE)
    assert await written(house, 1) == [(guest.id, "customer", WORDS[TERRIBLE], True)]
    assert say(house, "aino", MOMENT)
    assert (await written(house, 2))[1] == ("aino", "primary", WORDS[MOMENT], True)
    assert house.call().recordings == [], "in writing only"

    conversation = await floor.get(one)
    assert (conversation.seq, conversation.public_seq, conversation.recordings) == (2, 0, 0)
    assert conversation.unanswered_since is None, "in a call nobody waits for an answer"
    assert [fact.kind for fact in (await floor.facts(one))[-2:]] == ["message_posted", "message_posted"]
    async with floor.database.reading() as tx:
        page = await messages.after(tx, AINO, one, seq=0, limit=10)
        outside = await leaving.transcript(tx, Guest(actor=guest, origins=()))
        said = await insight.reports(tx, HOUSE, floor.clock(), insight.SPEECH)
    assert not isinstance(page, Refusal)
    first, second = page.items
    assert first.spoken is not None
    assert second.spoken is not None
    assert (first.visibility, first.author.name, first.spoken.by) == ("spoken", "Kaisa", "openai large")
    assert outside.said == [], "what a machine wrote leaves by no way"
    assert [one.process_id for one in said] in (["carrier"], [])
    assert (await verify(floor.database)).clean

    await floor.sql("UPDATE internal_messages SET text = 'This is fine.' WHERE seq = 1")
    (finding,) = (await verify(floor.database)).findings
    assert "not what was written down" in finding.problem


async def test_with_the_sound_it_is_written_down_too(house: CallHouse) -> None:
    await house.floor.sql("UPDATE workstreams SET calls_kept = 'recording'")
    one, guest = await kept_call(house)
    await house.until(lambda: len(house.call().recordings) == 1)
    assert say(house, guest.id, TERRIBLE)
    await written(house, 1)
    (row,) = await house.floor.sql("SELECT spoken ->> 'recording_id' FROM internal_messages")
    assert [row[0]] == house.call().recordings
    assert (await house.floor.get(one)).recordings == 1


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (("off", "notice", None), Reason.NOT_RECORDED),
        (("transcript", "none", None), Reason.NOT_RECORDED),
        (("transcript", "consent", False), Reason.CONSENT_REFUSED),
        (("recording", "none", None), Reason.NOT_RECORDED),
        (("recording", "consent", False), Reason.CONSENT_REFUSED),
        (("transcript", "consent", True), None),
        (("transcript", "notice", None), None),
        (("recording", "consent", True), None),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else str(value),
)
async def test_what_is_written_down_is_what_customers_were_told_or_agreed_to(
    house: CallHouse, wanted: tuple[str, str, bool | None], reason: Reason | None
) -> None:
    floor, (kept, policy, agreed) = house.floor, wanted
    await floor.sql("UPDATE workstreams SET calls_kept = $1, consent = $2", kept, policy)
    one = await floor.accepted() if agreed is None else await floor.accepted(consent=agreed)
    guest = await floor.guest(one)
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await house.both_come(one, guest)
    if reason is None:
        await house.until(lambda: guest.id in house.call().taps and guest.id in house.call().kept)
        assert say(house, guest.id, TERRIBLE)
        assert [text for _, _, text, _ in await written(house, 1)] == [WORDS[TERRIBLE]]
        return
    await house.until(lambda: bool(house.told) and all(leg.connected for leg in house.told[-1].legs))
    assert (await floor.refused(CALLS, StartRecording(conversation_id=one))).reason is reason
    assert (house.call().taps, house.call().kept) == ({}, frozenset()), "nobody listens"
    assert not say(house, guest.id, TERRIBLE)


@pytest.mark.parametrize("backend", ["none", "local"])
async def test_where_the_house_wants_nothing_written_or_nobody_could_nobody_listens(
    house: CallHouse, backend: str
) -> None:
    await house.floor.sql(
        "UPDATE organizations SET insight = jsonb_build_object('speech', $1::text)", backend
    )
    one, guest = await house.elevated()
    await house.both_come(one, guest)
    await house.until(lambda: house.call().kept == {guest.id, "aino"})
    await house.floor.done(AINO, Hold(conversation_id=one))
    await house.until(lambda: house.call().kept == set())
    assert house.call().taps == {}


async def test_whoever_could_not_ask_what_the_house_wants_asks_again(
    house: CallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LISTEN_SECONDS", 0.01)
    troubles, wanted = [OSError("away"), OSError("away"), OSError("away")], insight.wanted

    async def sometimes(tx: Transaction, organization_id: str) -> insight.Wanted:
        if troubles:
            raise troubles.pop()
        return await wanted(tx, organization_id)

    monkeypatch.setattr(insight, "wanted", sometimes)
    _, guest = await kept_call(house)
    assert not troubles
    assert say(house, guest.id, TERRIBLE)
    assert [text for _, _, text, _ in await written(house, 1)] == [WORDS[TERRIBLE]]


async def test_what_the_house_wants_from_now_on_is_done_in_calls_that_go_on(
    house: CallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LISTEN_SECONDS", 0.01)
    monkeypatch.setattr("valvomo.jobs.wanting.SETTINGS_SECONDS", 0.0)
    asked, wanted = list[str](), insight.wanted

    async def noted(tx: Transaction, organization_id: str) -> insight.Wanted:
        found = await wanted(tx, organization_id)
        asked.append(found.insight.speech.value)
        return found

    monkeypatch.setattr(insight, "wanted", noted)
    await house.floor.sql("""UPDATE organizations SET insight = '{"speech": "none"}'""")
    one, guest = await house.elevated()
    await house.both_come(one, guest)
    await house.until(lambda: asked.count("none") >= 4)
    assert house.call().taps == {}
    await house.floor.sql("""UPDATE organizations SET insight = '{"speech": "openai"}'""")
    await house.until(lambda: house.call().taps.keys() == {guest.id, "aino"})
    assert say(house, guest.id, TERRIBLE)
    assert [text for _, _, text, _ in await written(house, 1)] == [WORDS[TERRIBLE]]


async def test_what_the_customer_did_not_hear_is_told_apart(
    house: CallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SETTLES_SECONDS", 0.0)
    floor = house.floor
    one, guest = await kept_call(house)
    await floor.done(AINO, Hold(conversation_id=one))
    await house.until(lambda: house.call().kept == set())
    assert not say(house, guest.id, TERRIBLE), "of a customer on hold nothing is heard"
    assert not say(house, "aino", MOMENT), "nor of what is said meanwhile"
    await floor.done(AINO, Unhold(conversation_id=one))
    await house.until(lambda: "aino" in house.call().heard_by(guest.id))
    assert say(house, "aino", MOMENT)
    assert await written(house, 1) == [("aino", "primary", WORDS[MOMENT], True)]

    await floor.done(AINO, Consult(conversation_id=one, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    await house.come(one, EINO)
    await house.until(lambda: "eino" in house.call().taps and "eino" in house.call().kept)
    assert say(house, "eino", MANAGER)
    assert (await written(house, 2))[-1] == ("eino", "consult", WORDS[MANAGER], False)

    await floor.done(SAARA, Join(conversation_id=one))
    await house.come(one, SAARA)
    await house.until(lambda: "saara" in house.call().taps and "saara" in house.call().kept)
    assert say(house, "saara", MOMENT)
    assert (await written(house, 3))[-1] == ("saara", "supervisor", WORDS[MOMENT], True)


async def test_what_is_said_until_a_pause_is_written_and_nothing_in_it(house: CallHouse) -> None:
    floor = house.floor
    one, guest = await kept_call(house)
    (call_id,) = house.engine.open
    assert house.engine.say(call_id, guest.id, tone(0, 0.4) + tone(TERRIBLE, SENTENCE))
    await house.until(house.call().taps[guest.id].empty)
    await floor.done(AINO, PauseRecording(conversation_id=one, cause="card"))
    assert [text for _, _, text, _ in await written(house, 1)] == [WORDS[TERRIBLE]], (
        "without waiting for silence"
    )
    assert not say(house, guest.id, MANAGER)
    await floor.done(AINO, ResumeRecording(conversation_id=one))
    await house.until(lambda: guest.id in house.call().kept)
    assert say(house, guest.id, TERRIBLE)
    assert [text for _, _, text, _ in await written(house, 2)] == 2 * [WORDS[TERRIBLE]]


async def test_the_last_words_of_a_call_are_written_after_it(house: CallHouse) -> None:
    one, guest = await kept_call(house)
    (call_id,) = house.engine.open
    assert house.engine.say(call_id, guest.id, tone(0, 0.4) + tone(TERRIBLE, SENTENCE))
    await house.until(house.call().taps[guest.id].empty)
    await house.floor.done(AINO, EndCall(conversation_id=one))
    assert len(await written(house, 1)) == 1


class Notes(list[Speech]):
    """A scribe who writes nothing down."""

    def begin(self, listening: Listening, person_id: str) -> None:
        """Nobody is listened to but by the test."""

    def take(self, speech: Speech) -> None:
        self.append(speech)


async def test_times_are_those_of_what_is_kept_of_the_call(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(listening, "time", SimpleNamespace(monotonic=lambda: now[0]))
    conversation = await floor.get(await floor.accepted())
    engine, notes, customer = SampleEngine(), Notes(), conversation.contact_id
    await engine.open_call("call")
    engine.open["call"].kept = frozenset({customer})
    spoken_for = replace(conversation, call=Call(id="call", video=False, since=floor.clock()))
    # The engine's call had been there for a minute when it began to be kept.
    engine.open["call"].clock = 60.0
    found = Listening(cast("Engine", engine), spoken_for, ("call", "recording"), notes)
    found.follow(spoken_for, {}, frozenset({customer}))
    async with asyncio.TaskGroup() as group:
        group.create_task(found.listen(customer))
        while customer not in engine.open["call"].taps:  # noqa: ASYNC110 - it is there at once
            await asyncio.sleep(0)
        for piece in (tone(0, 2.0), tone(TERRIBLE, 1.0), tone(0, 1.0)):
            for begin in range(0, len(piece), 640):
                now[0] += 0.02
                engine.say("call", customer, piece[begin : begin + 640])
                await asyncio.sleep(0)
        while not notes:  # noqa: ASYNC110 - it is there at once
            await asyncio.sleep(0)
        await engine.end_call("call")
    (speech,) = notes
    assert 1_600 <= speech.began_ms <= 2_000
    assert 3_000 <= speech.ended_ms <= 3_300
    assert (speech.name, speech.role, speech.heard) == ("Kaisa", Role.CUSTOMER, True)


async def test_times_go_on_where_another_process_takes_the_call_over(
    floor: Floor, tmp_path: Path, endpoint: Endpoint
) -> None:
    await floor.sql("""UPDATE organizations SET insight = '{"speech": "openai"}'""")
    await floor.sql("UPDATE workstreams SET calls_kept = 'recording', calls_days = 30, consent = 'notice'")
    await floor.with_texts()
    house = CallHouse(floor, tmp_path, SpeechPlaces(url=endpoint.url, model="large"))
    async with asyncio.TaskGroup() as group:
        answers = group.create_task(house.calling.run())
        async with house.carrying("first", house.engine):
            one, guest = await kept_call(house)
            recordings, began = house.call().recordings, house.call().ago
            assert say(house, guest.id, TERRIBLE)
            await written(house, 1)
        # As it is found some seconds after a process was killed.
        await floor.sql("UPDATE call_carriers SET seen_at = seen_at - interval '1 min'")
        floor.clock.advance(3_600)
        house.engine = SampleEngine()
        async with house.carrying("second", house.engine):
            await house.come(one, guest, AINO)
            await house.until(lambda: {guest.id, "aino"} <= house.call().taps.keys())
            assert (house.call().recordings, began, house.call().ago) == (recordings, 0.0, 3_600.0)
            assert say(house, guest.id, TERRIBLE)
            await written(house, 2)
        answers.cancel()
    rows = await floor.sql("SELECT (spoken ->> 'began_ms')::int AS at FROM internal_messages ORDER BY seq")
    first, second = (row["at"] for row in rows)
    # What is said at once seems to have come some seconds early.
    assert first < 3_590_000 <= second


async def test_in_doubt_the_customer_did_not_hear_it(
    house: CallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "SETTLES_SECONDS", 1e9)
    one, guest = await kept_call(house)
    assert say(house, "aino", MOMENT)
    assert (await written(house, 1))[-1][3], "of whom was always heard there is no doubt"
    await house.floor.done(AINO, Hold(conversation_id=one))
    await house.until(lambda: house.call().kept == set())
    await house.floor.done(AINO, Unhold(conversation_id=one))
    await house.until(lambda: "aino" in house.call().heard_by(guest.id))
    assert say(house, "aino", MOMENT)
    assert not (await written(house, 2))[-1][3], "it may have been said before"


def workers() -> list[int]:
    """Our processes that write."""
    children = Path("/proc/self/task").glob("*/children")
    ids = {int(one) for path in children for one in path.read_text().split()}
    return [one for one in ids if b"speech.worker" in Path(f"/proc/{one}/cmdline").read_bytes()]


async def test_a_process_that_dies_costs_no_words(house: CallHouse, endpoint: Endpoint) -> None:
    _, guest = await kept_call(house)
    asked, go, answers = threading.Event(), threading.Event(), endpoint.answer

    def slowly(_: dict[str, Message]) -> tuple[int, bytes]:
        asked.set()
        go.wait(60)
        return 200, answer(text="too late")

    endpoint.answer = slowly
    say(house, guest.id, TERRIBLE)
    try:
        assert await asyncio.to_thread(asked.wait, 60)
        (process,) = workers()
        endpoint.answer = answers
        os.kill(process, signal.SIGKILL)
        assert await written(house, 1) == [(guest.id, "customer", WORDS[TERRIBLE], True)]
        assert workers() != [process]
    finally:
        go.set()


async def test_what_customers_say_is_felt_and_asking_for_a_supervisor_is_heard(house: CallHouse) -> None:
    floor = house.floor
    hears = Listener(floor.database, floor.executor, Doorbell(LocalBus()))
    await hears.round()
    feels = Sentiment(
        floor.database, floor.executor, Doorbell(), Models(Places()), clock=floor.clock, process_id="one"
    )
    await feels.round()
    one, guest = await kept_call(house)
    say(house, "aino", MANAGER)
    await written(house, 1)
    await hears.round()
    assert (await floor.get(one)).asked is None, "what agents say asks for nobody"
    say(house, guest.id, MANAGER)
    say(house, guest.id, TERRIBLE)
    await written(house, 3)
    await hears.round()
    found = (await floor.get(one)).asked
    assert found is not None
    assert found.by_role == "customer"
    await feels.round()
    await feels.close()
    after = await floor.get(one)
    assert {reading.seq for reading in after.readings} == {2, 3}
    assert after.sentiment is not None
    assert after.language == "", "in which language a machine writes says nothing of what was spoken"


async def test_words_go_after_their_days_also_from_what_is_searched(house: CallHouse) -> None:
    floor = house.floor
    one, guest = await kept_call(house)
    say(house, guest.id, TERRIBLE)
    await written(house, 1)
    job = Indexer(floor.database, "indexer")
    while await job.round() is not None:
        pass
    assert len(await floor.sql("SELECT 1 FROM internal_words")) == 1
    floor.clock.advance(31 * 86_400)
    await Keeping(floor.executor, None, house.folder, floor.clock).round()  # type: ignore[arg-type]
    (row,) = await floor.sql("SELECT text, spoken FROM internal_messages")
    assert row["text"] == ""
    assert (row["spoken"]["removed"], "salt" in row["spoken"]) == (True, False)
    assert await floor.sql("SELECT 1 FROM internal_words") == []
    assert (await verify(floor.database)).clean
    (recording,) = await floor.sql("SELECT id, state FROM recordings")
    assert recording["state"] == "removed"
    late = WriteDown(
        recording_id=recording["id"], person_id=guest.id, name="Kaisa", spoken_as=Role.CUSTOMER, text="late",
        began_ms=0, ended_ms=1, confidence=1.0, heard=True,
    )  # fmt: skip
    assert (await floor.refused(CALLS, late)).reason is Reason.NOT_RECORDED
    assert (await floor.refused(AINO, late)).reason is Reason.ROLE_NEEDED
    async with floor.database.reading() as tx:
        page = await messages.after(tx, AINO, one, seq=0, limit=10)
    assert not isinstance(page, Refusal)
    assert [(item.text, item.spoken and item.spoken.removed) for item in page.items] == [("", True)]


async def test_how_writing_goes_is_told_of_each_house_by_itself(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "REPORT_SECONDS", 0.01)
    writer = writing.Writer(floor.executor, SpeechPlaces(), 0, process_id="one")
    hour, now = 3_600.0, time.monotonic()

    def waits(house: str, since: float, pcm: bytes = b"") -> None:
        said = Speech(
            id=f"{house} {since}", organization_id=house, recording_id="r", person_id="p", name="Kaisa",
            role=Role.CUSTOMER, language="en", heard=True, began_ms=0, ended_ms=1, pcm=pcm, since=since,
        )  # fmt: skip
        writer.take(said)

    waits(HOUSE, now, bytes(MOST_BYTES + 1))
    waits(HOUSE, now - 2 * hour)
    waits(HOUSE, now - hour)
    waits(OTHER_HOUSE, now)

    async def told(house: str) -> insight.Report:
        async with asyncio.timeout(90):
            while True:
                async with floor.database.reading() as tx:
                    found = await insight.reports(tx, house, floor.clock(), insight.SPEECH)
                if found:
                    return found[0]
                await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(writer.run())
        here, there = await told(HOUSE), await told(OTHER_HOUSE)
        task.cancel()
    assert (here.waiting, here.skipped, here.lag_ms >= 2 * hour * 1_000) == (2, 1, True)
    assert (there.waiting, there.skipped, there.lag_ms < hour * 1_000) == (1, 0, True)


async def test_nobody_posts_what_was_never_said(floor: Floor) -> None:
    one = await floor.accepted()
    for actor in (AINO, SAARA):
        outcome = await floor.write(actor, one, "I said so!", Visibility.SPOKEN)
        assert isinstance(outcome, Refusal)
        assert outcome.reason is Reason.ROLE_NEEDED
