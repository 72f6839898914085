"""The house's own words reach the customer as they are, in the live stream and after it was lost (spec 1 §4)."""

from __future__ import annotations

from sample_floor import AINO, SUPPORT
from sample_queues import hours, opens, overflows
from sample_stage import Stage

from valvomo.commands.conversations.serve import Release

SAY = {"trigger": "closed", "remedy": "message", "texts": {"en": "Tomorrow at one."}}


async def test_the_words_of_an_overflow_rule_are_told(stage: Stage) -> None:
    floor = stage.floor
    one = await floor.accepted("chat")
    await hours(floor)
    await opens(floor, "afternoons")
    await overflows(floor, SAY, queue=SUPPORT)
    await stage.settle()
    customer = stage.reader(await floor.guest(one))
    await customer.watch("conversation")
    await floor.done(AINO, Release(conversation_id=one))
    await stage.settle()
    again = stage.reader(customer.actor)
    await again.watch("conversation")
    for reader in (customer, again):
        notices = reader.told("conversation")[-1]["notices"]
        assert [(line["id"], line["code"], line["text"]) for line in notices] == [
            (1, "agent_joined", None), (2, "back_in_queue", None), (3, "house_says", "Tomorrow at one."),
        ]  # fmt: skip
