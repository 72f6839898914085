"""The past as it is read for an experiment: who came, how they were served, who was there."""

from datetime import timedelta

from sample_morning import BEGIN, Morning

from valvomo.commands.conversations.assign import AssignToQueue
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.whatif.recorded import Recorded
from valvomo.domain.whatif.visits import Fate
from valvomo.jobs.router import Router
from valvomo.queries.whatif.answering import answered
from valvomo.queries.whatif.asking import Asked

HOUR = 3600.0
Span = tuple[float, float]


def load(found: Asked) -> Recorded:
    assert isinstance(found.experiment.load, Recorded)
    return found.experiment.load


def there(found: Asked, person: str) -> list[Span]:
    """Spans in seconds after nine."""
    worker = next(one for one in found.experiment.today.workers if one.agent.name.lower().startswith(person))
    assert worker.there is not None
    return [((begin - BEGIN).total_seconds(), (end - BEGIN).total_seconds()) for begin, end in worker.there]


async def test_who_came_and_how_long_they_were_served(morning: Morning) -> None:
    first, second, gone = await morning.plain()
    found = await morning.asked()
    records = {one.id: one for one in load(found).records}
    assert list(records) == [first, second, gone]
    assert [one.at for one in records.values()] == [HOUR, HOUR + 200, HOUR + 400]
    assert (records[second].wait, records[second].talk, records[second].wrap_up) == (30, 60, 10)
    assert (records[gone].fate, records[gone].wait, records[gone].talk) == (Fate.ABANDONED, 45, None)
    support = morning.house.sample.queues["Support"]
    assert {one.queue_id for one in records.values()} == {support}
    # 0 + 30 + 45 seconds were waited for the one who left.
    lines = list(answered(found))
    assert lines[-1].patience == {support: 75}  # type: ignore[union-attr]


async def test_who_came_before_or_after_is_not_in_it(morning: Morning) -> None:
    await morning.plain()
    found = await morning.asked(since=BEGIN + timedelta(seconds=100), until=BEGIN + timedelta(seconds=300))
    # The first came in the hour of running in, the third after the period.
    assert [one.at for one in load(found).records] == [HOUR - 100, HOUR + 100]
    assert found.experiment.period.since == HOUR


async def test_the_queue_is_the_one_they_came_into(morning: Morning) -> None:
    await morning.plain()
    await morning.at(3000)
    moved = await morning.comes("Billing")
    await morning.at(3010)
    sales = morning.house.sample.queues["Sales"]
    await morning.do("saara", AssignToQueue(conversation_id=moved, queue=sales))
    found = await morning.asked()
    last = load(found).records[-1]
    assert (last.id, last.queue_id) == (moved, morning.house.sample.queues["Billing"])
    assert last.fate is Fate.WAITING


async def test_how_long_agents_took_to_accept(morning: Morning) -> None:
    router = Router(morning.house.database, morning.house.executor, Doorbell(), morning.house.clock)
    await morning.at(0)
    await morning.is_("eino", Presence.AVAILABLE)
    one = await morning.comes()
    await router.round()
    await morning.at(7)
    await morning.accepts("eino", one)
    await morning.at(20)
    await morning.ends("eino", one)
    await morning.completes("eino", one)
    found = await morning.asked()
    assert load(found).answers == {load(found).records[0].workstream_id: [7.0]}


async def test_people_are_there_when_their_presence_says_so(morning: Morning) -> None:
    await morning.at(0)
    await morning.is_("lumi", Presence.AVAILABLE)
    await morning.at(600)
    await morning.is_("lumi", Presence.AWAY)
    await morning.at(900)
    await morning.is_("lumi", Presence.BUSY)
    await morning.at(1200)
    await morning.is_("onni", Presence.AVAILABLE)
    await morning.plain()
    found = await morning.asked()
    assert there(found, "lumi") == [(0, 600), (900, HOUR)]
    assert there(found, "onni") == [(1200, HOUR)]
    # Who set nothing and yet served somebody was there; who did neither was not.
    assert there(found, "eino") == [(-HOUR, HOUR)]
    assert there(found, "toivo") == []
