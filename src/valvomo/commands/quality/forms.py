"""Make and change evaluation forms, and the rules by which conversations are drawn; by administrators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import msgspec

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.settings.changes import note_changed, note_created, note_removed, within_constraints
from valvomo.commands.work import Work
from valvomo.db import quality
from valvomo.domain.access.actor import UserRole
from valvomo.domain.quality import form as forms
from valvomo.domain.quality import sampling
from valvomo.domain.quality.form import Form
from valvomo.domain.quality.sampling import SamplingRule
from valvomo.domain.refusals import Reason, Refusal, malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateForm(Command):
    """A new form."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    name: str
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeForm(Command):
    """Another name, other questions (a new version: what was judged by the old one stays so), used no more or again."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    form_id: str
    name: str | None = None
    form: Form | None = None
    retired: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateSamplingRule(Command):
    """A new rule; the id of `rule` is not looked at."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    name: str
    form_id: str
    rule: SamplingRule


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSamplingRule(Command):
    """Draw by it no more."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    rule_id: str


@handles(CreateForm)
@within_constraints
async def create_form(work: Work, command: CreateForm) -> Outcome:
    """The form and its first version."""
    if wrong := forms.unsound(command.form):
        return malformed(*wrong)
    form_id, body = work.new_id(), _shown(command.form)
    await work.tx.run("quality.create_form", work.organization_id, form_id, command.name, work.now)
    await work.tx.run("quality.add_version", work.organization_id, form_id, 1, body, work.now)
    note_created(work, "evaluation_form", (form_id, command.name), {"name": command.name, **body})
    return {"id": form_id}


@handles(ChangeForm)
@within_constraints
async def change_form(work: Work, command: ChangeForm) -> Outcome:
    """A version only where questions differ. One by which a rule draws is used."""
    await work.tx.row("house.lock_organization", work.organization_id)
    row = await quality.form(work.tx, work.organization_id, command.form_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    if (
        command.retired
        and not row["retired"]
        and await work.tx.value("quality.drawn_by", work.organization_id, row["id"])
    ):
        return Refusal(Reason.IN_USE)
    former = quality.form_of(row["body"])
    form = command.form or former
    if wrong := forms.unsound(form):
        return malformed(*wrong)
    before = {"name": row["name"], "retired": row["retired"], **_shown(former)}
    after = {
        "name": command.name or row["name"],
        "retired": row["retired"] if command.retired is None else command.retired,
        **_shown(form),
    }
    version = row["version"] + (form != former)
    if version != row["version"]:
        await work.tx.run(
            "quality.add_version", work.organization_id, row["id"], version, _shown(form), work.now
        )
    await work.tx.run(
        "quality.change_form", work.organization_id, row["id"], after["name"], version, after["retired"]
    )
    note_changed(work, "evaluation_form", (row["id"], str(after["name"])), (before, after))
    return {"id": row["id"]}


@handles(CreateSamplingRule)
@within_constraints
async def create_rule(work: Work, command: CreateSamplingRule) -> Outcome:
    """It draws from what is closed from now on."""
    rule_id = work.new_id()
    rule = replace(command.rule, id=rule_id)
    if wrong := sampling.unsound(rule):
        return malformed(*wrong)
    # Else the form could be retired meanwhile.
    await work.tx.row("house.lock_organization", work.organization_id)
    form = await quality.form(work.tx, work.organization_id, command.form_id)
    if form is None or form["retired"]:
        return Refusal(Reason.UNKNOWN_TARGET, {"form": command.form_id})
    body = {name: value for name, value in _shown(rule).items() if name not in ("id", "queue_id")}
    await work.tx.run(
        "quality.create_rule", work.organization_id, rule_id, command.name, rule.queue_id, command.form_id, body,
        work.now,
    )  # fmt: skip
    after = {"name": command.name, "form_id": command.form_id, "queue_id": rule.queue_id, **body}
    note_created(work, "sampling_rule", (rule_id, command.name), after)
    return {"id": rule_id}


@handles(RemoveSamplingRule)
async def remove_rule(work: Work, command: RemoveSamplingRule) -> Outcome:
    """What it drew stays."""
    row = await work.tx.row("quality.rules", work.organization_id, command.rule_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await work.tx.run("quality.remove_rule", work.organization_id, command.rule_id)
    before = {"name": row["name"], "form_id": row["form_id"], "queue_id": row["queue_id"], **row["body"]}
    note_removed(work, "sampling_rule", (row["id"], row["name"]), before)
    return {"id": row["id"]}


def _shown(thing: Form | SamplingRule) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(thing, order="deterministic")
    return plain
