"""Reporting: scheduled reports that are due, made as their owners see them, and given to the mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.execute import Executor
from valvomo.commands.figures.schedules import Letter, SendReport
from valvomo.db import floor
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.access.agent_figures import sees_interventions
from valvomo.domain.figures.schedules import Every, about
from valvomo.domain.refusals import Refusal
from valvomo.jobs.rounds import Rounds
from valvomo.protocol.figures import History
from valvomo.protocol.texts import written
from valvomo.protocol.texts.catalogue import text
from valvomo.queries.exporting.csv_form import CsvForm
from valvomo.queries.exporting.tables import Content, table
from valvomo.queries.figure_questions import Question
from valvomo.queries.figures import history

AT_A_TIME = 20
RESTS = timedelta(minutes=5)
"""Until a report that could not be made is tried again."""
PARTS = {Every.DAY: "hour", Every.WEEK: "day", Every.MONTH: "day"}
"""How finely a report is parted."""


class Reporting(Rounds):
    """One for a process; several do no harm: what is due then is sent by whoever is first."""

    every = 15.0

    def __init__(self, executor: Executor, bookkeeper: Bookkeeper, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._executor = executor
        self._bookkeeper = bookkeeper
        self._clock = clock
        self._later: dict[str, datetime] = {}

    async def round(self) -> float | None:
        """Whatever is due; those that cannot be made are tried again later, and do not keep the others meanwhile."""
        now = self._clock()
        self._later = {one: until for one, until in self._later.items() if until > now}
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("schedules.due", now, AT_A_TIME, list(self._later))
        for row in rows:
            try:
                await self._send(row)
            except Exception as error:
                if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                    raise
                self._note_trouble(error, schedule=row["id"])
                self._later[row["id"]] = now + RESTS
        return None

    async def _send(self, row: Any) -> None:
        house = row["organization_id"]
        if not await self._bookkeeper.keep(house):
            return
        async with self._executor.database.reading() as tx:
            owner = (await floor.actors(tx, house, [row["owner_id"]])).get(row["owner_id"])
            letter = await _letter(tx, owner, row, self._clock()) if owner else None
        command = SendReport(schedule_id=row["id"], due=row["due"], letter=letter)
        await self._executor.execute(owner or system(house, "timer"), command)


async def _letter(tx: Any, owner: Actor, row: Any, now: datetime) -> Letter | None:
    if not sees_interventions(owner):
        return None
    every = Every(row["every"])
    zone = await floor.zone_of(tx, owner.organization_id)
    since, until = about(every, row["due"], zone)
    whole = Question(since=since, until=until, queues=tuple(row["queues"]))
    parted = Question(since=since, until=until, queues=whole.queues, by=frozenset({PARTS[every], "queue"}))
    told = await history(tx, owner, whole, now)
    rows = await table(tx, owner, parted, Content.FIGURES, now)
    if isinstance(told, Refusal) or isinstance(rows, Refusal):
        return None
    form = CsvForm(rows.columns, row["purpose"])
    file = form.head() + b"".join([form.rows(piece) async for piece in rows.pieces]) + form.foot()
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date() - timedelta(days=1)
    days = written.days(row["language"], first, last)
    return Letter(
        subject=f"{row['name']} · {days}",
        body=_body(told, days, row),
        file_name=f"valvomo-{first}--{last}.csv",
        file=file,
        since=first.isoformat(),
        until=last.isoformat(),
    )


def _body(told: History, days: str, row: Any) -> str:
    item, language = told.items[0], row["language"]
    lines = {
        "started": str(item.started),
        "answered": str(item.answered),
        "service_level": written.share(language, item.service_level.ratio),
        "abandonment": written.share(language, item.abandonment),
        "speed_of_answer": written.length(item.speed_of_answer),
        "first_response": written.length(item.first_response),
        "response_time": written.length(item.response_time),
        "handle_time": written.length(item.handle_time),
    }
    if item.calls:
        lines["calls"] = str(item.calls)
        lines["call_talk_time"] = written.length(item.call_talk_time)
        lines["hold_time"] = written.length(item.hold_time)
        lines["call_quality"] = written.score(language, item.call_quality)
    figures = [f"{text(language, ('report', name))}: {value}" for name, value in lines.items()]
    head = text(language, ("report", "head"), {"days": days, "zone": told.zone})
    foot = text(language, ("report", "foot"), {"purpose": row["purpose"]})
    return "\n".join([head, "", *figures, "", foot, ""])
