"""Surveys of the sample floor: they are switched on, a talk ends, its customer answers."""

from __future__ import annotations

from sample_floor import AINO, Floor

from valvomo.commands.conversations.serve import Complete, End
from valvomo.commands.conversations.survey import AnswerSurvey


async def ask(floor: Floor, **form: object) -> None:
    """All workstreams ask."""
    await floor.sql(
        "INSERT INTO widgets (organization_id, workstream_id, survey) SELECT organization_id, id, $1 FROM workstreams"
        " ON CONFLICT (organization_id, workstream_id) DO UPDATE SET survey = EXCLUDED.survey",
        {"kind": "csat", **form},
    )


async def ended(floor: Floor, *, closed: bool = True) -> str:
    """A conversation that Aino has served and ended; in her wrap-up, unless it is closed."""
    one = await floor.accepted("chat")
    await floor.done(AINO, End(conversation_id=one))
    if closed:
        await floor.done(AINO, Complete(conversation_id=one))
    return one


async def answer(floor: Floor, one: str, score: int) -> None:
    """Its customer answers, or changes the answer."""
    await floor.done(await floor.guest(one), AnswerSurvey(conversation_id=one, score=score))
