"""What the router really decided is decided again exactly so; what was forged is found and named."""

from sample_morning import Morning

from valvomo.queries.whatif.replaying import Replayed, replayed


async def again(morning: Morning) -> list[Replayed]:
    sample = morning.house.sample
    return [one async for one in replayed(morning.house.database, sample.organization_id)]


async def test_every_decision_of_the_router_is_reproduced(morning: Morning) -> None:
    await morning.routes()
    found = await again(morning)
    outcomes = {one.recorded.decision.outcome.value for one in found}
    assert outcomes == {"offered", "waiting", "orphaned"}
    assert len(found) > 25
    assert [one.deviations for one in found if one.deviations] == []


async def test_a_decision_that_was_forged_is_named(morning: Morning) -> None:
    await morning.routes()
    before = {one.recorded.id: one.recorded.decision.agent_id for one in await again(morning)}
    forged = await morning.forge()
    found = [one for one in await again(morning) if one.deviations]
    assert [one.recorded.id for one in found] == [forged]
    (deviation,) = found[0].deviations
    assert (deviation.what, deviation.now) == ("agent", before[forged])
    assert deviation.recorded == found[0].recorded.decision.agent_id != before[forged]
