"""The workload is the same for everybody, and whatever goes wrong in it is counted."""

import asyncio
from collections.abc import Callable

import pytest

from workload import schedule
from workload.ledger import TIMED_OUT, Ledger, text_of
from workload.people import Ears
from workload.play import Part, Player
from workload.schedule import Arrive, Close, Speak, Step


def test_a_seed_draws_the_same_turns_again_and_another_seed_others() -> None:
    drawn = [schedule.floor(range(5), 30.0, 10.0, seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert {event.conversation for event in drawn[0] if isinstance(event, Speak)} == set(range(5))


def test_with_churn_as_many_come_as_go_and_nobody_writes_where_it_is_over() -> None:
    plan = schedule.churn(range(10), 20.0, 2.0, 1)
    came = {event.conversation: event.at for event in plan if isinstance(event, Arrive)}
    went = {event.conversation: event.at for event in plan if isinstance(event, Close)}
    assert len(came) == len(went) == 19
    assert came.keys() == set(range(10, 29))
    assert any(isinstance(event, Step) for event in plan)
    for event in plan:
        if isinstance(event, Speak):
            assert came.get(event.conversation, 0.0) <= event.at < went.get(event.conversation, 20.0)


async def test_what_is_doubled_out_of_order_misplaced_or_never_seen_is_counted() -> None:
    ledger = Ledger()
    ledger.begin(watchers=1, measured_from=0.0)
    for due in (1.0, 2.0, 3.0, 4.0):
        ledger.say(7, due)
    for number, at in ((3, 3.5), (1, 3.6), (1, 3.7)):
        ledger.heard(7, False, text_of(7, number), at)
    ledger.heard(8, False, text_of(7, 2), 3.8)
    ledger.shown(0, text_of(7, 3), 3.9)
    ledger.close()
    assert ledger.waits() == ([2.6, 0.5], [TIMED_OUT, TIMED_OUT])
    faults = ledger.faults
    assert (faults.doubled, faults.disordered, faults.misplaced, faults.timeouts) == (1, 1, 1, 2)
    assert (faults.lost, faults.unshown) == (6, 1)
    assert sorted(ledger.shown_waits) == pytest.approx([0.9, 1.9, 2.9, TIMED_OUT])


class Echo:
    """A system that shows everything to both sides at once, but for what `loses` says."""

    watches = False

    def __init__(self, ears: Ears, loses: Callable[[str], bool]) -> None:
        self._ears = ears
        self._loses = loses
        self.there: set[int] = set()

    async def gather(self, agents: int, supervisors: int) -> None:
        del agents, supervisors

    async def arrive(self, conversation: int) -> None:
        self.there.add(conversation)

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:
        await asyncio.sleep(0.001)
        if conversation not in self.there:
            raise OSError("there is no such conversation")
        for side in (True, False):
            if side == by_customer or not self._loses(text):
                self._ears.heard(conversation, side, text, asyncio.get_running_loop().time())

    async def close(self, conversation: int) -> None:
        self.there.remove(conversation)

    async def step(self, agent: int, away: bool) -> None:
        del agent, away

    def watch(self, watching: bool) -> None:
        raise AssertionError(f"there is nothing to watch: {watching}")

    async def untrue(self) -> int:
        return 0

    async def leave(self) -> None:
        return None


def player(loses: Callable[[str], bool]) -> Player:
    ledger = Ledger()
    return Player(people=Echo(Ears(ledger.heard, ledger.shown), loses), ledger=ledger)


async def test_every_part_ends_with_everything_seen() -> None:
    plays = player(lambda _text: False)
    await plays.gather(3)
    for kind, seconds in (("floor", 0.5), ("churn", 2.2), ("ceiling", 0.2)):
        played = await plays.play(Part(kind=kind, seconds=seconds, pause=0.3))
        assert not any(played.faults.values()), played
        assert played.said >= played.delivered > 0
        assert len(played.arrivals) == (1 if kind == "churn" else 0)
    assert plays.there == [1, 2, 3]


async def test_a_message_that_never_comes_is_a_time_out_and_a_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("ledger", "play"):
        monkeypatch.setattr(f"workload.{module}.TIMED_OUT", 0.5)
    plays = player(lambda text: text.startswith("00001-000002"))
    await plays.gather(2)
    played = await plays.play(Part(kind="ceiling", seconds=0.2))
    assert {name for name, count in played.faults.items() if count} == {"errors", "timeouts", "lost"}
    assert max(played.to_customers) == 0.5
