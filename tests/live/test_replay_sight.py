"""Nobody reads out of the past what happened where they see nothing, whatever happened there."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
from sample_floor import AATU, AINO, BILLING, HOUSE, SAARA, SULO, Floor
from sample_lines import lay_lines
from sample_queues import hours
from sample_spoken import is_said, kept_call
from sample_steps import drawn, scripted, take

from valvomo.commands.conversations.assign import AssignToAgent
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.serve import ChangeDetails
from valvomo.commands.conversations.transfer import TransferToAgent
from valvomo.commands.settings.users import ChangeUser
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.events import EVENTS
from valvomo.domain.conversations.message import Visibility
from valvomo.jobs.recorder import Recorder
from valvomo.live.replay import folding, seen
from valvomo.live.replay.watching import Replay, set_up
from valvomo.live.views.board import ongoing
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.replay import ReplayFloor, ReplayStep, ReplaySteps
from valvomo.queries import messages


async def kept(floor: Floor) -> int:
    """Keep the floor as it is; at which position that is."""
    job = Recorder(floor.database, floor.clock, "recorder-1", days=90)
    return (await job._as_stored(HOUSE, (0, floor.clock()))).position


def untold(step: ReplayStep) -> bool:
    """Whether it says nothing but how agents are."""
    said = (step.kind, step.text, step.actor, step.conversation, step.customer, step.rows, step.gone)
    return said == ("", "", Named("", ""), None, None, (), ())


async def test_no_kind_of_event_is_told_to_whoever_does_not_see_the_conversation(floor: Floor) -> None:
    await lay_lines(floor, HOUSE, "aino", "eino")
    begin = await kept(floor)
    left, other = await floor.start("chat"), await floor.start("chat")
    await floor.done(await floor.guest(left), CustomerEnd(conversation_id=left))
    await floor.done(SAARA, AssignToAgent(conversation_id=other, agent_id=AINO.id))
    await floor.done(SAARA, TransferToAgent(conversation_id=other, agent_id="eino"))
    third = await floor.start("chat")
    for answer in (RejectOffer(conversation_id=third), AcceptOffer(conversation_id=third)):
        await floor.done(SAARA, AssignToAgent(conversation_id=third, agent_id=AINO.id))
        await floor.done(AINO, answer)
    await floor.done(AINO, ChangeDetails(conversation_id=third, priority=2))
    ids: list[str] = []
    for step in drawn(Random(5), 120) + scripted():
        await take(floor, step, ids)
    hidden, told = set[str](), set[str]()
    for actor in (SULO, SAARA):
        async with floor.database.reading() as tx:
            then = await folding.at_position(tx, HOUSE, begin)
            assert then is not None
            scene = await set_up(tx, actor, then, then.at)
        everybody = frozenset(scene.agents.seats)
        for fact in (await floor.all_facts())[begin:]:
            happening = folding.happening(fact)
            change, _ = scene.take(happening)
            # As if it had changed every agent, as the facts that it has not yet been told with may have.
            found = seen.step(scene, actor, happening, (change, everybody))
            if not isinstance(fact.event, Event):
                continue
            if change is None:
                # What is closed is on no floor; its messages and their files may still come further, and answers come.
                # A call is rated once it is over.
                assert fact.kind in {
                    "delivery_changed", "media_changed", "survey_answered", "recording_kept", "call_rated",
                    "written_erased", "customer_forgotten",
                }  # fmt: skip
                continue
            states = [one for one in (ongoing(change.before), ongoing(change.after)) if one is not None]
            sees = any(may_see(actor, one) for one in states)
            knows = any(
                scene.lookups.knows_of(fact.event, actor, one) for one in (change.before, change.after) if one
            )
            assert found is not None
            if sees and knows:
                told.add(fact.kind)
                assert found.text
            else:
                hidden.add(fact.kind)
                assert untold(found), (fact.kind, found)
    # What happens only to what is closed happens on no floor.
    assert EVENTS.keys() - hidden == {"written_erased", "customer_forgotten"}
    assert len(told) > len(EVENTS) / 2


async def stepped(floor: Floor, actor: Any, begin: int) -> list[ReplayStep]:
    page = await Replay(floor.database, floor.clock).steps(actor, begin, floor.clock(), 500)
    assert isinstance(page, ReplaySteps), page
    return list(page.steps)


async def test_no_words_are_replayed_neither_written_for_the_house_nor_said(floor: Floor) -> None:
    """Seeing the floor is not reading: also of a closed conversation, in which whoever looks may read all of it."""
    begin = await kept(floor)
    one, recording = await kept_call(floor)
    await is_said(floor, recording, "words that were said")
    await floor.write(AINO, one, "words of a note", Visibility.INTERNAL)
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="over"))
    steps = await stepped(floor, SAARA, begin)
    assert [step.kind for step in steps].count("message_posted") == 2
    for step in steps:
        then = await Replay(floor.database, floor.clock).at_position(SAARA, step.position)
        assert isinstance(then, ReplayFloor)
        for shown in (step, then):
            assert b"words" not in msgspec.json.encode(shown)
    async with floor.database.reading() as tx:
        page = await messages.after(tx, SAARA, one, seq=0, limit=10)
    assert isinstance(page, Page)
    assert [item.text for item in page.items] == ["words that were said", "words of a note"]


async def test_loads_change_without_a_word_of_why(floor: Floor) -> None:
    begin = await kept(floor)
    one = await floor.accepted("chat", AINO)
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="a secret"))
    of_others = await stepped(floor, SULO, begin)
    assert of_others
    assert all(untold(step) for step in of_others)
    assert {row.id for step in of_others for row in step.agents} == {AINO.id}
    assert any("a secret" in step.text for step in await stepped(floor, SAARA, begin))


async def test_working_hours_are_nobodys_act(floor: Floor) -> None:
    await floor.done(AATU, ChangeUser(user_id=AINO.id, hours_id=await hours(floor)))
    begin = await kept(floor)
    for _ in range(30):
        floor.clock.advance(timedelta(hours=1).total_seconds())
        await floor.start("chat", queue=BILLING)
    steps = await stepped(floor, SAARA, begin)
    turned = [step for step in steps if step.agents]
    assert turned
    assert all(untold(step) for step in turned)
    on_duty = [row.on_duty for step in turned for row in step.agents]
    assert {True, False} <= set(on_duty)
