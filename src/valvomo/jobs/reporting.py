"""Reporting: scheduled reports that are due, made as their owners see them, and given to the mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

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
from valvomo.protocol.texts.catalogue import text
from valvomo.queries.exporting.csv_form import CsvForm
from valvomo.queries.exporting.tables import Content, table
from valvomo.queries.figure_questions import Question
from valvomo.queries.figures import history

AT_A_TIME = 20
PARTS = {Every.DAY: "hour", Every.WEEK: "day", Every.MONTH: "day"}
"""How finely a report is parted."""

log = structlog.get_logger(__name__)


class Reporting(Rounds):
    """One for a process; several do no harm: what is due then is sent by whoever is first."""

    every = 15.0

    def __init__(self, executor: Executor, bookkeeper: Bookkeeper, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._executor = executor
        self._bookkeeper = bookkeeper
        self._clock = clock

    async def round(self) -> float | None:
        """Whatever is due; one that cannot be made does not keep the others."""
        async with self._executor.database.asking() as tx:
            rows = await tx.rows("schedules.due", self._clock(), AT_A_TIME)
        for row in rows:
            try:
                await self._send(row)
            except Exception:
                log.exception("reporting.failed", schedule=row["id"])
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
    days = first.isoformat() if first == last else f"{first.isoformat()}–{last.isoformat()}"
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
        "service_level": _percent(item.service_level.ratio),
        "abandonment": _percent(item.abandonment),
        "speed_of_answer": _time(item.speed_of_answer),
        "first_response": _time(item.first_response),
        "response_time": _time(item.response_time),
        "handle_time": _time(item.handle_time),
    }
    if item.calls:
        lines["calls"] = str(item.calls)
        lines["call_talk_time"] = _time(item.call_talk_time)
        lines["hold_time"] = _time(item.hold_time)
        lines["call_quality"] = _score(item.call_quality)
    figures = [f"{text(language, ('report', name))}: {value}" for name, value in lines.items()]
    head = text(language, ("report", "head"), {"days": days, "zone": told.zone})
    foot = text(language, ("report", "foot"), {"purpose": row["purpose"]})
    return "\n".join([head, "", *figures, "", foot, ""])


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.0%}"


def _score(score: float | None) -> str:
    return "–" if score is None else f"{score:.1f}"


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
