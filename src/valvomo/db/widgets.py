"""What workstreams say of their widgets, and whom their sites have signed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.survey_form import SurveyForm, SurveyKind
from valvomo.domain.customers.widget_rules import IdentityPolicy, WidgetRules


async def rules(tx: Transaction, organization_id: str, workstream_id: str) -> WidgetRules:
    """What the workstream says, the usual where nothing has been set."""
    return rules_of(await tx.row("widgets.of_workstream", organization_id, workstream_id))


def rules_of(row: Any) -> WidgetRules:
    """A row of `widgets`, or None."""
    if row is None:
        return WidgetRules()
    return WidgetRules(
        survey=form_of(row["survey"]),
        identity=IdentityPolicy(row["identity"]),
        closed_to=row["closed_to"],
        answers_by=row["answers_by"],
        voice_to=row["voice_to"],
        video_to=row["video_to"],
    )


def form_of(stored: Mapping[str, Any]) -> SurveyForm:
    """The stored form, decoded."""
    return msgspec.convert(dict(stored), SurveyForm)


async def survey_form(tx: Transaction, organization_id: str, workstream_id: str) -> SurveyForm:
    """What the workstream asks at the end; one for calls asks what the pages ask from which it is called.

    Where several pages lead to it, the first that asks anything.
    """
    forms = [rules_of(row).survey for row in await tx.rows("widgets.asking", organization_id, workstream_id)]
    return next((one for one in forms if one.kind is not SurveyKind.OFF), SurveyForm())


async def contact_of(tx: Transaction, where: tuple[str, str], subject: str) -> str | None:
    """The contact that the site of a workstream (organization, workstream) knows by this name."""
    contact_id: str | None = await tx.value("widgets.contact_of", *where, subject)
    return contact_id


async def goes_on(tx: Transaction, where: tuple[str, str], contact_id: str) -> str | None:
    """The conversation that a contact has begun in a workstream as who they are and that has not ended.

    Of this contact alone: what is merged with it is one customer to the house, and opens nothing to anybody outside.
    """
    found: str | None = await tx.value("widgets.goes_on", *where, contact_id)
    return found


async def mark_read(tx: Transaction, where: tuple[str, str], read: tuple[str, int], at: datetime) -> bool:
    """One side of a conversation (organization, id) has `read` (side, number) so far; whether that is news."""
    return await tx.value("widgets.read_to", *where, *read, at) is not None
