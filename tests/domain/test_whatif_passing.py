"""Offers that are rejected or missed, and customers who are passed on, in virtual time."""

from datetime import timedelta
from typing import Any

import pytest
from sample_virtual import START, Always, coming, period, place, setup, worker, workstream

from valvomo.domain.conversations.workstream import Timers
from valvomo.domain.routing.facts import QueueRules
from valvomo.domain.routing.hours import Hours
from valvomo.domain.routing.overflow import OverflowRule, Remedy, Trigger
from valvomo.domain.whatif.answering import Answer, Reply
from valvomo.domain.whatif.coming import Onward
from valvomo.domain.whatif.playing import play
from valvomo.domain.whatif.setup import Setup, Worker
from valvomo.domain.whatif.tally import tally
from valvomo.domain.whatif.visits import Fate

UNTIL = 300.0
REJECTED = Answer(reply=Reply.REJECTED, seconds=4)
MISSED = Answer(reply=Reply.MISSED, away=50)


def test_who_rejects_is_asked_three_times_and_then_no_more() -> None:
    """Both are free, but Aino has the more room: she is the first to be asked, until she has declined too often."""
    people = [worker("aino", 3), worker("eino", 1)]
    picky = coming("one", 0, answering=Always(Answer(), but={"aino": REJECTED}))
    visit = play(setup(people), [picky], period(UNTIL)).visits[0]
    assert (visit.fate, visit.ended, visit.rejected, visit.asks) == (Fate.ACCEPTED, 12, 3, 4)
    assert visit.asked is not None
    assert visit.asked.seat.agent.id == "eino"


def test_what_all_have_declined_waits_for_somebody_new() -> None:
    late = worker("eino", there=((START + timedelta(seconds=100), START + timedelta(seconds=UNTIL)),))
    picky = Always(Answer(), but={"aino": REJECTED})
    course = play(setup([worker("aino"), late]), [coming("one", 0, answering=picky)], period(UNTIL))
    assert [(one.fate, one.ended, one.rejected) for one in course.visits] == [(Fate.ACCEPTED, 100, 3)]
    alone = play(setup([worker("aino")]), [coming("one", 0, answering=picky)], period(UNTIL))
    assert [(one.fate, one.asks) for one in alone.visits] == [(Fate.WAITING, 3)]


def test_who_misses_an_offer_is_inactive_until_they_say_that_they_are_there() -> None:
    house = setup([worker("aino")], workstreams=[workstream(timers=Timers(offer=30))])
    missed = coming("one", 0, talk=20, answering=Always(MISSED))
    comings = [missed, coming("two", 10, talk=5, patience=60)]
    course = play(house, comings, period(UNTIL))
    one, two = course.visits
    # Missed at 30, 110 and 190, inactive for 50 each time: then not offered again, and who could wait no longer left.
    assert (one.fate, one.missed, one.asks) == (Fate.WAITING, 3, 3)
    assert (two.fate, two.ended) == (Fate.ABANDONED, 70)
    assert course.spent[0].there == UNTIL - 3 * 50


def test_the_same_place_in_line_is_kept_by_who_was_declined() -> None:
    picky = Always(REJECTED, but={"eino": Answer()})
    comings = [coming("one", 0, answering=picky), coming("two", 1, talk=10), coming("three", 2, talk=10)]
    eino = worker("eino", there=((START + timedelta(seconds=5), START + timedelta(seconds=UNTIL)),))
    people = [worker("aino", there=((START, START + timedelta(seconds=3)),)), eino]
    visits = play(setup(people), comings, period(UNTIL)).visits
    assert [(one.coming.id, one.ended) for one in visits] == [("one", 5), ("two", 65), ("three", 75)]


def test_an_answer_that_takes_longer_than_the_offer_stands_is_none() -> None:
    house = setup([worker("aino")], workstreams=[workstream(timers=Timers(offer=30))])
    slow = coming("one", 0, answer=31)
    assert play(house, [slow], period(UNTIL)).visits[0].missed == 3


def passing(*people: Worker, **more: Any) -> Setup:
    queues = [QueueRules(id="q"), QueueRules(id="r")]
    return setup(list(people), queues=queues, places=more.pop("places", [place("q"), place("r")]))


def test_who_is_passed_on_waits_again_by_their_age_and_frees_who_had_them() -> None:
    house = passing(worker("aino", queues="q"), worker("eino", queues="r"))
    to_r = coming("one", 0, talk=30, wrap_up=9, onward=(Onward(queue_id="r", talk=50),))
    comings = [
        to_r,
        coming("two", 1, talk=10),
        coming("busy", 2, talk=60, queue_id="r"),
        coming("young", 40, queue_id="r"),
    ]
    course = play(house, comings, period(UNTIL))
    one, two, _, young = course.visits
    assert (one.fate, one.ended, one.passed, one.again) == (Fate.ACCEPTED, 0, 1, [32])
    assert (two.ended, young.ended) == (30, 62 + 50 + 9)
    found = tally(course, ("r",), {"q": 20, "r": 20})
    # Counted for the queue in which they are, as the house counts.
    assert (found.arrivals, found.passed, found.wait_again) == (3, 1, 32)


def test_who_leaves_after_having_been_passed_on_was_served_all_the_same() -> None:
    house = passing(worker("aino", queues="q"), worker("eino", queues="r"))
    hop = Onward(queue_id="r", talk=50, patience=15)
    comings = [coming("one", 0, talk=30, onward=(hop,)), coming("busy", 2, talk=60, queue_id="r")]
    visit = play(house, comings, period(UNTIL)).visits[0]
    assert (visit.fate, visit.ended, visit.again) == (Fate.ACCEPTED, 0, [15])


@pytest.mark.parametrize("closed", ["empty", "shut"])
def test_where_a_queue_cannot_take_them_they_stay_with_who_has_them(closed: str) -> None:
    never = Hours(id="h", name="Never", zone=START.tzinfo, weekly={})  # type: ignore[arg-type]
    places = [place("q"), place("r", hours=never if closed == "shut" else None)]
    people = [worker("aino", queues="q"), *([worker("eino", queues="r")] if closed == "shut" else [])]
    comings = [coming("one", 0, talk=30, onward=(Onward(queue_id="r", talk=50),)), coming("two", 1)]
    one, two = play(passing(*people, places=places), comings, period(UNTIL)).visits
    assert (one.passed, two.ended) == (0, 80)


def test_overflow_sends_nobody_away_whom_an_agent_has_served() -> None:
    close = OverflowRule(trigger=Trigger.WAIT, remedy=Remedy.CLOSE, over=10)
    house = passing(
        worker("aino", queues="q"),
        worker("eino", queues="r"),
        places=[place("q"), place("r", overflow=(close,))],
    )
    comings = [
        coming("busy", 0, talk=90, queue_id="r"),
        coming("passed", 1, talk=10, onward=(Onward(queue_id="r", talk=5),)),
        coming("new", 2, queue_id="r"),
    ]
    _, passed, new = play(house, comings, period(UNTIL)).visits
    assert (passed.again, new.fate, new.ended) == ([79], Fate.TURNED_AWAY, 12)
