"""What comes: made up with the rates asked for, or as it was recorded, with an honest guess at patience."""

import math
import random
from datetime import timedelta
from statistics import fmean

import pytest
from sample_virtual import START, period

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.whatif.handling import Handled, handled
from valvomo.domain.whatif.recorded import Record, Recorded, as_it_was, mean_patience, patience_by_queue
from valvomo.domain.whatif.synthetic import HOUR, Kind, Stream, Synthetic
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


def test_recorded_visitors_come_again_as_they_came() -> None:
    records = (
        record("served", 5, at=10.0, talk=200.0, wrap_up=20.0, needs=FINNISH, priority=2, affinity_id="aino"),
        record("left", 60, at=20.0, fate=Fate.ABANDONED),
        record("letter", 0, at=30.0, channel=Channel.EMAIL, workstream_id="e", talk=700.0),
    )
    load = Recorded(records=records, answers={"w": [4.0]})
    first, second, third = load.comings(random.Random(1).random)
    assert (first.id, first.at, first.needs, first.priority, first.affinity_id) == (
        "served", 10.0, FINNISH, 2, "aino",
    )  # fmt: skip
    assert (first.talk, first.wrap_up, first.answer) == (200.0, 20.0, 4.0)
    assert (second.talk, second.wrap_up) == (200.0, 20.0)
    assert 0 < second.patience < math.inf
    assert (third.talk, third.answer, third.patience) == (700.0, 0.0, math.inf)
    assert load.known
    assert not Recorded(records=records[1:2]).known


def test_what_became_of_them_is_counted_by_the_same_figures() -> None:
    records = [
        record("run-up", 5, at=5.0),
        record("quick", 15, at=10.0),
        record("slow", 25, at=20.0),
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
    assert (found.longest, found.occupancy) == (950, None)


def happened(*facts: tuple[str, float]) -> Handled:
    return handled([(kind, START + timedelta(seconds=at)) for kind, at in facts])


def test_talk_and_wrap_up_of_a_plain_conversation() -> None:
    found = happened(("offer_made", 0), ("offer_accepted", 7), ("ended", 107), ("wrap_up_completed", 130))
    assert found == Handled(talk=100, wrap_up=23, answers=(7,))


def test_time_in_queues_and_parked_is_nobodys_talk() -> None:
    found = happened(
        ("offer_made", 0), ("offer_expired", 30), ("offer_made", 31), ("offer_accepted", 33),
        ("queued", 43), ("offer_made", 60), ("offer_accepted", 64),
        ("parked", 74), ("offer_made", 80), ("offer_accepted", 90), ("offer_made", 95), ("offer_accepted", 99),
        ("ended", 110), ("auto_closed", 1010),
    )  # fmt: skip
    assert found == Handled(talk=10 + 10 + 20, wrap_up=900, answers=(2, 4))


def test_a_force_close_ends_the_talk_and_a_record_has_no_wrap_up() -> None:
    assert happened(("picked", 5), ("force_closed", 25)) == Handled(talk=20)
    assert happened(("picked", 5), ("record_resolved", 65)) == Handled(talk=60)
    assert happened(("offer_made", 1)) == Handled()
