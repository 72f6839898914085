"""With whatever ends a talk its customer is asked how it went, where the workstream wants that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from valvomo.db import widgets
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.survey import asked_at_end, ends, has_window
from valvomo.domain.conversations.survey_text import ASKED_IN, asked_by_text

if TYPE_CHECKING:
    from valvomo.commands.work import Work


async def with_survey(work: Work, before: Conversation, events: tuple[Event, ...]) -> tuple[Event, ...]:
    """The events, after the question where they end the talk."""
    if not events or before.survey is not None:
        return events
    if not has_window(before) and (before.channel not in ASKED_IN or before.account_id is None):
        return events
    after = before
    for event in events:
        after = fold(after, event, work.now)
    if not ends(before, after):
        return events
    if before.channel in ASKED_IN:
        key = (work.organization_id, before.id)
        minutes = await work.tx.value("surveys.minutes", *key)
        return (*asked_by_text(before, after, events, minutes or 0), *events)
    form = await widgets.survey_form(work.tx, work.organization_id, before.workstream_id)
    return (*asked_at_end(form, before, after), *events)
