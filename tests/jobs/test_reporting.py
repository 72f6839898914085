"""Scheduled reports: made as their owner sees them, sent once, through a mail server on loopback."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from sample_floor import AATU, AINO, EINO, HOUSE, SAARA, SUPPORT, Floor
from sample_letterbox import Box

from valvomo.bus.local import LocalBus
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.figures.schedules import ScheduleReport, SendReport, StopReport
from valvomo.db.doorbell import Doorbell
from valvomo.domain.figures.schedules import Every
from valvomo.domain.refusals import Reason
from valvomo.jobs import reporting as module
from valvomo.jobs.mailing import Mailing, MailServer
from valvomo.jobs.reporting import Reporting

pytestmark = pytest.mark.slow


def wanted(**more: Any) -> ScheduleReport:
    plain: dict[str, Any] = {
        "name": "Support, daily", "every": Every.DAY, "minute": 420,
        "recipients": ("boss@example.org", "b@example.org"),
        "queues": (SUPPORT,), "language": "fi", "purpose": "Staffing",
    }  # fmt: skip
    return ScheduleReport(**{**plain, **more})


def reporting(floor: Floor) -> Reporting:
    return Reporting(floor.executor, Bookkeeper(floor.database), floor.clock)


async def mails(floor: Floor) -> int:
    return int((await floor.sql("SELECT count(*) FROM mails"))[0][0])


async def test_a_report_goes_out_once_with_its_file(floor: Floor, box: tuple[Box, int]) -> None:
    await floor.accepted(by=AINO)
    await floor.done(SAARA, wanted())
    job, other = reporting(floor), reporting(floor)
    await job.round()
    assert await mails(floor) == 0, "it is not seven o'clock yet"
    floor.clock.now += timedelta(hours=21)
    await job.round()
    await other.round()
    await job.round()
    assert await mails(floor) == 2, "one for each address, whoever looks how often"
    server = MailServer.of(f"smtp://127.0.0.1:{box[1]}", "valvomo@example.org")
    mailing = Mailing(floor.database, Doorbell(LocalBus()), floor.clock, server)
    await mailing.round()
    await mailing.round()
    assert sorted(one.rcpt_tos[0] for one in box[0].came) == ["b@example.org", "boss@example.org"]
    message = message_from_bytes(box[0].came[0].content)
    parts = message.get_payload()
    assert isinstance(parts, list)
    body, file = parts
    assert isinstance(body, Message)
    assert isinstance(file, Message)
    words = body.get_payload(decode=True)
    assert isinstance(words, bytes)
    assert "Saapuneet: 1" in words.decode()
    assert "Tarkoitus: Staffing" in words.decode()
    assert "Palvelutaso: 100\N{NO-BREAK SPACE}%" in words.decode(), "as it is written in Finnish"
    content = file.get_payload(decode=True)
    assert isinstance(content, bytes)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert sum(int(row["started"]) for row in rows) == 1
    assert {row["purpose"] for row in rows} == {"Staffing"}
    exported = [fact.event for fact in await floor.all_facts() if fact.kind == "figures_exported"]
    assert len(exported) == 1
    floor.clock.now += timedelta(days=1)
    await job.round()
    assert await mails(floor) == 4


async def test_whoever_is_second_finds_it_sent(floor: Floor) -> None:
    made = await floor.done(SAARA, wanted())
    [row] = await floor.sql("SELECT due FROM report_schedules")
    floor.clock.now += timedelta(hours=21)
    command = SendReport(schedule_id=str(made.result["id"]), due=row["due"], letter=None)
    await floor.done(SAARA, command)
    [later] = await floor.sql("SELECT due FROM report_schedules")
    await floor.done(SAARA, command)
    [again] = await floor.sql("SELECT due FROM report_schedules")
    assert row["due"] < later["due"] == again["due"]


async def test_who_has_left_sends_nothing(floor: Floor) -> None:
    await floor.done(SAARA, wanted())
    await floor.sql("UPDATE users SET disabled = true WHERE id = $1", SAARA.id)
    floor.clock.now += timedelta(hours=21)
    await reporting(floor).round()
    assert await mails(floor) == 0
    [row] = await floor.sql("SELECT due FROM report_schedules WHERE organization_id = $1", HOUSE)
    assert row["due"] > floor.clock.now, "and is not looked at again until the next time"


async def test_who_may_and_who_stops_it(floor: Floor) -> None:
    assert (await floor.refused(EINO, wanted())).reason is Reason.ROLE_NEEDED
    made = await floor.done(SAARA, wanted())
    stop = StopReport(schedule_id=str(made.result["id"]))
    assert (await floor.refused(EINO, stop)).reason is Reason.NOT_FOUND
    await floor.done(AATU, stop)
    assert await floor.sql("SELECT id FROM report_schedules") == []


async def test_those_that_cannot_be_made_do_not_keep_the_others(floor: Floor, monkeypatch: Any) -> None:
    """As many fail as are looked at together, and all of them were due before the one that can be made."""
    monkeypatch.setattr(module, "AT_A_TIME", 2)
    for name in ("one", "two"):
        await floor.done(SAARA, wanted(name=name, minute=360))
    await floor.done(SAARA, wanted())
    made = module._letter
    broken = {"one", "two"}

    async def letter(tx: Any, owner: Any, row: Any, now: Any) -> Any:
        if row["name"] in broken:
            raise ValueError(row["name"])
        return await made(tx, owner, row, now)

    monkeypatch.setattr(module, "_letter", letter)
    floor.clock.now += timedelta(hours=21)
    job = reporting(floor)
    await job.round()
    assert await mails(floor) == 0
    await job.round()
    assert await mails(floor) == 2
    assert job.statistics.failed == 2
    broken.clear()
    await job.round()
    assert await mails(floor) == 2, "they rest"
    floor.clock.now += module.RESTS
    await job.round()
    assert await mails(floor) == 6, "and are made when they can be"
