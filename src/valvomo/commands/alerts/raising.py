"""Raise and clear alerts: the system's to do, when the conditions of a rule begin or cease to hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import floor, outbox
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.alerts.events import AlertCleared, AlertRaised
from valvomo.protocol.texts.catalogue import text
from valvomo.protocol.texts.written import moment

RAISED = "alert.raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseAlert(Command):
    """A rule has found something in a queue, or in one conversation there."""

    rule_id: str
    queue_id: str
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAlert(Command):
    """What an alert was about is so no longer: `no_longer`, `closed`, `moved` or `rule_changed`."""

    alert_id: str
    cause: str


@handles(RaiseAlert)
async def raise_alert(work: Work, command: RaiseAlert) -> Outcome:
    """At most one for each rule and what it is about, and not again before it has cooled down, at `cools_until`."""
    if refusal := system_refusal(work.actor):
        return refusal
    rule = await work.tx.row("alerts.rule", work.organization_id, command.rule_id)
    if rule is None or not rule["enabled"]:
        return {}
    about = command.conversation_id or command.queue_id
    alert_id = await work.tx.value(
        "alerts.raise", work.organization_id, work.new_id(), rule["id"], rule["name"], command.queue_id,
        command.conversation_id, about, rule["sound"], work.now, rule["assign_to"], float(rule["cool_down"]),
    )  # fmt: skip
    if alert_id is None:
        cools = (work.organization_id, rule["id"], about, float(rule["cool_down"]))
        return {"cools_until": await work.tx.value("alerts.cools_until", *cools)}
    raised = AlertRaised(
        alert_id=alert_id, rule_id=rule["id"], rule_name=rule["name"], queue_id=command.queue_id,
        conversation_id=command.conversation_id, assigned_to=rule["assign_to"],
    )  # fmt: skip
    work.note(raised)
    await _tell(work, rule, raised)
    return {"id": alert_id}


@handles(EndAlert)
async def end_alert(work: Work, command: EndAlert) -> Outcome:
    """Nothing when somebody has cleared it already."""
    if refusal := system_refusal(work.actor):
        return refusal
    row = await work.tx.row("alerts.lock", work.organization_id, command.alert_id)
    if row is None or row["cleared_at"] is not None:
        return {}
    await work.tx.run("alerts.clear", work.organization_id, row["id"], work.now, command.cause)
    work.note(
        AlertCleared(
            alert_id=row["id"], rule_name=row["rule_name"], queue_id=row["queue_id"], cause=command.cause
        )
    )
    return {"id": row["id"]}


async def _tell(work: Work, rule: Any, raised: AlertRaised) -> None:
    """Whoever is to hear of it outside of the console: which rule, where, and nothing of what was said."""
    queue = await work.queue_name(raised.queue_id)
    if rule["webhook"]:
        body: dict[str, object] = {
            "alert": raised.alert_id, "rule": raised.rule_name, "queue": raised.queue_id,
            "conversation": raised.conversation_id, "at": work.now,
        }  # fmt: skip
        await outbox.write(work.tx, [(work.organization_id, RAISED, body)], work.now)
    if rule["emails"]:
        await _write(work, rule["emails"], {"rule": raised.rule_name, "queue": queue})


async def _write(work: Work, emails: Sequence[str], facts: Mapping[str, str]) -> None:
    """Letters to these addresses, to each in their language, by the organization's clock."""
    by_language: dict[str, list[str]] = {}
    for row in await work.tx.rows("alerts.readers", work.organization_id, emails):
        by_language.setdefault(row["language"], []).append(row["email"])
    zone = await floor.zone_of(work.tx, work.organization_id)
    for language, readers in by_language.items():
        told = {**facts, "at": moment(language, work.now, zone)}
        subject, words = (text(language, ("alert_mail", one), told) for one in ("subject", "text"))
        await work.tx.run("alerts.write_mails", work.organization_id, readers, subject, words, work.now)
