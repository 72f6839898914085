"""Prompts on PostgreSQL: a voice without a synthesizer, an engine without media, a trunk without a network."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sample_engine import SampleEngine
from sample_floor import AINO, EINO, HOUSE, Floor, reason
from sample_lines import TRUNK, line_of
from sample_telephones import LINES_AGENT, TelephoneHouse, lay_trunk
from sample_trunk import SampleKind
from sample_voice import SampleVoice, text_of

from valvomo.commands.conversations.call import Hold
from valvomo.commands.conversations.consent import AnswerConsent, ShowNotice
from valvomo.commands.conversations.join import Join, TakeOver
from valvomo.commands.conversations.record import EndRecording, StartRecording
from valvomo.commands.registry import Command
from valvomo.db.recordings import Track
from valvomo.db.telephones import Wanted
from valvomo.domain.access.actor import Actor, UserRole, system
from valvomo.domain.calls import announcing as rules
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import Consent, ConsentPolicy, State
from valvomo.domain.refusals import Reason
from valvomo.media.port import Connected, Gone
from valvomo.queries.verify import verify
from valvomo.trunks.port import Answered, Ended, Keys, Why

CALLS = system(HOUSE, "calls")
SAARA = Actor(
    id="saara",
    organization_id=HOUSE,
    name="Saara",
    roles=frozenset({UserRole.SUPERVISOR, UserRole.AGENT}),
    supervised=frozenset({"lines"}),
)
NOTICE = "en: We may listen."
QUESTION = "en: May we listen? Press 1 to agree. Press 2 to decline."
NEXT = "en: You are next in the queue. The wait is less than a minute."
NO_CALLBACK = (
    "en: You cannot be called back at the moment. Please stay on the line; you keep your place in the queue."
)
CALLED_BACK = "en: We will call you back when it is your turn. You keep your place in the queue. Goodbye."
CALLBACK = " You can be called back and keep your place in the queue. To be called back, press 1."


class Told(TelephoneHouse):
    """A house whose callers are told something."""

    def hears(self, one: str) -> str | None:
        """What is being said to the customer now."""
        call = self.engine.open.get(one)
        sound = call.playing.get(self.contact_of.get(one, "")) if call is not None else None
        return text_of(sound) if sound is not None else None

    async def until_hears(self, one: str, words: str) -> None:
        await self.until(lambda: self.hears(one) == words)

    async def hears_out(self, one: str, words: str) -> None:
        """They hear it to its end."""
        await self.until_hears(one, words)
        self.engine.over(one, self.contact_of[one])

    async def why_not(self, actor: Actor, command: Command) -> Reason | None:
        """Why it is refused; meanwhile this process goes on."""
        return reason(await self.floor.do(actor, command))

    async def until_announcing(self, one: str, *, wanted: bool) -> None:
        """Browsers are told so."""
        await self.until(lambda: one in self.signals and self.signals[one].announcing is wanted)

    async def until_consent(self, one: str, wanted: Consent) -> None:
        async def is_so() -> bool:
            return (await self.floor.get(one)).consent == wanted

        await self.until(is_so)

    async def both_there(self, one: str) -> None:
        for person in (self.contact_of[one], "aino"):
            await self.engine.news.put(Connected(one, person))

    def heard(self) -> list[str]:
        """Everything that was begun to be said, to anybody."""
        return [text_of(sound) for _, sound in self.engine.played]

    async def kept(self) -> list[tuple[str, str, int, str, bool]]:
        rows = await self.floor.sql(
            "SELECT person_id, kind, version, language, answer FROM acknowledgements ORDER BY at, id"
        )
        return [tuple(row) for row in rows]


@pytest.fixture
def voice() -> SampleVoice:
    return SampleVoice()


@pytest.fixture
async def house(
    floor: Floor, tmp_path: Path, trunk_kind: SampleKind, voice: SampleVoice
) -> AsyncIterator[Told]:
    await lay_trunk(floor, trunk_kind)
    await floor.with_texts()
    await floor.sql(
        "UPDATE workstreams SET calls_kept = 'recording', consent = 'notice', callback_account_id = NULL"
    )
    await floor.sql("UPDATE organizations SET languages = '{en,fi}'")
    async with Told(floor, tmp_path, trunk_kind, voice).open() as made:
        yield made
        voice.stuck = None


async def asks(house: Told) -> None:
    await house.floor.sql("UPDATE workstreams SET consent = 'consent'")


def shown(policy: ConsentPolicy = ConsentPolicy.NOTICE, answer: bool | None = None) -> Consent:
    return Consent(policy=policy, answer=answer, version=1, language="en")


async def test_the_notice_is_heard_first_and_then_the_call_is_kept(house: Told) -> None:
    one, contact = await house.comes_in()
    await house.until_hears(one, NOTICE)
    assert (await house.floor.get(one)).consent == Consent(policy=ConsentPolicy.NOTICE)
    assert await house.kept() == [], "not before its end"
    await house.hears_out(one, NOTICE)
    await house.until_consent(one, shown())
    await house.until_hears(one, NEXT)
    assert await house.kept() == [(contact, "notice", 1, "en", True)]
    assert "acknowledged" in [fact.kind for fact in await house.floor.all_facts()]
    assert "notice_shown" in [fact.kind for fact in await house.floor.facts(one)]

    await house.served(one)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    await house.until(lambda: house.hears(one) is None)
    await house.both_there(one)
    await house.until(lambda: bool(house.call(one).recordings))
    await house.until(lambda: house.call(one).kept == {contact, "aino"})
    house.tell(Ended("C1", Why.HUNG_UP))
    await house.until_state(one, State.WRAP_UP)
    assert house.heard() == [NOTICE, NEXT]
    assert (await verify(house.floor.database)).clean


async def test_who_consults_and_takes_over_is_the_agent_of_the_recording(house: Told) -> None:
    one, contact = await house.comes_in()
    await house.hears_out(one, NOTICE)
    await house.served(one)
    await house.both_there(one)
    await house.until(lambda: bool(house.call(one).recordings))
    (recording_id,) = house.call(one).recordings
    for act in (Join, TakeOver):
        await house.floor.done(SAARA, act(conversation_id=one))
    came = {contact: "customer", "aino": "agent", "saara": "speaker", "onni": "consult"}
    tracks = tuple(
        Track(id=who, person_id=who, part=part, began=0.0, seconds=1.0) for who, part in came.items()
    )
    await house.floor.done(CALLS, EndRecording(recording_id=recording_id, tracks=tracks))
    kept = await house.floor.sql("SELECT person_id, part FROM recording_tracks")
    assert {row["person_id"]: row["part"] for row in kept} == {**came, "saara": "agent"}


async def test_until_the_notice_is_over_customer_and_agent_do_not_hear_each_other(house: Told) -> None:
    one, contact = await house.comes_in()
    await house.until_hears(one, NOTICE)
    await house.served(one)
    await house.both_there(one)
    await house.until_announcing(one, wanted=True)
    assert (house.call(one).heard_by("aino"), house.call(one).heard_by(contact)) == (set(), set())
    assert house.call(one).music(contact), "before and after what is played"
    assert await house.why_not(CALLS, StartRecording(conversation_id=one)) is Reason.NOT_RECORDED
    await house.floor.done(AINO, Hold(conversation_id=one))
    assert house.hears(one) == NOTICE
    assert house.call(one).recordings == []

    await house.hears_out(one, NOTICE)
    await house.until_announcing(one, wanted=False)
    assert house.call(one).heard_by("aino") == set(), "they are on hold now"
    await house.until(lambda: bool(house.call(one).recordings))
    assert house.heard() == [NOTICE], "nobody is told to wait who is served"


async def test_who_is_called_hears_the_notice_before_their_agent(house: Told) -> None:
    one, call_id = await house.dials()
    await house.comes(one, LINES_AGENT)
    house.tell(Answered(call_id))
    contact = (await house.floor.get(one)).contact_id
    playing = house.engine.open[call_id].playing
    await house.until(lambda: contact in playing)
    assert text_of(playing[contact]) == NOTICE
    assert house.engine.open[call_id].heard_by("aino") == set()
    house.engine.over(call_id, contact)
    await house.until(lambda: house.engine.open[call_id].heard_by("aino") == {contact})
    await house.until_consent(one, shown())


async def test_who_heard_the_notice_while_they_waited_is_called_back_without_it(house: Told) -> None:
    await house.floor.sql("UPDATE workstreams SET callback_account_id = $1 WHERE id = 'line'", TRUNK)
    one, contact = await house.comes_in()
    await house.hears_out(one, NOTICE)
    await house.until_hears(one, NEXT + CALLBACK)
    house.tell(Keys("C1", "1"))
    last = f"{one}.end"
    await house.until(lambda: last in house.engine.open and contact in house.engine.open[last].playing)
    house.engine.over(last, contact)
    await house.told("end C1")
    call_id = await house.called_back(one)
    await house.comes(one, AINO)
    await house.until(lambda: house.engine.open[call_id].heard_by("aino") == {contact})
    assert house.heard() == [NOTICE, NEXT + CALLBACK, CALLED_BACK]


@pytest.mark.parametrize(("key", "answer"), [("1", True), ("2", False)])
async def test_the_question_is_answered_with_a_key(house: Told, key: str, answer: bool) -> None:
    await asks(house)
    one, contact = await house.comes_in()
    await house.hears_out(one, QUESTION)
    house.tell(Keys("C1", key))
    await house.until_consent(one, shown(ConsentPolicy.CONSENT, answer))
    await house.until_hears(one, NEXT)
    assert await house.kept() == [(contact, "consent", 1, "en", answer)]
    await house.served(one)
    await house.both_there(one)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    if answer:
        await house.until(lambda: bool(house.call(one).recordings))
    else:
        assert await house.why_not(CALLS, StartRecording(conversation_id=one)) is Reason.CONSENT_REFUSED
        assert (house.call(one).recordings, house.call(one).kept) == ([], frozenset())
    assert house.heard() == [QUESTION, NEXT]


async def test_a_no_need_not_be_waited_for_and_a_yes_counts_once_the_question_was_heard(house: Told) -> None:
    await asks(house)
    one, _ = await house.comes_in()
    await house.until_hears(one, QUESTION)
    house.tell(Keys("C1", "1"), Keys("C1", "2"))
    await house.until_consent(one, shown(ConsentPolicy.CONSENT, answer=False))
    await house.until_hears(one, NEXT)
    assert await line_of(house.floor, one) is Line.UP


async def test_keys_of_an_answer_are_not_the_agents(house: Told) -> None:
    await asks(house)
    one, contact = await house.comes_in()
    await house.until_hears(one, QUESTION)
    await house.served(one)
    await house.both_there(one)
    await house.until_announcing(one, wanted=True)
    await house.hears_out(one, QUESTION)
    house.tell(Keys("C1", "1"))
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    assert house.pressed == []
    house.tell(Keys("C1", "7"))
    await house.until(lambda: [one.keys for one in house.pressed] == ["7"])


async def test_who_hangs_up_meanwhile_has_been_told_nothing(house: Told) -> None:
    one, _ = await house.comes_in()
    await house.until_hears(one, NOTICE)
    house.tell(Ended("C1", Why.HUNG_UP))
    await house.until_state(one, State.CLOSED)
    await house.until_forgotten()
    assert (await house.floor.get(one)).consent.version is None
    assert await house.kept() == []


async def test_a_part_of_the_engine_dies_and_what_was_not_heard_is_said_again(house: Told) -> None:
    one, contact = await house.comes_in()
    await house.until_hears(one, NOTICE)
    house.engine.open.pop(one)
    house.engine.news.put_nowait(Gone((one,)))
    await house.hears_out(one, NOTICE)
    await house.until_consent(one, shown())
    assert house.engine.played[:2] == [(contact, house.engine.played[0][1])] * 2


async def test_where_nobody_can_speak_the_call_goes_on_and_nothing_is_kept(
    house: Told, voice: SampleVoice
) -> None:
    voice.broken = True
    with structlog.testing.capture_logs() as logs:
        one, contact = await house.comes_in()
        other, _ = await house.comes_in("C2", "")
        await house.until(lambda: {one, other} <= house.engine.open.keys())
        await house.served(one)
        await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    assert len([log for log in logs if log["event"] == "voices.unavailable"]) == 1, "not for each call"
    await house.both_there(one)
    assert await house.why_not(CALLS, StartRecording(conversation_id=one)) is Reason.NOT_RECORDED
    await house.until_announcing(one, wanted=False)
    assert house.heard() == []


@pytest.mark.parametrize("how", ["unplayable", "no_text"])
async def test_what_cannot_be_played_keeps_nobody_apart(house: Told, how: str) -> None:
    house.engine.unplayable = how == "unplayable"
    if how == "no_text":
        await house.floor.sql("DELETE FROM texts")
    one, contact = await house.comes_in()
    await house.until(lambda: one in house.engine.open)
    await house.served(one)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    assert (await house.floor.get(one)).consent.version is None


async def test_while_a_voice_is_slow_they_wait_and_what_is_too_late_is_not_said(
    house: Told, voice: SampleVoice
) -> None:
    voice.stuck = stuck = threading.Event()
    await house.floor.sql("UPDATE workstreams SET consent = 'none'")
    one, contact = await house.comes_in()
    await house.until(lambda: len(voice.asked) == 1)
    await house.served(one)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    stuck.set()
    other, _ = await house.comes_in("C2", "")
    await house.until(lambda: house.hears(other) is not None)
    assert house.hears(one) is None, "they are served"


async def test_a_slow_notice_is_waited_for_and_one_that_fails_is_not(house: Told, voice: SampleVoice) -> None:
    voice.stuck = stuck = threading.Event()
    one, contact = await house.comes_in()
    await house.until(lambda: len(voice.asked) == 1)
    await house.served(one)
    await house.until_announcing(one, wanted=True)
    assert (house.call(one).heard_by("aino"), house.call(one).heard_by(contact)) == (set(), set())
    voice.broken = True
    stuck.set()
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    await house.until_announcing(one, wanted=False)
    assert (await house.floor.get(one)).consent.version is None


async def test_who_says_nothing_is_asked_twice_and_has_not_agreed(
    house: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "ANSWER_SECONDS", 0.0)
    await asks(house)
    one, contact = await house.comes_in()
    await house.served(one)
    for _ in range(2):
        await house.hears_out(one, QUESTION)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    await house.until_consent(one, shown(ConsentPolicy.CONSENT))
    assert await house.kept() == []
    assert "consent_asked" in [fact.kind for fact in await house.floor.facts(one)]
    assert await house.why_not(CALLS, StartRecording(conversation_id=one)) is Reason.CONSENT_PENDING
    assert house.heard() == [QUESTION] * 2


async def test_without_a_notice_nobody_is_kept_apart_for_a_moment(house: Told, voice: SampleVoice) -> None:
    await house.floor.sql("UPDATE workstreams SET consent = 'none'")
    voice.broken = True
    one, contact = await house.comes_in()
    await house.until(lambda: one in house.engine.open)
    await house.served(one)
    await house.until(lambda: house.call(one).heard_by("aino") == {contact})
    await house.until_announcing(one, wanted=False)


async def test_they_are_spoken_to_in_the_language_of_their_last_conversation(
    house: Told, voice: SampleVoice
) -> None:
    await house.floor.sql(
        "INSERT INTO texts SELECT organization_id, subject, kind, 'fi', 1, 'Kuulkaa.', created_at FROM texts"
    )
    first, _ = await house.comes_in()
    await house.until_hears(first, NOTICE)
    house.tell(Ended("C1", Why.HUNG_UP))
    await house.until_state(first, State.CLOSED)
    await house.floor.sql(
        """UPDATE conversations SET body = body || '{"language": "fi"}' WHERE id = $1""", first
    )
    second, _ = await house.comes_in("C2")
    await house.hears_out(second, "fi: Kuulkaa.")
    await house.until_consent(second, Consent(policy=ConsentPolicy.NOTICE, version=1, language="fi"))
    await house.until_hears(second, "fi: Olet jonossa seuraavana. Odotusaika on alle minuutin.")


async def test_who_withholds_their_number_is_offered_no_callback(house: Told) -> None:
    await house.floor.sql(
        "UPDATE workstreams SET consent = 'none', callback_account_id = $1 WHERE id = 'line'", TRUNK
    )
    first, _ = await house.comes_in()
    await house.until_hears(first, NEXT + CALLBACK)
    second, _ = await house.comes_in("C2", "")
    await house.until_hears(second, "en: You are number 2 in the queue. The wait is less than a minute.")


async def test_who_is_refused_a_callback_is_told_so_each_time_and_not_offered_it_again(house: Told) -> None:
    await house.floor.sql(
        "UPDATE workstreams SET consent = 'none', callback_account_id = $1 WHERE id = 'line'", TRUNK
    )
    full = {"callbacks_per_hour": 0}
    await house.floor.sql("UPDATE channel_accounts SET settings = settings || $1 WHERE id = $2", full, TRUNK)
    await house.until(lambda: len(house.kind.trunks) > 1 and house.trunk.running)
    one, _ = await house.comes_in()
    await house.until_hears(one, NEXT + CALLBACK)
    for _ in range(2):
        house.tell(Keys("C1", "1"))
        await house.hears_out(one, NO_CALLBACK)
        await house.until_hears(one, NEXT)
    assert house.heard() == [NEXT + CALLBACK, NO_CALLBACK, NEXT, NO_CALLBACK, NEXT]
    assert await line_of(house.floor, one) is Line.UP


async def test_another_process_plays_again_what_was_not_finished(house: Told, voice: SampleVoice) -> None:
    engine = SampleEngine()
    one, contact = await house.comes_in()
    await house.until_hears(one, NOTICE)
    async with house.carrying("other", engine):
        assert house.carried is not None
        house.carried.cancel()
        await house.until(lambda: len(house.kind.trunks) > 1 and house.trunk.running)
        await house.floor.sql("DELETE FROM call_carriers WHERE process_id = 'carrier'")
        await house.floor.sql("UPDATE telephones SET process_id = 'other'")
        board = house.boards["other"]
        (row,) = await house.floor.sql(
            "SELECT organization_id, call_id, conversation_id, account_id, trunk_call, number FROM telephones"
        )
        board.adopt(Wanted(**dict(row)))
        house.tell(Answered("C1"))
        await house.until(lambda: one in engine.open and contact in engine.open[one].playing)
        assert text_of(engine.open[one].playing[contact]) == NOTICE
        engine.over(one, contact)
        await house.until_consent(one, shown())


@pytest.mark.parametrize("command", ["show", "answer"])
async def test_only_the_house_says_what_was_heard(house: Told, command: str) -> None:
    await asks(house)
    one, _ = await house.comes_in()
    what: dict[str, Any] = {"conversation_id": one, "version": 1, "text_language": "en"}
    given = ShowNotice(**what) if command == "show" else AnswerConsent(answer=True, **what)
    for somebody in (AINO, EINO, await house.floor.guest(one)):
        assert await house.why_not(somebody, given) is Reason.ROLE_NEEDED
