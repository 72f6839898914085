"""What waits to be measured: in order while there is time, the newest of each conversation when there is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.sentiment import backlog as rules
from valvomo.domain.sentiment.backlog import Backlog, Turn

A, B, C = ("house", "a"), ("house", "b"), ("house", "c")


def test_while_there_is_time_everything_is_measured_in_order() -> None:
    line = Backlog()
    for key, seq in ((A, 1), (B, 1), (A, 2)):
        line.add(key, seq, 10.0)
    assert line.take(9, 10.2) == [Turn(key=A, seqs=(1, 2)), Turn(key=B, seqs=(1,))]
    assert line.skipped == len(line) == 0


def test_at_most_so_many_and_the_rest_keeps_its_place() -> None:
    line = Backlog()
    for seq in (1, 2, 3):
        line.add(A, seq, 10.0)
    line.add(B, 1, 10.1)
    assert line.take(2, 10.2) == [Turn(key=A, seqs=(1, 2))]
    assert line.take(2, 10.3) == [Turn(key=A, seqs=(3,)), Turn(key=B, seqs=(1,))]


def test_behind_only_the_newest_of_each_is_measured() -> None:
    line = Backlog()
    for seq in (1, 2, 3):
        line.add(A, seq, 10.0)
    line.add(B, 7, 11.0)
    assert line.take(9, 11.5) == [Turn(key=A, seqs=(3,)), Turn(key=B, seqs=(7,))]
    assert line.skipped == 2


def test_another_message_does_not_cost_a_conversation_its_place() -> None:
    line = Backlog()
    line.add(A, 1, 10.0)
    line.add(B, 1, 10.5)
    line.add(A, 2, 11.4)
    assert [turn.key for turn in line.take(1, 11.5)] == [A]


def test_what_was_put_back_is_left_alone_for_a_while_and_holds_up_nobody() -> None:
    line = Backlog()
    line.add(A, 1, 10.0)
    (turn,) = line.take(1, 10.0)
    line.put_back(turn, 10.0, 10.05)
    line.add(B, 1, 10.01)
    assert [one.key for one in line.take(9, 10.02)] == [B]
    assert line.next_due(10.02) is not None
    assert [one.key for one in line.take(9, 10.06)] == [A]
    assert line.next_due(10.06) is None


def test_the_lag_is_that_of_the_oldest() -> None:
    line = Backlog()
    assert line.lag(10.0) == 0.0
    line.add(A, 1, 10.0)
    line.add(("other", "x"), 1, 12.0)
    assert line.lag(13.0) == 3.0
    assert line.waiting(13.0)["other"] == (1, 1.0)


def test_it_is_bounded(monkeypatch: object) -> None:
    line = Backlog()
    before = rules.MOST_CONVERSATIONS
    try:
        rules.MOST_CONVERSATIONS = 2
        for number, key in enumerate((A, B, C)):
            line.add(key, 1, float(number))
    finally:
        rules.MOST_CONVERSATIONS = before
    assert [one.key for one in line.take(9, 2.5)] == [B, C]
    assert line.skipped == 1


@given(st.lists(st.tuples(st.sampled_from([A, B, C]), st.integers(1, 9), st.floats(0, 5)), max_size=30))
def test_nothing_is_measured_twice_and_the_newest_always_is(
    said: list[tuple[tuple[str, str], int, float]],
) -> None:
    line = Backlog()
    newest: dict[tuple[str, str], int] = {}
    for key, seq, at in said:
        line.add(key, seq, at)
        newest[key] = max(seq, newest.get(key, 0))
    done: list[tuple[tuple[str, str], int]] = []
    while turns := line.take(2, 6.0):
        done += [(turn.key, seq) for turn in turns for seq in turn.seqs]
    assert len(done) == len(set(done))
    assert {key for key, _ in done} == newest.keys()
    assert all((key, seq) in done for key, seq in newest.items())
