"""The past as it is read for an experiment: who came, how they were served, who was there."""

from datetime import timedelta

from sample_morning import BEGIN, Morning

from valvomo.commands.conversations.assign import AssignToQueue
from valvomo.commands.conversations.offers import RejectOffer
from valvomo.commands.conversations.transfer import TransferToQueue
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.whatif.answering import Answer, Reply, Seen
from valvomo.domain.whatif.handling import Stretch
from valvomo.domain.whatif.recorded import Recorded
from valvomo.domain.whatif.visits import Fate
from valvomo.jobs.router import Router
from valvomo.jobs.timers import Timers
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
    assert (records[second].wait, records[second].served) == (30, (Stretch(talk=60, wrap_up=10),))
    assert (records[gone].fate, records[gone].wait, records[gone].served) == (Fate.ABANDONED, 45, ())
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
    record = load(found).records[0]
    given = load(found).answers.of(record.queue_id, record.workstream_id)
    assert isinstance(given, Seen)
    assert list(given.by_anybody) == [Answer(seconds=7)]


async def test_who_rejects_and_who_misses_is_seen_with_the_time_until_they_are_back(morning: Morning) -> None:
    house = morning.house
    router, timers = [
        job(house.database, house.executor, Doorbell(), house.clock) for job in (Router, Timers)
    ]
    await morning.at(0)
    await morning.is_("eino", Presence.AVAILABLE)
    one = await morning.comes()
    await router.round()
    await morning.at(4)
    await morning.do("eino", RejectOffer(conversation_id=one))
    await router.round()
    # The second time nobody answers, until the offer is over; Eino says that he is there after a minute and a half.
    await morning.at(200)
    await timers.round()
    await morning.at(290)
    await morning.is_("eino", Presence.AVAILABLE)
    await router.round()
    await morning.at(295)
    await morning.accepts("eino", one)
    await morning.ends("eino", one)
    await morning.completes("eino", one)
    await morning.at(3700)
    found = await morning.asked()
    record = load(found).records[0]
    given = load(found).answers.of(record.queue_id, record.workstream_id)
    assert isinstance(given, Seen)
    assert list(given.by_anybody) == [
        Answer(reply=Reply.REJECTED, seconds=4),
        Answer(reply=Reply.MISSED, away=90),
        Answer(seconds=5),
    ]
    assert (record.rejected, record.missed) == (1, 1)
    assert there(found, "eino") == [(0, HOUR)]


async def test_who_was_passed_on_to_which_queue_and_how_long_they_waited_there(morning: Morning) -> None:
    await morning.at(0)
    one = await morning.comes()
    await morning.picks("eino", one)
    await morning.at(100)
    sales = morning.house.sample.queues["Sales"]
    await morning.do("eino", TransferToQueue(conversation_id=one, queue=sales))
    await morning.at(130)
    await morning.picks("lumi", one)
    await morning.at(150)
    await morning.ends("lumi", one)
    await morning.completes("lumi", one)
    await morning.at(3700)
    found = await morning.asked()
    record = load(found).records[0]
    assert record.served == (Stretch(talk=100, to=sales), Stretch(talk=20))
    assert (record.passed, record.again) == (1, (30,))
    assert (record.queue_id, record.last_queue_id) == (morning.house.sample.queues["Support"], sales)


async def test_what_rules_know_of_who_came_and_whether_it_was_by_these_rules(morning: Morning) -> None:
    await morning.at(0)
    await morning.ruled("bill", "Billing")
    ruled = await morning.comes(None, language="fi", answers={"topic": "bill"}, context={"page": "/pay"})
    named = await morning.comes("Sales", answers={"topic": "bill"})
    plain = await morning.comes(None, language="sv")
    await morning.picks("eino", plain)
    await morning.ends("eino", plain)
    await morning.completes("eino", plain)
    await morning.at(3700)
    records = {one.id: one for one in load(await morning.asked()).records}
    matters = {one: records[one].matter for one in (ruled, named, plain)}
    assert [one is not None and one.ruled for one in matters.values()] == [True, False, True]
    arrival = matters[ruled].arrival  # type: ignore[union-attr]
    assert (arrival.language, dict(arrival.answers), dict(arrival.context), arrival.known) == (
        "fi", {"topic": "bill"}, {"page": "/pay"}, False,
    )  # fmt: skip
    queues = morning.house.sample.queues
    assert [records[one].queue_id for one in matters] == [
        queues["Billing"],
        queues["Sales"],
        queues["Support"],
    ]


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
