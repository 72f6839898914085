"""A right that is withdrawn ends what it allowed, at once."""

from __future__ import annotations

from typing import Any

import pytest

from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.settings.queues import ChangeQueue
from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import conversations
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.supervision import Right
from valvomo.domain.conversations.model import Channel, Role


async def watched(house: Any) -> str:
    """A billing chat of Eino's that Veikko monitors and Saara has joined."""
    billing = house.sample.workstreams["Billing chat"]
    command = StartConversation(channel=Channel.LIVE_CHAT, customer_name="Ada", workstream_id=billing)
    started = await house.do("eino", command)
    assert isinstance(started, Done), started
    conversation = str(started.result["id"])
    for person, act in (("eino", Pick), ("veikko", Monitor), ("saara", Join)):
        done = await house.do(person, act(conversation_id=conversation))
        assert isinstance(done, Done), (person, done)
    return conversation


async def roles(house: Any, conversation_id: str) -> dict[str, Role | None]:
    async with house.database.reading() as tx:
        one = await conversations.get(tx, house.sample.organization_id, conversation_id)
    assert one is not None
    return {person: one.role_of(house.sample.people[person]) for person in ("eino", "veikko", "saara")}


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (lambda _: ChangeSupervision(switches={Right.MONITOR: False}), set()),
        (lambda s: ChangeSupervision(denied_to={s.people["veikko"]: frozenset({Right.MONITOR})}), {"saara"}),
        (lambda s: ChangeSupervision(denied_in={s.queues["Billing"]: frozenset({Right.MONITOR})}), set()),
        (lambda _: ChangeSupervision(switches={Right.FORCE_CLOSE: False}), {"saara", "veikko"}),
        (lambda s: ChangeUser(user_id=s.people["veikko"], supervised=frozenset()), {"saara"}),
        (lambda s: ChangeUser(user_id=s.people["veikko"], disabled=True), {"saara"}),
        (lambda s: ChangeUser(user_id=s.people["saara"], roles=frozenset({UserRole.AGENT})), {"veikko"}),
        (lambda s: ChangeQueue(queue_id=s.queues["Billing"], supervisors=frozenset()), {"saara"}),
    ],
)
async def test_whoever_may_not_any_more_is_out(house: Any, change: Any, left: set[str]) -> None:
    conversation = await watched(house)
    assert await roles(house, conversation) == {
        "eino": Role.PRIMARY, "veikko": Role.MONITOR, "saara": Role.SUPERVISOR,
    }  # fmt: skip
    done = await house.do("admin", change(house.sample))
    assert isinstance(done, Done), done
    now = await roles(house, conversation)
    assert now.pop("eino") is Role.PRIMARY
    assert {person for person, role in now.items() if role} == left
