"""However much there is to prove in one organization: the others have their turn, and what was proved stays proved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sample_floor import AINO, HOUSE, OTHER_HOUSE, Floor

from valvomo.commands.conversations import serve
from valvomo.jobs import inspector as inspecting
from valvomo.jobs.inspector import Inspector
from valvomo.queries.backlog import Backlog, backlog
from valvomo.queries.verify import proof

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of one fact, and a turn of three."""
    monkeypatch.setattr(proof, "FACTS", 1)
    monkeypatch.setattr(inspecting, "MOST", 3)
    monkeypatch.setattr(inspecting, "REST_SECONDS", 0.0)


@pytest.fixture
async def busy(floor: Floor) -> Floor:
    """Eight facts to be proved."""
    for _ in range(2):
        one = await floor.accepted("unblocked")
        await floor.done(AINO, serve.End(conversation_id=one))
    while len(await floor.all_facts()) < 8:
        await floor.start()
    return floor


def inspector(floor: Floor) -> Inspector:
    return Inspector(floor.database, floor.clock, "one", share=1.0)


async def proved(floor: Floor, organization_id: str = HOUSE) -> list[int]:
    rows = await floor.sql("SELECT position FROM inspections WHERE organization_id = $1", organization_id)
    return [row["position"] for row in rows]


async def waits(floor: Floor) -> Backlog:
    found = await backlog(floor.database, floor.clock())
    assert found is not None
    return found


async def test_it_keeps_what_it_has_proved_and_others_have_their_turn(busy: Floor) -> None:
    head = len(await busy.all_facts())
    one, reached = inspector(busy), []
    for _ in range(head):
        await one.round()
        reached += await proved(busy)
    assert reached[0] == 3
    assert sorted(set(reached)) == [*range(3, head, 3), head], "each turn is kept"
    assert await proved(busy, OTHER_HOUSE) == [0], "looked at, though the first was not done"


async def test_a_restart_loses_nothing(busy: Floor) -> None:
    for expected in (3, 6):
        await inspector(busy).inspect(HOUSE)
        assert await proved(busy) == [expected]


async def test_what_is_not_proved_yet_is_not_said_to_be(busy: Floor) -> None:
    one = inspector(busy)
    await one.inspect(HOUSE)
    [row] = await busy.sql("SELECT report FROM inspections WHERE organization_id = $1", HOUSE)
    assert row["report"]["checked_at"].keys() == {"future", "load"}
    assert row["report"]["behind"] == len(await busy.all_facts()) - 3


async def test_it_gets_past_a_stretch_in_which_everything_is_wrong(busy: Floor) -> None:
    await busy.sql("UPDATE facts SET actor_name = 'X' WHERE organization_id = $1 AND position <= 5", HOUSE)
    one = inspector(busy)
    for _ in range(3):
        await one.inspect(HOUSE)
    assert await proved(busy) == [len(await busy.all_facts())]
    assert {finding.fact for finding in one._books[HOUSE].findings} == {1, 2, 3, 4, 5}


async def test_however_much_is_wrong_it_is_looked_at_a_little_at_a_time(
    busy: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspecting, "AGAIN", 1)
    monkeypatch.setattr(inspecting, "MOST", 100)
    ids = {row["id"] for row in await busy.sql("SELECT id FROM conversations")}
    looked: list[int] = []
    conversations = proof.Proof.conversations

    async def count(self: proof.Proof, several: Sequence[str], *, since: int = 0) -> None:
        looked.append(len(several))
        await conversations(self, several, since=since)

    monkeypatch.setattr(proof.Proof, "conversations", count)
    await busy.sql("UPDATE conversations SET version = version + 100")
    one = inspector(busy)
    await one.inspect(HOUSE)
    assert named(one) == ids
    looked.clear()
    await one.inspect(HOUSE)
    assert looked == [1]
    assert named(one) == ids, "the others stand"
    await busy.sql("UPDATE conversations SET version = version - 100")
    left = []
    for _ in ids:
        await one.inspect(HOUSE)
        left.append(len(named(one)))
    assert left == sorted(left, reverse=True)
    assert left[-1] == 0


def named(one: Inspector) -> set[str | None]:
    return {finding.conversation_id for finding in one._books[HOUSE].findings}


async def test_who_was_never_inspected_is_neglected(busy: Floor) -> None:
    head = len(await busy.all_facts())
    await busy.sql("UPDATE organizations SET created_at = $1", busy.clock() - timedelta(hours=1))
    for organization_id in (HOUSE, OTHER_HOUSE):
        found = await waits(busy)
        assert found.inspection_age == 3600
        await inspector(busy).inspect(organization_id)
    found = await waits(busy)
    assert (found.inspection_age, found.unproved) == (0, head - 3)
    await busy.start()
    assert (await waits(busy)).unproved > head - 3, "it grows at once, whoever inspects whom"
