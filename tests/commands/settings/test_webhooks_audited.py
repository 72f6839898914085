"""Whoever has letters sent outside, as a test or again, is told of in the audit log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sample_floor import AATU, BEGIN, Floor

from valvomo.commands.settings.webhooks import CreateWebhook, ReplayLetter, ReplaySpan, TryWebhook
from valvomo.domain.agents.events import SettingChanged


async def noted(floor: Floor) -> list[dict[str, Any]]:
    facts = [fact for fact in await floor.all_facts() if isinstance(fact.event, SettingChanged)]
    assert all(fact.audited and fact.actor_id == AATU.id for fact in facts)
    return [
        dict(fact.event.after or {}) for fact in facts if isinstance(fact.event, SettingChanged)
    ]  # fmt: skip


async def test_test_letters_and_replays(floor: Floor) -> None:
    made = await floor.done(AATU, CreateWebhook(url="https://one.example/in"))
    webhook = str(made.result["id"])
    letter = str((await floor.done(AATU, TryWebhook(webhook_id=webhook))).result["id"])
    await floor.done(AATU, ReplayLetter(webhook_id=webhook, letter_id=letter))
    until = floor.clock() + timedelta(hours=1)
    await floor.done(AATU, ReplaySpan(webhook_id=webhook, since=BEGIN, until=until, only_given_up=False))
    (_, test, again, span) = await noted(floor)
    assert test == {"test": letter}
    assert again == {"replayed": letter}
    assert span["replayed"]["until"] == until.isoformat()
    assert span["replayed"]["only_given_up"] is False
