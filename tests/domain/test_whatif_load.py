"""What comes: made up with the rates asked for, or as it was recorded, with an honest guess at patience."""

import math
import random
from statistics import fmean

import pytest
from sample_virtual import period

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.whatif.answering import AT_ONCE, LEAST_ASKED, Answer, Answers, Asked, MadeUp, Reply, Seen
from valvomo.domain.whatif.chance import own_dice
from valvomo.domain.whatif.handling import Stretch
from valvomo.domain.whatif.recorded import Record, Recorded, as_it_was, mean_patience, patience_by_queue
from valvomo.domain.whatif.synthetic import HOUR, Kind, Passing, Stream, Synthetic
from valvomo.domain.whatif.tally import tally
from valvomo.domain.whatif.visits import Fate

FINNISH = (Need(skill_id="fi", level=2),)


def stream(**more: object) -> Stream:
    given = {"workstream_id": "w", "queue_id": "q", "rates": (600.0,), "talk": 120.0, **more}
    return Stream(**given)  # type: ignore[arg-type]


def record(name: str, wait: float, **more: object) -> Record:
    given = {"at": 0.0, "queue_id": "q", "workstream_id": "w", "channel": Channel.LIVE_CHAT, **more}
    return Record(id=name, wait=wait, **given)  # type: ignore[arg-type]


def test_streams_follow_their_hours_and_means() -> None:
    dice = random.Random(1).random
    mixed = stream(
        rates=(1000.0, 0.0, 3000.0),
        wrap_up=30.0,
        patience=60.0,
        kinds=(Kind(share=1, needs=FINNISH), Kind(share=3)),
    )
    load = Synthetic(streams=(mixed, stream(queue_id="r", rates=(100.0,))), seconds=3.5 * HOUR)
    found = load.comings(dice)
    assert load.expected == 1000 + 3000 + 500 + 350
    assert len(found) == pytest.approx(load.expected, abs=3 * math.sqrt(load.expected))
    assert [one.at for one in found] == sorted(one.at for one in found)
    assert len({one.id for one in found}) == len(found)
    mine = [one for one in found if one.queue_id == "q"]
    assert not [one for one in mine if HOUR <= one.at < 2 * HOUR]
    assert sum(2 * HOUR <= one.at < 3 * HOUR for one in mine) == pytest.approx(3000, abs=170)
    assert max(one.at for one in found) < 3.5 * HOUR
    for name, mean in (("talk", 120), ("wrap_up", 30), ("patience", 60)):
        assert fmean(getattr(one, name) for one in mine) == pytest.approx(mean, rel=0.06)
    assert fmean(one.needs == FINNISH for one in mine) == pytest.approx(0.25, abs=0.03)


def test_the_same_dice_make_the_same_visitors() -> None:
    load = Synthetic(streams=(stream(),), seconds=HOUR)
    assert load.comings(random.Random(7).random) == load.comings(random.Random(7).random)
    assert load.comings(random.Random(7).random) != load.comings(random.Random(8).random)


def test_patience_counts_the_waits_of_those_who_stayed() -> None:
    """Two left after 30 and 50 s; three were answered after 10, 20 and 90 s: 200 s of waiting for two who left."""
    waits = [record("a", 30, fate=Fate.ABANDONED), record("b", 50, fate=Fate.ABANDONED)]
    stayed = [record(str(wait), wait) for wait in (10, 20, 90)]
    assert mean_patience([*waits, *stayed], least=1) == 100
    assert mean_patience(stayed, least=1) is None


def test_patience_is_found_again_though_most_of_it_is_cut_off() -> None:
    dice = random.Random(3)
    records = []
    for number in range(4000):
        patience, answer = dice.expovariate(1 / 80), dice.expovariate(1 / 20)
        records.append(
            record(
                str(number),
                min(patience, answer),
                fate=Fate.ABANDONED if patience < answer else Fate.ACCEPTED,
            )
        )
    assert fmean(one.fate is Fate.ABANDONED for one in records) < 0.25
    assert patience_by_queue(records)["q"] == pytest.approx(80, rel=0.08)


def test_queues_with_few_who_left_borrow_from_all_and_letters_never_leave() -> None:
    many = [record(f"m{number}", 60, fate=Fate.ABANDONED) for number in range(9)]
    few = [record("f", 600, queue_id="r", fate=Fate.ABANDONED)]
    letters = [record("l", 9000, queue_id="s", channel=Channel.EMAIL)]
    assert patience_by_queue([*many, *few, *letters]) == {"q": 60, "r": 114}
    assert patience_by_queue([record("x", 60), *letters]) == {}


def asked(agent: str, answer: Answer, **more: str) -> Asked:
    return Asked(**{"agent_id": agent, "queue_id": "q", "workstream_id": "w", "answer": answer, **more})  # type: ignore[arg-type]


def test_recorded_visitors_come_again_as_they_came() -> None:
    served = (Stretch(talk=200, wrap_up=20),)
    records = (
        record("served", 5, at=10.0, served=served, needs=FINNISH, priority=2, affinity_id="aino"),
        record("left", 60, at=20.0, fate=Fate.ABANDONED),
        record("letter", 0, at=30.0, channel=Channel.EMAIL, workstream_id="e", served=(Stretch(talk=700),)),
    )
    load = Recorded(records=records, answers=Answers([asked("aino", Answer(seconds=4))]))
    first, second, third = load.comings(random.Random(1).random)
    assert (first.id, first.at, first.needs, first.priority, first.affinity_id) == (
        "served", 10.0, FINNISH, 2, "aino",
    )  # fmt: skip
    assert (first.talk, first.wrap_up) == (200.0, 20.0)
    assert first.answering.answer("eino", random.Random(1).random) == Answer(seconds=4)
    assert (second.talk, second.wrap_up) == (200.0, 20.0)
    assert 0 < second.patience < math.inf
    assert (third.talk, third.answering, third.patience) == (700.0, AT_ONCE, math.inf)
    assert load.known
    assert not Recorded(records=records[1:2]).known


def test_as_many_are_passed_on_as_were_and_to_the_same_queues() -> None:
    """Of three in q one was passed on to r and one from there to s; all who were passed on were served for 7 s in r."""
    passed = (Stretch(talk=5, to="r"), Stretch(talk=7, to="s"), Stretch(talk=9, wrap_up=1))
    records = [
        record(str(number), 0, served=passed if number % 3 == 0 else (Stretch(talk=50),))
        for number in range(3000)
    ]
    found = Recorded(records=tuple(records)).comings(random.Random(2).random)
    onward = [one for one in found if one.onward]
    assert len(onward) == pytest.approx(1000, abs=80)
    assert {tuple((hop.queue_id, hop.talk) for hop in one.onward) for one in onward} == {(("r", 7), ("s", 9))}
    assert {(one.talk, one.wrap_up) for one in onward} == {(5, 1)}


def test_queues_that_pass_to_and_fro_come_to_an_end() -> None:
    records = (
        record("a", 0, served=(Stretch(talk=1, to="r"),)),
        record("b", 0, queue_id="r", served=(Stretch(talk=1, to="q"),)),
    )
    assert len(Recorded(records=records).comings(random.Random(1).random)[0].onward) == 10


def test_who_was_asked_often_answers_as_they_did_and_others_as_their_queue_does() -> None:
    rejected, quick, slow = Answer(reply=Reply.REJECTED), Answer(seconds=1), Answer(seconds=9)
    answers = Answers([
        *[asked("aino", rejected)] * LEAST_ASKED,
        *[asked("eino", quick)] * (LEAST_ASKED - 1),
        *[asked("lumi", slow, queue_id="r")] * 2,
        asked("aino", slow, workstream_id="v"),
    ])  # fmt: skip
    dice = random.Random(4).random

    def given(queue: str, agent: str) -> set[Answer]:
        return {answers.of(queue, "w").answer(agent, dice) for _ in range(400)}

    assert given("q", "aino") == {rejected}
    # Half of what was answered in q was Aino's. In r too little was: there it is as in all queues.
    assert given("q", "eino") == {rejected, quick}
    assert given("r", "new") == {rejected, quick, slow}
    assert answers.of("q", "v") == Seen(by_agent={}, by_anybody=[slow])
    assert answers.of("q", "never") is AT_ONCE


def test_answers_that_are_made_up_have_their_shares() -> None:
    law = MadeUp(mean=5, rejected=0.3, missed=0.1, away=60)
    found = [law.answer("aino", own_dice(7, number)) for number in range(8000)]
    counts = [sum(one.reply is reply for one in found) / len(found) for reply in Reply]
    assert counts == pytest.approx([0.6, 0.3, 0.1], abs=0.02)
    taken = [one.seconds for one in found if one.reply is not Reply.MISSED]
    assert fmean(taken) == pytest.approx(5, rel=0.05)
    assert fmean(one.away for one in found if one.reply is Reply.MISSED) == pytest.approx(60, rel=0.12)
    assert MadeUp().answer("aino", own_dice(7, 0)) == Answer()


def test_own_dice_are_even_and_always_the_same() -> None:
    found = [own_dice(of, throw)() for of in range(100) for throw in range(100)]
    assert len(set(found)) == len(found)
    assert [sum(one < tenth / 10 for one in found) / 1e4 for tenth in (1, 5, 9)] == pytest.approx(
        [0.1, 0.5, 0.9], abs=0.015
    )
    dice, again = own_dice(5, 2), own_dice(5, 2)
    assert [dice(), dice(), dice()] == [again(), again(), again()]


def test_so_large_a_share_of_a_stream_is_passed_on() -> None:
    passing = (Passing(share=0.2, queue_id="r", talk=30), Passing(share=0.1, queue_id="s", talk=90))
    load = Synthetic(streams=(stream(rates=(5000.0,), passing=passing, patience=40.0),), seconds=HOUR)
    found = load.comings(random.Random(6).random)
    for one in passing:
        hops = [hop for each in found for hop in each.onward if hop.queue_id == one.queue_id]
        assert len(hops) / len(found) == pytest.approx(one.share, abs=0.02)
        assert fmean(hop.talk for hop in hops) == pytest.approx(one.talk, rel=0.15)
        assert fmean(hop.patience for hop in hops) == pytest.approx(40, rel=0.15)


def test_what_became_of_them_is_counted_by_the_same_figures() -> None:
    records = [
        record("run-up", 5, at=5.0),
        record("quick", 15, at=10.0, last_queue_id="q", rejected=2, missed=1),
        record("slow", 25, at=20.0, passed=2, again=(30, 40)),
        record("gone", 60, at=30.0, fate=Fate.ABANDONED),
        record("closed", 600, at=40.0, fate=Fate.TURNED_AWAY),
        record("there", 900, at=50.0, fate=Fate.WAITING),
    ]
    found = tally(as_it_was(records, period(1000, since=10)), ("q",), {"q": 20})
    assert (found.arrivals, found.served, found.abandoned, found.turned_away, found.waiting) == (
        5,
        2,
        1,
        1,
        1,
    )
    assert found.speed_of_answer == 20
    assert found.service_level == pytest.approx(1 / 3)
    assert (found.rejected, found.missed, found.passed, found.wait_again) == (2, 1, 2, 35)
    assert (found.longest, found.occupancy) == (950, None)
