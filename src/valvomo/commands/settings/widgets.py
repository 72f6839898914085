"""What a workstream says of its widget, and the secret with which its site signs who visitors are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed
from valvomo.commands.work import Work
from valvomo.db import house, widgets
from valvomo.db.ids import new_secret
from valvomo.domain.access.actor import UserRole
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.survey import SHOWN_IN
from valvomo.domain.conversations.survey_form import SurveyForm, unsound_form
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.customers.widget_rules import IdentityPolicy, WidgetRules
from valvomo.domain.refusals import Reason, Refusal, malformed

ELSEWHERE = {
    "closed_to": (Channel.PERSISTENT_CHAT, "is no workstream in which conversations wait for an answer"),
    "voice_to": (Channel.VOICE, "is no workstream of voice calls"),
    "video_to": (Channel.VIDEO, "is no workstream of video calls"),
}
"""Workstreams that a widget leads to, of which kind each must be, and what is said of another."""
SEALED_AS = "widget"
"""What identity secrets are sealed as, by workstream."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeWidget(Command):
    """Change what is given; None leaves a thing as it is, and an empty workstream or account means none."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    workstream_id: str
    survey: SurveyForm | None = None
    identity: IdentityPolicy | None = None
    closed_to: str | None = None
    voice_to: str | None = None
    video_to: str | None = None
    answers_by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateIdentitySecret(Command):
    """The first secret, or another one; the former counts beside it for as long as `hours` say."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    secret: ClassVar[frozenset[str]] = frozenset({"secret"})
    workstream_id: str
    hours: int = 24


@handles(ChangeWidget)
async def change_widget(work: Work, command: ChangeWidget) -> Outcome:
    """Effective for the next page that loads, and for talks that end from now on."""
    workstream = await _windowed(work, command.workstream_id)
    if isinstance(workstream, Refusal):
        return workstream
    row = await work.tx.row("widgets.lock", work.organization_id, workstream.id)
    before = widgets.rules_of(row)
    after = replace(
        before,
        survey=command.survey or before.survey,
        identity=command.identity or before.identity,
        **{
            name: getattr(before, name) if given is None else given or None
            for name in (*ELSEWHERE, "answers_by")
            for given in [getattr(command, name)]
        },
    )
    if refusal := await _refusal(work, workstream, row, after):
        return refusal
    await work.tx.run(
        "widgets.change", work.organization_id, workstream.id,
        msgspec.to_builtins(after.survey, order="deterministic"), after.identity.value,
        *(getattr(after, name) for name in ELSEWHERE), after.answers_by,
    )  # fmt: skip
    note_changed(work, "widget", (workstream.id, workstream.name), (_shown(before), _shown(after)))
    return {"id": workstream.id}


@handles(RotateIdentitySecret)
async def rotate_identity_secret(work: Work, command: RotateIdentitySecret) -> Outcome:
    """The secret is shown once."""
    workstream = await _windowed(work, command.workstream_id)
    if isinstance(workstream, Refusal):
        return workstream
    row: Any = await work.tx.row("widgets.lock", work.organization_id, workstream.id)
    secret = new_secret("vi")
    sealed = work.sealer.seal(secret, work.organization_id, SEALED_AS, workstream.id)
    until = work.now + timedelta(hours=command.hours) if row["secret"] is not None and command.hours else None
    former = row["secret"] if until else None
    await work.tx.run("widgets.set_secret", work.organization_id, workstream.id, sealed, former, until)
    states = ({"secret": row["secret"] is not None, "former_until": row["former_until"]},
              {"secret": "another" if row["secret"] is not None else "new", "former_until": until})  # fmt: skip
    note_changed(work, "widget", (workstream.id, workstream.name), states)
    return {"id": workstream.id, "secret": secret}


async def _windowed(work: Work, workstream_id: str) -> Workstream | Refusal:
    """The workstream, if its customers have a window of ours."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await work.tx.row("house.workstream", work.organization_id, workstream_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    workstream = house.workstream_of(row)
    return workstream if workstream.channel in SHOWN_IN else Refusal(Reason.NO_WIDGET)


async def _refusal(work: Work, workstream: Workstream, row: Any, after: WidgetRules) -> Refusal | None:
    if unsound := unsound_form(after.survey):
        return malformed(f"survey.{unsound[0]}", unsound[1])
    if after.identity is not IdentityPolicy.OFF and row["secret"] is None:
        return malformed("identity", "there is no secret yet to check signatures with")
    for name, (channel, why) in ELSEWHERE.items():
        wanted = getattr(after, name)
        if wanted is None:
            continue
        there = await work.tx.row("house.workstream", work.organization_id, wanted)
        if there is None or there["id"] == workstream.id:
            return Refusal(Reason.UNKNOWN_TARGET, {"workstream": wanted})
        if there["channel"] != channel:
            return malformed(name, why)
    if after.answers_by is not None:
        account = await work.tx.row("channels.account", work.organization_id, after.answers_by)
        if account is None or account["provider"] != "email":
            return malformed("answers_by", "is no account of e-mail")
    return None


def _shown(rules: WidgetRules) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(rules, order="deterministic")
    return plain
