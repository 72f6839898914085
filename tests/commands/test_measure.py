"""Readings into conversations: by the system alone, many at once; and what a detected language does to routing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AINO, BILLING, HOUSE, INES, SAARA, SUPPORT, TIMER, Floor, reason

from valvomo.commands.conversations.assign import AssignToQueue
from valvomo.commands.conversations.measure import MeasureSentiment
from valvomo.commands.conversations.serve import Pick, Release
from valvomo.commands.conversations.start import StartConversation
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.measure import Measured
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason
from valvomo.domain.sentiment.levels import Level
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow

FINNISH: dict[str, Any] = {"field": "language", "operator": "is", "values": ["fi"]}
TO_BILLING = {"name": "Finnish", "queue_id": BILLING, "conditions": [FINNISH]}
SPEAKS = {"name": "Speaks", "conditions": [FINNISH], "needs": [{"skill_id": "finnish", "level": 2}]}


def said(floor: Floor, seq: int = 1, score: float = -0.9, language: str = "") -> Measured:
    return Measured(
        seq=seq,
        said_at=floor.clock.now,
        score=score,
        confidence=0.9,
        language=language,
        language_confidence=0.9,
    )


async def measure(floor: Floor, one: str, *readings: Measured) -> int:
    done = await floor.done(TIMER, MeasureSentiment(readings={one: readings}))
    return int(str(done.result["measured"]))


async def started(floor: Floor, **given: Any) -> str:
    start = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Kaisa", workstream_id="chat")
    return str((await floor.done(INES, replace(start, **given))).result["id"])


async def rules(floor: Floor, **given: Any) -> None:
    await floor.sql(
        "UPDATE workstreams SET queue_rules = $1, skill_rules = $2 WHERE organization_id = $3 AND id = 'chat'",
        given.get("queue_rules", []), given.get("skill_rules", []), HOUSE,
    )  # fmt: skip


async def test_people_cannot_say_what_customers_feel(floor: Floor) -> None:
    one = await floor.accepted()
    command = MeasureSentiment(readings={one: (said(floor),)})
    for actor in (AINO, SAARA, INES, await floor.guest(one)):
        assert reason(await floor.refused(actor, command)) is Reason.ROLE_NEEDED


async def test_many_readings_in_one_commit_and_each_once(floor: Floor) -> None:
    one, other = await floor.accepted(), await floor.accepted()
    command = MeasureSentiment(
        readings={
            one: (said(floor, 1), said(floor, 2)),
            other: (said(floor, 1, 0.9),),
            "nobody": (said(floor),),
        }
    )
    assert (await floor.done(TIMER, command)).result == {"measured": 3}
    assert (await floor.done(TIMER, command)).result == {"measured": 0}
    assert [reading.seq for reading in (await floor.get(one)).readings] == [1, 2]
    assert (await floor.get(other)).sentiment_level is Level.VERY_POSITIVE
    assert (await verify(floor.database)).clean


async def test_a_detected_language_brings_it_into_its_queue_with_its_skills(floor: Floor) -> None:
    await rules(floor, queue_rules=[TO_BILLING], skill_rules=[SPEAKS])
    one = await started(floor)
    assert (await floor.get(one)).queue_id == SUPPORT
    await measure(floor, one, said(floor, language="fi"))
    now = await floor.get(one)
    assert (now.language, now.queue_id) == ("fi", BILLING)
    assert now.needs == (Need(skill_id="finnish", level=2),)
    assert len(now.readings) == 1
    await measure(floor, one, said(floor, 2, language="sv"))
    back = await floor.get(one)
    assert back.needs == ()
    assert (await verify(floor.database)).clean


@pytest.mark.parametrize("moved", ["named", "assigned", "served"])
async def test_what_somebody_has_placed_stays_there(floor: Floor, moved: str) -> None:
    await rules(floor, queue_rules=[TO_BILLING])
    one = await started(floor, language="")
    if moved == "named":
        await rules(floor, queue_rules=[{**TO_BILLING, "queue_id": SUPPORT, "conditions": []}, TO_BILLING])
        one = await started(floor, queue=SUPPORT)
        await rules(floor, queue_rules=[TO_BILLING, {**TO_BILLING, "queue_id": SUPPORT, "conditions": []}])
    elif moved == "assigned":
        await floor.done(SAARA, AssignToQueue(conversation_id=one, queue=BILLING))
        await rules(floor, queue_rules=[{**TO_BILLING, "queue_id": SUPPORT, "conditions": [FINNISH]}])
    else:
        await floor.done(AINO, Pick(conversation_id=one))
        await floor.done(AINO, Release(conversation_id=one))
    before = (await floor.get(one)).queue_id
    await measure(floor, one, said(floor, language="fi"))
    now = await floor.get(one)
    assert (now.language, now.queue_id) == ("fi", before)
