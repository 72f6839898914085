"""What the router really decided is decided again exactly so; what was forged is found and named."""

from sample_morning import Morning

from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.jobs.router import Router
from valvomo.queries.whatif.replaying import Replayed, replayed


async def again(morning: Morning) -> list[Replayed]:
    sample = morning.house.sample
    return [one async for one in replayed(morning.house.database, sample.organization_id)]


async def routed(morning: Morning) -> None:
    """Everybody comes by and by; there is too little room, a queue without members, and skills are asked for."""
    router = Router(morning.house.database, morning.house.executor, Doorbell(), morning.house.clock)
    for number, person in enumerate(("aino", "eino", "lumi", "onni")):
        await morning.at(number * 10)
        await morning.is_(person, Presence.AVAILABLE)
    for number in range(30):
        await morning.at(100 + number)
        queue = ("Support", "Billing", "Sales", "Night desk")[number % 4]
        one = await morning.comes(queue, language=("fi", "sv", "en")[number % 3], priority=number % 2)
        await router.round()
        if number % 5 == 0 and queue == "Support":
            await morning.at(100 + number + 0.5)
            await morning.leaves(one)
    await morning.is_("helmi", Presence.AVAILABLE)
    await router.round()


async def test_every_decision_of_the_router_is_reproduced(morning: Morning) -> None:
    await routed(morning)
    found = await again(morning)
    outcomes = {one.recorded.decision.outcome.value for one in found}
    assert outcomes == {"offered", "waiting", "orphaned"}
    assert len(found) > 25
    assert [one.deviations for one in found if one.deviations] == []


async def test_a_decision_that_was_forged_is_named(morning: Morning) -> None:
    await routed(morning)
    before = await again(morning)
    honest = next(one for one in before if one.recorded.decision.agent_id is not None)
    aino = morning.house.sample.people["aino"]
    other = next(
        one.recorded
        for one in before
        if one.recorded.decision.agent_id not in (None, aino) and len(one.recorded.decision.considered) > 1
    )
    async with morning.house.database.transaction() as tx:
        await tx._connection.execute("UPDATE decisions SET agent_id = $1 WHERE id = $2", aino, other.id)
    found = [one for one in await again(morning) if one.deviations]
    assert [one.recorded.id for one in found] == [other.id]
    (deviation,) = found[0].deviations
    assert (deviation.what, deviation.recorded, deviation.now) == ("agent", aino, other.decision.agent_id)
    assert honest.deviations == ()
