"""What customers answered to the house's own questions: counted for whom surveys are shown, read by supervisors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from valvomo.db import conversations, house
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.agent_figures import knows_moods
from valvomo.domain.conversations.survey_form import QuestionKind
from valvomo.domain.figures.questions import question_mean
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.survey_figures import QuestionFigures, SurveyAnswer, SurveyFigures, SurveyText
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, micros_of, moment_of
from valvomo.queries.figure_details import as_seen
from valvomo.queries.figure_questions import Asked, Question, asked

SORT, ANSWERS = "survey_texts", "survey_answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Which of the answers that are counted are listed: to a question of a workstream, all ('') or one of them."""

    workstream: str
    of: str
    kind: QuestionKind
    answer: str = ""


async def counted(tx: Transaction, actor: Actor, question: Question) -> SurveyFigures | Refusal:
    """How each question was answered; nothing for those to whom surveys are not shown."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    if not await _are_shown(tx, actor):
        return SurveyFigures(items=())
    rows = await tx.rows("surveys.counts", actor.organization_id, *_narrowed(may, may.queues), actor.language)
    parts: dict[tuple[str, str, str], list[Any]] = {}
    for row in rows:
        parts.setdefault((row["workstream_id"], row["id"], row["kind"]), []).append(row)
    return SurveyFigures(items=tuple(_figures(each) for each in parts.values()))


async def listed(
    tx: Transaction, actor: Actor, question: Question, wanted: Counted, *, cursor: str | None, limit: int
) -> Page[SurveyAnswer] | Refusal:
    """Exactly what is counted for a question, the newest first; nothing for those to whom surveys are not shown."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    if not await _are_shown(tx, actor):
        return Page(items=[], next=None)
    after = _after(cursor, ANSWERS)
    if isinstance(after, Refusal):
        return after
    which = (wanted.workstream, wanted.of, wanted.kind.value, wanted.answer)
    rows = await tx.rows(
        "surveys.answered", actor.organization_id, *_narrowed(may, may.queues), *which, *after, limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    items = [_answer(row, actor, may) for row in rows[:limit]]
    return Page(items=items, next=_following(last, ANSWERS) if last else None)


async def texts(  # noqa: PLR0917 - what is asked, by whom, of what
    tx: Transaction, actor: Actor, question: Question, of: tuple[str, str], cursor: str | None, limit: int
) -> Page[SurveyText] | Refusal:
    """What was said to a question of a workstream (both empty: besides), in queues that the actor supervises."""
    if not actor.is_(UserRole.SUPERVISOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    after = _after(cursor, SORT)
    if isinstance(after, Refusal):
        return after
    queues = may.queues
    if not actor.supervises_all:
        queues = sorted(actor.supervised if queues is None else actor.supervised & set(queues))
    rows = await tx.rows(
        "surveys.texts", actor.organization_id, *_narrowed(may, queues), *of, *after, limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_text(row, may) for row in rows[:limit]], next=_following(last, SORT) if last else None
    )


async def _are_shown(tx: Transaction, actor: Actor) -> bool:
    stored = await house.supervision(tx, actor.organization_id)
    return knows_moods(actor, shown_to_agents=stored.show_agents_surveys)


def _after(cursor: str | None, sort: str) -> tuple[object, object] | Refusal:
    try:
        place = decoded(cursor, sort)
        return (moment_of(place.rank), place.id) if place else (None, None)
    except (BadCursorError, ValueError):
        return malformed("query.cursor", "not one of this list")


def _narrowed(may: Asked, queues: list[str] | None) -> tuple[object, ...]:
    since, until, _, agents, channels, languages, outcomes, _ = may.conditions
    return since, until, queues, agents, channels, languages, outcomes, may.outbound


def _figures(rows: Iterable[Any]) -> QuestionFigures:
    ours = list(rows)
    # In the reader's language where anybody was asked in it, else as it was asked last.
    said = max(ours, key=lambda row: (row["spoken"], row["newest"]))
    kind = QuestionKind(said["kind"])
    counts = {row["answer"]: row["number"] for row in ours if row["answer"] is not None}
    return QuestionFigures(
        workstream=Named(said["workstream_id"], said["workstream"]),
        id=said["id"],
        kind=kind.value,
        words=said["words"],
        answered=sum(row["number"] for row in ours),
        counts=dict(sorted(counts.items())),
        mean=question_mean(kind, counts),
    )


def _queue(row: Any, may: Asked) -> Named:
    queue = may.lookups.queues.get(row["queue_id"])
    return Named(row["queue_id"], queue.name if queue else "")


def _answer(row: Any, actor: Actor, may: Asked) -> SurveyAnswer:
    return SurveyAnswer(
        conversation=as_seen(actor, conversations.decode(row["conversation"])),
        queue=_queue(row, may),
        at=row["at"],
        score=row["score"],
        answer=row["answer"],
    )


def _text(row: Any, may: Asked) -> SurveyText:
    return SurveyText(
        conversation=Named(row["conversation_id"], row["customer"] or ""),
        queue=_queue(row, may),
        at=row["at"],
        score=row["score"],
        text=row["said"],
    )


def _following(row: Any, sort: str) -> str:
    return encoded(Place(sort=sort, rank=micros_of(row["at"]), word="", id=row["conversation_id"]))
