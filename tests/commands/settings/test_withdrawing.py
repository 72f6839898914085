"""A right that is withdrawn ends what it allowed, at once."""

from __future__ import annotations

from typing import Any

import pytest

from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.join import Join
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import End, Park, Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.settings.queues import ChangeQueue
from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import agents, conversations, journal
from valvomo.domain.access.actor import UserRole
from valvomo.domain.access.supervision import Right
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, Conversation, Role, State
from valvomo.queries.verify import verify


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
    one = await conversation_of(house, conversation_id)
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


async def conversation_of(house: Any, conversation_id: str) -> Conversation:
    async with house.database.reading() as tx:
        one = await conversations.get(tx, house.sample.organization_id, conversation_id)
    assert one is not None
    return one


async def begun(house: Any, *acts: tuple[str, Any], channel: Channel = Channel.LIVE_CHAT) -> str:
    """A new conversation in Support, and what is done to it."""
    command = StartConversation(channel=channel, customer_name="Ada", queue="Support")
    started = await house.do("saara", command)
    assert isinstance(started, Done), started
    one = str(started.result["id"])
    for person, act in acts:
        done = await house.do(person, act(one))
        assert isinstance(done, Done), (person, done)
    return one


def asked(house: Any, person: str) -> Any:
    return lambda one: AssignToAgent(
        conversation_id=one, agent_id=house.sample.people[person], override_presence=True
    )


PICK, PARK, END = (lambda one, act=act: act(conversation_id=one) for act in (Pick, Park, End))
STOPS = {
    "disabled": lambda who: ChangeUser(user_id=who, disabled=True),
    "another role": lambda who: ChangeUser(user_id=who, roles=frozenset({UserRole.AUDITOR})),
}


@pytest.mark.parametrize("how", STOPS)
async def test_who_serves_no_more_has_nothing_any_more(house: Any, how: str) -> None:
    talk = await begun(house, ("eino", PICK), ("saara", lambda one: Monitor(conversation_id=one)))
    parked = await begun(house, ("eino", PICK), ("eino", PARK), channel=Channel.PERSISTENT_CHAT)
    over = await begun(house, ("eino", PICK), ("eino", END))
    offered = await begun(house, ("saara", asked(house, "eino")))
    others = await begun(house, ("aino", PICK))
    eino = house.sample.people["eino"]
    assert isinstance(await house.do("eino", SetPresence(agent_id=eino, presence=Presence.AVAILABLE)), Done)
    done = await house.do("admin", STOPS[how](eino))
    assert isinstance(done, Done), done
    for one in (talk, parked, offered):
        now = await conversation_of(house, one)
        assert (now.state, now.owner_id, now.holds, now.declines) == (State.OPEN, None, {}, {})
    assert (await conversation_of(house, over)).closed_as == "completed"
    assert (await conversation_of(house, others)).owner_id == house.sample.people["aino"]
    async with house.database.reading() as tx:
        agent = (await agents.everybody(tx, house.sample.organization_id, house.clock()))[eino]
        facts = await journal.of_conversation(tx, house.sample.organization_id, talk)
    assert (agent.load, agent.chosen) == (0, Presence.OFFLINE)
    assert [fact.kind for fact in facts][-2:] == ["monitor_stopped", "queued"]
    assert (await verify(house.database)).clean


async def test_who_still_serves_keeps_what_they_have(house: Any) -> None:
    one = await begun(house, ("eino", PICK))
    eino = house.sample.people["eino"]
    for change in (
        ChangeUser(user_id=eino, queues=frozenset()),
        ChangeUser(user_id=eino, roles=frozenset({UserRole.SUPERVISOR}), supervises_all=True),
    ):
        assert isinstance(await house.do("admin", change), Done)
    assert (await conversation_of(house, one)).owner_id == eino


async def test_an_end_by_a_withdrawn_right_says_so(house: Any) -> None:
    conversation = await watched(house)
    assert isinstance(await house.do("admin", ChangeSupervision(switches={Right.MONITOR: False})), Done)
    async with house.database.reading() as tx:
        facts = await journal.of_conversation(tx, house.sample.organization_id, conversation)
    assert {getattr(fact.event, "cause", None) for fact in facts[-2:]} == {"right_withdrawn"}
