"""What simulated people decide, without a server: talks are believable, and every one of them ends."""

import random
from dataclasses import replace

import pytest
from sample_meeting import AGENT, CALM, Meeting, anybody, customer

from valvomo.demo.people.agent import Heard, Talk
from valvomo.demo.people.matters import LANGUAGES, language
from valvomo.demo.people.moves import End, Note, Say, Wait


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("matter", range(16))
def test_a_calm_customer_hears_every_answer_in_order(code: str, matter: int) -> None:
    meeting = Meeting(mind=customer(code, matter)).run()
    assert meeting.state == "closed"
    numbers = [meeting.mind.matter.number_of(text) for text in meeting.said("agent")]
    assert [one for one in numbers if one is not None] == list(range(len(meeting.mind.matter.turns) + 1))
    assert meeting.said("agent")[0].count("Emma") == 1


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_every_talk_ends_and_nobody_babbles(seed: int, *, lasting: bool) -> None:
    mind = anybody(seed, lasting=lasting)
    channel = "persistent_chat" if lasting else "live_chat"
    meeting = Meeting(mind=mind, channel=channel, accepted_at=random.Random(seed).randint(5, 200)).run()
    assert meeting.state == "closed"
    assert len(meeting.said("customer")) <= 14
    assert len(meeting.said("agent")) <= 20


def test_the_same_seed_is_the_same_life() -> None:
    one, other = (Meeting(mind=anybody(7, lasting=True), channel="persistent_chat").run() for _ in range(2))
    assert one.heard == other.heard


def test_who_is_not_answered_grows_impatient() -> None:
    nature = replace(CALM, patience=30.0)
    meeting = Meeting(mind=customer("en", 0, nature), accepted_at=200).run()
    angry = {text for _, text in meeting.texts.manners.impatient}
    assert sum(text in angry for text in meeting.said("customer")) >= 2
    assert meeting.mind.tones[:4] == sorted(meeting.mind.tones[:4], reverse=True)


def test_some_leave_before_they_are_answered() -> None:
    meeting = Meeting(mind=customer("sv", 1, replace(CALM, leaves_after=40.0)), accepted_at=None).run()
    assert meeting.state == "closed"
    assert "customer ends" in meeting.moves
    assert meeting.now < 60


def test_some_go_silent_and_a_live_chat_is_ended() -> None:
    meeting = Meeting(mind=customer("fi", 2, replace(CALM, silent_at=1))).run()
    assert meeting.moves == ["away", "agent ends"]
    assert meeting.said("agent")[-1] in language("fi").manners.silence


def test_some_come_back_to_what_was_parked() -> None:
    nature = replace(CALM, silent_at=1, away=300.0)
    meeting = Meeting(mind=customer("en", 3, nature), channel="persistent_chat").run()
    assert meeting.moves[:2] == ["away", "park"]
    returned = {text for _, text in meeting.texts.manners.come_back}
    assert returned & set(meeting.said("customer"))
    assert meeting.state == "closed"


def test_some_ask_for_a_supervisor() -> None:
    demands = {text for code in LANGUAGES for _, text in language(code).manners.demand}
    heard = [
        set(Meeting(id=str(seed), mind=anybody(seed, lasting=False), accepted_at=90).run().said("customer"))
        for seed in range(60)
    ]
    assert any(demands & said for said in heard)


def test_a_visitor_with_a_matter_of_their_own_is_answered() -> None:
    talk = _talk(subject="", heard=(_heard("customer", "hello, who are you?"),))
    first = AGENT.next_move(talk, 30.0)
    assert isinstance(first, Say)
    assert "Eino" in first.text
    answered = replace(talk, heard=(*talk.heard, _heard("agent", first.text), _heard("customer", "I see")))
    second = AGENT.next_move(answered, 40.0)
    assert isinstance(second, Say)
    assert second.text in (*language("en").manners.unknown, *language("en").manners.holding)


def test_a_whisper_is_often_answered_to_colleagues_only() -> None:
    answers = []
    for number in range(20):
        heard = (
            _heard("customer", "hi"),
            _heard("agent", "hello"),
            _heard("monitor", "offer a voucher", "whisper"),
        )
        answers.append(AGENT.next_move(replace(_talk(heard=heard), id=str(number)), 20.0))
    notes = [one for one in answers if isinstance(one, Note)]
    assert 8 <= len(notes) < 20
    assert all(one.whisper for one in notes)


def test_offers_are_mostly_accepted() -> None:
    answers = [AGENT.answer(str(number), "assignment", "en").accepted for number in range(500)]
    assert answers.count(True) > 440
    assert 0 < answers.count(None) < answers.count(False)
    assert all(AGENT.answer(str(number), "transfer", "en").accepted for number in range(100))


def test_a_record_gets_a_note_and_an_end() -> None:
    case = language("fi").cases[0]
    talk = _talk(channel="record", language="fi", subject=case.subject)
    assert isinstance(AGENT.next_move(talk, 1.0), Wait)
    assert AGENT.next_move(talk, 200.0) == Note(case.note)
    noted = replace(
        talk, heard=(Heard(author="agent", role="agent", visibility="internal", text=case.note, at=200.0),)
    )
    assert AGENT.next_move(noted, 400.0) == End()


def _heard(role: str, text: str, visibility: str = "public") -> Heard:
    return Heard(author=role, role=role, visibility=visibility, text=text, at=10.0)


def _talk(
    *, channel: str = "live_chat", language: str = "en", subject: str = "", heard: tuple[Heard, ...] = ()
) -> Talk:
    return Talk(
        id="one", channel=channel, state="active", language=language, subject=subject, customer="Emma Clarke",
        since=0.0, heard=heard,
    )  # fmt: skip
