"""One person who writes over two accounts at the same time is one contact."""

from __future__ import annotations

import asyncio

from sample_floor import HOUSE, Floor
from sample_line import Line, received

from valvomo.commands.channels.taking_in import TakeMessage
from valvomo.commands.execute import Done
from valvomo.domain.access.actor import system
from valvomo.queries.verify import verify

PHONE = "+358401234567"


async def test_two_first_messages_at_once_make_one_contact(floor: Floor) -> None:
    async with Line.open(floor, vouches=True) as one, Line.open(floor, vouches=True) as two:
        for number in range(6):
            phone = f"{PHONE[:-1]}{number}"
            for line in (one, two):
                said = received(f"device-{number}", "hello", f"m-{number}", floor.clock())
                said["data"]["from"]["phone"] = phone
                await line.call(said)
        floor.clock.advance(1.0)
        outcomes = await asyncio.gather(
            *(
                floor.executor.execute(
                    system(HOUSE, "channel"),
                    TakeMessage(account_id=line.account_id, address=f"device-{number}"),
                )
                for number in range(6)
                for line in (one, two)
            )
        )
        assert all(isinstance(outcome, Done) and outcome.result["key"] for outcome in outcomes)
        rows = await floor.sql("SELECT count(DISTINCT contact_id) AS contacts, count(*) FROM conversations")
        assert tuple(rows[0]) == (6, 12)
        report = await verify(floor.database)
        assert report.clean, report.findings
