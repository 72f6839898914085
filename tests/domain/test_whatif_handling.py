"""What is read from the past: how conversations were served and passed on, how agents answered, who was there."""

from datetime import timedelta
from typing import Any

from sample_virtual import START

from valvomo.domain.agents.presence import Presence
from valvomo.domain.whatif.answering import Answer, Reply
from valvomo.domain.whatif.attendance import Chosen, absences, there
from valvomo.domain.whatif.handling import Handled, Happened, Stretch, handled

END = START + timedelta(seconds=1000)


def happened(*facts: tuple[str, float] | tuple[str, float, dict[str, Any]]) -> Handled:
    """Offers are of the router and to Aino, unless something else is said."""
    return handled(
        Happened(
            **{
                "kind": fact[0],
                "at": START + timedelta(seconds=fact[1]),
                "agent_id": "aino",
                "by_router": True,
                **(fact[2] if len(fact) > 2 else {}),
            }
        )
        for fact in facts
    )


def answers(found: Handled) -> list[Answer]:
    return [one.answer for one in found.answers]


def to(queue: str) -> dict[str, Any]:
    return {"queue_id": queue, "cause": "transferred"}


def test_talk_and_wrap_up_of_a_plain_conversation() -> None:
    found = happened(("offer_made", 0), ("offer_accepted", 7), ("ended", 107), ("wrap_up_completed", 130))
    assert found.served == (Stretch(talk=100, wrap_up=23),)
    assert answers(found) == [Answer(seconds=7)]


def test_time_in_queues_and_parked_is_nobodys_talk() -> None:
    found = happened(
        ("offer_made", 0), ("offer_expired", 30), ("offer_made", 31), ("offer_accepted", 33),
        ("queued", 43, {"cause": "released"}), ("offer_made", 60), ("offer_accepted", 64),
        ("parked", 74), ("offer_made", 80), ("offer_accepted", 90), ("offer_made", 95), ("offer_accepted", 99),
        ("ended", 110), ("auto_closed", 1010),
    )  # fmt: skip
    assert found.served == (Stretch(talk=10 + 10 + 20, wrap_up=900),)
    assert answers(found) == [Answer(reply=Reply.MISSED), Answer(seconds=2), Answer(seconds=4)]
    assert found.passed == 0


def test_who_was_not_reached_is_nobodys_until_somebody_takes_them() -> None:
    found = happened(
        ("offer_made", 0), ("offer_accepted", 3), ("queued", 33, {"cause": "callback"}), ("callback_postponed", 33),
        ("callback_due", 333), ("offer_made", 334), ("offer_accepted", 340), ("ended", 360), ("wrap_up_completed", 365),
    )  # fmt: skip
    assert found.served == (Stretch(talk=30 + 20, wrap_up=5),)
    assert answers(found) == [Answer(seconds=3), Answer(seconds=6)]
    assert (found.passed, found.again) == (0, ())


def test_a_force_close_ends_the_talk_and_a_record_has_no_wrap_up() -> None:
    assert happened(("picked", 5), ("force_closed", 25)).served == (Stretch(talk=20),)
    assert happened(("picked", 5), ("record_resolved", 65)).served == (Stretch(talk=60),)
    assert happened(("offer_made", 1)) == Handled()


def test_each_queue_that_it_was_passed_to_has_its_stretch() -> None:
    found = happened(
        ("picked", 0), ("queued", 20, to("r")), ("picked", 50), ("queued", 60, to("s")), ("picked", 65),
        ("ended", 75), ("wrap_up_completed", 79),
    )  # fmt: skip
    assert found.served == (
        Stretch(talk=20, to="r"),
        Stretch(talk=10, to="s"),
        Stretch(talk=10, wrap_up=4),
    )
    assert (found.passed, found.again) == (2, (30, 5))


def test_who_leaves_after_having_been_passed_on_was_not_served_there() -> None:
    found = happened(("picked", 0), ("queued", 20, to("r")), ("abandoned", 31))
    assert (found.served, found.again) == ((Stretch(talk=20, to="r"),), (11,))


def test_what_was_passed_on_before_anybody_had_it_is_no_stretch() -> None:
    found = happened(("queued", 2, to("r")), ("picked", 5), ("ended", 9), ("wrap_up_completed", 10))
    assert found.served == (Stretch(talk=4, wrap_up=1),)


def test_only_what_the_router_asks_and_an_agent_answers_is_an_answer() -> None:
    by_supervisor, auto, other = {"by_router": False}, {"auto": True}, {"agent_id": "eino"}
    found = happened(
        ("offer_made", 0, by_supervisor), ("offer_rejected", 3), ("offer_made", 4), ("offer_withdrawn", 6),
        ("offer_made", 7, other), ("offer_rejected", 12, other), ("offer_made", 13), ("offer_accepted", 13, auto),
    )  # fmt: skip
    assert [(one.agent_id, one.answer) for one in found.answers] == [
        ("eino", Answer(reply=Reply.REJECTED, seconds=5))
    ]


def chosen(*changes: tuple[float, str]) -> list[Chosen]:
    """Available before."""
    found, before = [], Presence.AVAILABLE
    for at, presence in changes:
        one = Presence(presence)
        found.append(Chosen(at=START + timedelta(seconds=at), before=before, chosen=one))
        before = one
    return found


def spans(*changes: tuple[float, str]) -> list[tuple[float, float]]:
    found = there(chosen(*changes), START, END)
    return [((begin - START).total_seconds(), (end - START).total_seconds()) for begin, end in found]


def test_who_came_back_after_a_missed_offer_was_there_and_who_did_not_had_left() -> None:
    assert spans((100, "inactive"), (130, "available"), (500, "offline")) == [(0, 500)]
    assert spans((100, "inactive"), (130, "offline"), (200, "busy")) == [(0, 100), (200, 1000)]
    assert spans((100, "inactive")) == [(0, 100)]
    came_back = chosen((100, "inactive"), (130, "available"), (200, "inactive"), (260, "away"))
    assert list(absences(came_back)) == [(START + timedelta(seconds=100), 30)]


def test_who_was_inactive_when_it_began_was_there_if_they_came_back() -> None:
    first = Chosen(at=START + timedelta(seconds=9), before=Presence.INACTIVE, chosen=Presence.AVAILABLE)
    assert there([first], START, END) == ((START, END),)
    left = Chosen(at=START + timedelta(seconds=9), before=Presence.INACTIVE, chosen=Presence.OFFLINE)
    assert there([left], START, END) == ()
