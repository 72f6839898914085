"""Kill -9 while a connection to a message centre stands: what may have gone out twice says so, and the rest is once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sample_centre import Centre
from sample_channel_house import House, channel_house
from sample_patience import until
from smpp.pdu.pdu_types import CommandStatus

from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # starts a server, kills it and waits until it stands again


@pytest.fixture
async def house(server: Any, template: str, tmp_path: Path) -> AsyncIterator[House]:
    async with channel_house(server, template, tmp_path) as made:
        yield made


async def test_both_ways_over_a_connection_that_died(house: House) -> None:
    async with Centre().open() as centre:
        stream = {"name": "Texts", "channel": "sms", "queue": house.sample.queues["Support"]}
        made = await house.do("admin", "POST", "/workstreams", stream)
        settings = {
            "host": "127.0.0.1", "port": centre.port, "security": "none", "system_id": "valvomo", "sender": "16400",
        }  # fmt: skip
        account = {"provider": "smpp", "name": "Texts", "workstream_id": made["id"], "settings": settings,
                   "secrets": {"password": "s3cret"}}  # fmt: skip
        await house.do("admin", "POST", "/channel-accounts", account)
        centre.deliver(b"Moi")
        await house.have([("Moi", None)])
        (row,) = await house.sql("SELECT id FROM conversations")
        await house.do("eino", "POST", f"/conversations/{row['id']}/pick")
        centre.answer = lambda _said: None
        for text in ("one", "two", "three"):
            await house.do("eino", "POST", f"/conversations/{row['id']}/messages", {"text": text})
        await centre.until(lambda: len(centre.submitted) == 1)
        for number in range(40):
            centre.deliver(b"in %02d" % number)
        await asyncio.to_thread(house.served.kill)
        centre.answer = lambda _said: CommandStatus.ESME_ROK
        await house.leases_end()
        await asyncio.to_thread(house.served.start)
        wanted = sorted([("Moi", None), *((f"in {number:02d}", None) for number in range(40))])
        sent = [(text, "sent") for text in ("one", "two", "three")]

        async def all_there() -> bool:
            found = await house.texts()
            return [one for one in found if one[1]] == sent and sorted(
                one for one in found if not one[1]
            ) == wanted

        await until(all_there)
        inward = [text for text, state in await house.texts() if not state and text != "Moi"]
        assert inward == sorted(inward), "in the order in which they were said"
        assert [one.params["short_message"] for one in centre.submitted] == [b"one", b"one", b"two", b"three"]
        rows = await house.sql("SELECT possibly_repeated FROM dispatches ORDER BY place")
        assert [row["possibly_repeated"] for row in rows] == [True, False, False]
        await centre.until(lambda: centre.owed == 0)
        report = await verify(house.database)
        assert report.clean, report.findings
