"""The attendant on PostgreSQL with an engine without media: whoever has a part in the conversation is in its call."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from sample_calls import CallHouse as House
from sample_engine import SampleEngine
from sample_floor import AINO, EINO, HOUSE, SAARA, STRANGER, SULO, Floor

from valvomo.bus.local import LocalBus
from valvomo.commands.calling import SAID, Calling
from valvomo.commands.conversations.call import AcceptCall, Coach, Elevate, EndCall, Hold, StopCoach, Unhold
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.record import (
    HearRecording,
    PauseRecording,
    ResumeRecording,
    StartRecording,
)
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.db.calls import Answer, Said, What
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.conversations.model import Mode
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.folder import Folder
from valvomo.files.port import MissingError, Place
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import HouseKey
from valvomo.jobs.calls.attended import Attended
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.leftovers import leftovers
from valvomo.media.port import (
    Agreed,
    Connected,
    Engine,
    Gone,
    GoneError,
    Kind,
    Lost,
    Recorded,
    RecordingError,
    Speaking,
    Track,
    WebLeg,
)

BOTH = frozenset({Kind.AUDIO, Kind.VIDEO})


@pytest.fixture
async def house(floor: Floor, tmp_path: Path) -> AsyncIterator[House]:
    made = House(floor, tmp_path)
    async with made.carrying("carrier", made.engine), asyncio.TaskGroup() as group:
        task = group.create_task(made.calling.run())
        yield made
        task.cancel()


async def test_a_call_with_everything_that_supervisors_do(house: House) -> None:
    one, guest = await house.elevated()
    me = guest.id
    await house.come(one, guest)
    assert house.call().music(me), "while nobody is there"
    await house.come(one, AINO)
    assert (house.call().heard_by(me), house.call().heard_by("aino")) == ({"aino"}, {me})

    refused = await house.calling.come(SAARA, one, "of saara")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NOT_IN_CALL
    await house.floor.done(SAARA, Monitor(conversation_id=one))
    await house.come(one, SAARA)
    assert house.call().legs["saara"] == frozenset(), "nothing is taken from who listens"
    assert (house.call().heard_by("saara"), house.call().heard_by("aino")) == ({me, "aino"}, {me})

    await house.floor.done(SAARA, Coach(conversation_id=one))
    await house.until(lambda: "saara" not in house.call().legs)
    await house.come(one, SAARA)
    assert house.call().legs["saara"] == {Kind.AUDIO}
    assert (house.call().heard_by("aino"), house.call().heard_by(me)) == ({me, "saara"}, {"aino"})

    await house.floor.done(SAARA, StopCoach(conversation_id=one))
    await house.until(lambda: house.call().heard_by("aino") == {me})
    await house.floor.done(SAARA, Join(conversation_id=one))
    await house.come(one, SAARA)
    assert (house.call().heard_by("aino"), house.call().heard_by(me)) == ({me, "saara"}, {"aino", "saara"})

    await house.floor.done(AINO, Hold(conversation_id=one))
    await house.until(lambda: house.call().music(me))
    assert (house.call().heard_by(me), house.call().heard_by("aino")) == (set(), {"saara"})
    await house.floor.done(AINO, Unhold(conversation_id=one))
    await house.until(lambda: house.call().heard_by(me) == {"aino", "saara"})
    await house.floor.done(SAARA, TakeOver(conversation_id=one))
    await house.until(lambda: house.call().matrix["aino"].sources == {me, "saara"})

    await house.floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await house.until(lambda: not house.engine.open)
    assert len(house.engine.ended) == 1
    while await house.floor.sql("SELECT 1 FROM calls"):  # noqa: ASYNC110 - the database rings no bell
        await asyncio.sleep(0.01)
    gone = await house.calling.come(AINO, one, "again")
    assert isinstance(gone, Refusal)
    assert gone.reason is Reason.NO_CALL


async def test_who_whispered_comes_anew_to_be_kept_as_who_has_joined(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    came, add = list[tuple[str, str]](), house.engine.add_web_leg

    async def noted(leg: WebLeg) -> Agreed:
        came.append((leg.leg_id, leg.name))
        return await add(leg)

    monkeypatch.setattr(house.engine, "add_web_leg", noted)
    one, guest = await house.elevated()
    await house.floor.done(SAARA, Monitor(conversation_id=one))
    await house.floor.done(SAARA, Coach(conversation_id=one))
    await house.come(one, guest, AINO, SAARA)
    await house.floor.done(SAARA, Join(conversation_id=one))
    await house.until(lambda: "saara" not in house.call().legs)
    await house.come(one, SAARA)
    assert [name for who, name in came if who == "saara"] == ["whisperer", "speaker"]
    await house.floor.done(SAARA, TakeOver(conversation_id=one))
    await house.until(lambda: house.call().matrix["aino"].sources == {guest.id, "saara"})
    assert "saara" in house.call().legs, "nobody is cut whose name was true"


async def test_whoever_stops_monitoring_hears_nothing_more(house: House) -> None:
    one, guest = await house.elevated()
    await house.floor.done(SAARA, Monitor(conversation_id=one))
    await house.come(one, guest, AINO, SAARA)
    await house.floor.done(SAARA, StopMonitor(conversation_id=one))
    await house.until(lambda: "saara" not in house.call().legs)
    assert "saara" not in house.call().matrix


async def test_back_to_text_and_up_again_is_another_call(house: House) -> None:
    one, guest = await house.elevated()
    await house.come(one, guest, AINO)
    (first,) = house.engine.open
    await house.floor.done(AINO, EndCall(conversation_id=one))
    await house.until(lambda: not house.engine.open)
    await house.floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VIDEO))
    asked = await house.calling.come(guest, one, "early")
    assert isinstance(asked, Refusal)
    assert asked.reason is Reason.NO_CALL, "who is asked is not in it yet"
    await house.floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VIDEO))
    await house.come(one, guest, AINO)
    assert first not in house.engine.open
    assert house.call().legs == {guest.id: BOTH, "aino": BOTH}


async def test_who_has_no_part_in_it_does_not_come_in(house: House) -> None:
    one, _ = await house.elevated()
    for actor in (EINO, SAARA, STRANGER):
        refused = await house.calling.come(actor, one, "of mine")
        assert isinstance(refused, Refusal), actor
    nowhere = await house.calling.come(AINO, "no-such-conversation", "of mine")
    assert isinstance(nowhere, Refusal)
    bad = await house.calling.come(AINO, one, "bad")
    assert isinstance(bad, Refusal)
    assert (bad.reason, bad.facts["why"]) == (Reason.BAD_OFFER, "it offers nothing")
    assert all(not call.legs for call in house.engine.open.values())


async def test_muting_and_leaving(house: House) -> None:
    one, guest = await house.elevated()
    await house.come(one, guest, AINO)
    await house.calling.tell(guest, one, "mute")
    await house.until(lambda: house.call().heard_by("aino") == set())
    assert house.call().heard_by(guest.id) == {"aino"}
    await house.come(one, guest)
    assert house.call().heard_by("aino") == set(), "who comes anew is as mute as before"
    await house.calling.tell(guest, one, "unmute")
    await house.until(lambda: house.call().heard_by("aino") == {guest.id})
    await house.calling.tell(AINO, one, "go")
    await house.until(lambda: house.call().music(guest.id))


async def test_browsers_are_told_who_is_in_it_and_how(house: House) -> None:
    one, guest = await house.elevated()
    await house.come(one, guest, AINO)
    (call_id,) = house.engine.open
    await house.engine.news.put(Connected(call_id, guest.id))
    await house.engine.news.put(Speaking(call_id, guest.id, True))

    def now() -> dict[str, tuple[bool, bool, int | None]]:
        if not house.told:
            return {}
        return {leg.person_id: (leg.connected, leg.speaking, leg.quality) for leg in house.told[-1].legs}

    await house.until(lambda: now() == {guest.id: (True, True, 3), "aino": (False, False, 3)})
    await house.engine.news.put(Lost(call_id, guest.id))
    await house.until(lambda: now().get(guest.id) == (False, False, 3))


async def test_an_engine_that_dies_takes_nobody_with_it(house: House) -> None:
    one, guest = await house.elevated()
    await house.come(one, guest, AINO)
    (call_id,) = house.engine.open
    house.engine.open.clear()
    await house.engine.news.put(Gone((call_id,)))
    await house.until(lambda: house.told[-1].legs == () if house.told else False)
    await house.come(one, guest, AINO)
    assert house.call().heard_by(guest.id) == {"aino"}


async def test_a_call_is_with_one_process_and_moves_when_that_dies(floor: Floor, tmp_path: Path) -> None:
    house, other = House(floor, tmp_path), SampleEngine()
    async with asyncio.TaskGroup() as group, house.carrying("first", house.engine) as first:
        answers = group.create_task(house.calling.run())
        one, guest = await house.elevated()
        await house.come(one, guest)
        async with house.carrying("second", other):
            await house.come(one, AINO)
            assert (set(house.call().legs), other.open) == ({guest.id, "aino"}, {}), "it is with the first"
            first.cancel()
            # As it is found some seconds after a process was killed.
            await floor.sql(
                "UPDATE call_carriers SET seen_at = seen_at - interval '1 min' WHERE process_id = 'first'"
            )
            await house.come(one, guest, AINO)
            assert [set(call.legs) for call in other.open.values()] == [{guest.id, "aino"}]
        answers.cancel()


async def test_a_call_is_kept_where_its_customers_were_told_and_removed_after_its_days(house: House) -> None:
    floor = house.floor
    await floor.sql("UPDATE workstreams SET calls_kept = 'recording', calls_days = 30, consent = 'notice'")
    await floor.with_texts()
    one, guest = await house.elevated()
    call_id = await house.both_come(one, guest)
    await house.until(lambda: bool(house.call().recordings))
    (recording_id,) = house.call().recordings
    await house.until(lambda: house.call().kept == {guest.id, "aino"})
    await floor.done(AINO, PauseRecording(conversation_id=one, cause="card"))
    await house.until(lambda: not house.call().kept)
    await floor.done(AINO, ResumeRecording(conversation_id=one))
    await house.until(lambda: house.call().kept == {guest.id, "aino"})
    await floor.done(AINO, Hold(conversation_id=one))
    await house.until(lambda: not house.call().kept)

    file = house.folder / f"{recording_id}-1.opus"
    file.write_bytes(b"what was said")
    track = Track(str(file), guest.id, "customer", 0.5, 12.0)
    await house.engine.news.put(Recorded(call_id, recording_id, (track,)))
    await house.until(lambda: not file.exists())
    assert (await floor.facts(one))[-1].kind == "recording_kept", "whoever looks at it is told"
    (row,) = await floor.sql("SELECT * FROM recording_tracks")
    assert (row["person_id"], row["part"], row["began"], row["seconds"]) == (guest.id, "customer", 0.5, 12.0)
    place = Place(row["organization_id"], row["id"])
    raw = (house.kept / place.path).read_bytes()
    assert b"what was said" not in raw, "it lies encrypted"
    files = SealedFiles(Folder(house.kept), lambda: HouseKey((b"k" * 32,)))
    assert await files.get(place) == b"what was said"
    with pytest.raises(MissingError):
        await SealedFiles(Folder(house.kept), lambda: HouseKey((b"o" * 32,))).get(place)

    heard = HearRecording(conversation_id=one, recording_id=recording_id, track_id=row["id"])
    await floor.done(AINO, heard)
    assert (await floor.refused(SULO, heard)).reason is Reason.NOT_FOUND
    facts = [fact for fact in await floor.all_facts() if fact.kind == "recording_heard"]
    assert [(fact.actor_id, fact.audited) for fact in facts] == [("aino", True)]

    floor.clock.advance(31 * 86_400)
    keeping = Keeping(floor.executor, files, house.folder, floor.clock)
    await keeping.round()
    assert await floor.sql("SELECT state FROM recordings") == [("removed",)]
    with pytest.raises(MissingError):
        await files.get(place)


async def test_a_call_is_kept_though_the_database_was_away_when_that_was_asked(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor, failed = house.floor, list[str]()
    await floor.sql("UPDATE workstreams SET calls_kept = 'recording', consent = 'notice'")
    await floor.with_texts()
    execute = floor.executor.execute

    async def away(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, StartRecording) and not failed:
            failed.append(command.conversation_id)
            raise ConnectionError("the database is away")
        return await execute(actor, command, key)

    monkeypatch.setattr(floor.executor, "execute", away)
    one, guest = await house.elevated()
    await house.both_come(one, guest)
    await house.until(lambda: bool(house.call().recordings))
    assert failed == [one]


@pytest.mark.parametrize("trouble", [RecordingError("the disk is full"), GoneError("it has died")])
async def test_what_cannot_be_written_is_not_recorded_and_the_call_goes_on(
    house: House, trouble: Exception
) -> None:
    floor = house.floor
    await floor.sql("UPDATE workstreams SET calls_kept = 'recording', consent = 'notice'")
    await floor.with_texts()
    one, guest = await house.elevated()
    call_id = await house.both_come(one, guest)
    await house.until(lambda: bool(house.call().recordings))

    class Full(SampleEngine):
        """Its disk is, or it is gone, by the time that something is to be kept."""

        async def start_recording(self, *_: object, **__: object) -> None:
            raise trouble

    conversation = await floor.get(one)
    assert conversation.call is not None
    full = Full()
    attended = Attended(cast("Engine", full), conversation, conversation.call, clock=floor.clock)
    for person in (guest.id, "aino"):
        said = Said(
            id=person, organization_id=conversation.organization_id, conversation_id=one, person_id=person,
            what="come", offer="an offer",
        )  # fmt: skip
        assert (await attended.come(said)).answer == "answer to an offer"
    assert full.open[call_id].heard_by("aino") == {guest.id}
    assert await attended.follow(conversation)


@pytest.mark.parametrize("policy", ["consent", "none"])
async def test_a_call_is_not_kept_without_a_word_or_a_yes(house: House, policy: str) -> None:
    floor = house.floor
    await floor.sql("UPDATE workstreams SET calls_kept = 'recording', consent = $1", policy)
    one = await floor.accepted(consent=False) if policy == "consent" else await floor.accepted()
    guest = await floor.guest(one)
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    await house.both_come(one, guest)
    await house.until(lambda: bool(house.told) and all(leg.connected for leg in house.told[-1].legs))
    start = StartRecording(conversation_id=one)
    expected = Reason.CONSENT_REFUSED if policy == "consent" else Reason.NOT_RECORDED
    assert (await floor.refused(system(HOUSE, "calls"), start)).reason is expected
    assert (house.call().recordings, house.call().kept) == ([], frozenset())


def test_what_cannot_be_read_of_what_was_left_stays_where_it_is(tmp_path: Path) -> None:
    assert leftovers(tmp_path, ()) == []
    (tmp_path / "r-1.opus").write_bytes(b"no sound at all")
    os.utime(tmp_path / "r-1.opus", (0, 0))
    assert leftovers(tmp_path, ()) == []
    assert (tmp_path / "r-1.opus").exists()


async def test_a_house_without_an_engine_says_so(floor: Floor) -> None:
    bus = LocalBus()
    one = await floor.accepted()
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    await floor.done(await floor.guest(one), AcceptCall(conversation_id=one, mode=Mode.VOICE))
    refused = await Calling(floor.executor, bus).come(AINO, one, "of mine")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.CALLS_OFF


async def test_where_there_is_no_call_nothing_is_said_to_one(house: House) -> None:
    one = await house.floor.accepted()
    guest = await house.floor.guest(one)
    said: list[str] = []
    house.bus.subscribe(SAID, said.append)
    every: tuple[What, ...] = ("go", "mute", "unmute", "agree")
    for what in every:
        await house.calling.tell(guest, one, what, "v=0")
        await house.calling.tell(guest, "nowhere", what, "v=0")
    refused = await house.calling.come(guest, one, "of the guest")
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.NO_CALL
    assert said == []
    assert await house.floor.sql("SELECT FROM call_signals") == []


async def test_an_engine_that_offers_for_its_part_is_answered(house: House) -> None:
    house.engine.offers = True
    one, guest = await house.elevated()
    given = await house.calling.come(guest, one, "of the guest")
    assert isinstance(given, Answer)
    assert (given.answer, given.offer) == ("answer to of the guest", f"to {guest.id}")
    await house.calling.tell(guest, one, "agree", "bad")
    await house.calling.tell(AINO, one, "agree", "of somebody who is not in it")
    await house.calling.tell(guest, one, "agree", "of the guest")
    await house.until(lambda: guest.id in house.engine.agreed)
    assert house.engine.agreed == {guest.id: "of the guest"}
    assert house.call().legs.keys() == {guest.id}
