"""Who is told what: scope, silence, reading along, and the customer (spec 1 §3, design §5 invariant 6)."""

from __future__ import annotations

import re

import pytest
from sample_databases import Fresh
from sample_floor import AATU, AINO, BILLING, EINO, INES, PROCESS, RAIJA, SAARA, SULO, TIMER, Floor
from sample_stage import Stage

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect, EndWatching
from valvomo.commands.agents.serving import EndServing
from valvomo.commands.conversations.assign import AssignToAgent, AssignToQueue
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import RejectOffer
from valvomo.commands.conversations.serve import Complete, End, Park, Pick, Release
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.domain.conversations.message import Visibility

pytestmark = pytest.mark.slow

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def test_a_row_appears_changes_and_leaves(stage: Stage) -> None:
    saara = stage.reader(SAARA)
    await saara.watch("board")
    assert saara.frames[-1]["op"] == "snapshot"
    one = await stage.floor.start("chat")
    await stage.settle()
    assert saara.rows["board"][one]["state"] == "open"
    await stage.floor.done(AINO, Pick(conversation_id=one))
    await stage.settle()
    row = saara.rows["board"][one]
    assert (row["state"], row["stage"], row["agent"]["name"]) == ("active", "accepted", "Aino")
    assert row["acts"]["monitor"] is None
    await stage.floor.done(SAARA, ForceClose(conversation_id=one, reason="enough"))
    await stage.settle()
    assert one not in saara.rows["board"]


async def test_out_of_scope_is_not_told_and_moving_out_removes(stage: Stage) -> None:
    saara, sulo = stage.reader(SAARA), stage.reader(SULO)
    for reader in (saara, sulo):
        await reader.watch("board")
    one = await stage.floor.start("chat")
    await stage.settle()
    assert one in saara.rows["board"]
    assert len(sulo.frames) == 1
    await stage.floor.done(SAARA, AssignToQueue(conversation_id=one, queue=BILLING))
    await stage.settle()
    assert one in sulo.rows["board"]
    assert one not in saara.rows["board"]
    assert saara.frames[-1]["data"] == [{"id": one, "removed": True}]


async def test_monitoring_leaves_no_trace_with_agent_and_customer(floor: Floor) -> None:
    one = await floor.accepted("chat")
    await floor.write(AINO, one, "hello")
    said: list[tuple[bytes, ...]] = []
    for monitored in (False, True):
        stage = await Stage.open(floor)
        guest = await floor.guest(one)
        readers = [stage.reader(AINO), stage.reader(EINO), stage.reader(INES), stage.reader(guest)]
        for reader in readers[:3]:
            for topic in ("board", "agents", "figures", "me", f"conversation:{one}"):
                await reader.watch(topic)
        await readers[3].watch("conversation")
        before = [reader.timeless() for reader in readers]
        if monitored:
            await floor.done(SAARA, Monitor(conversation_id=one))
            await stage.settle()
            await floor.done(SAARA, StopMonitor(conversation_id=one))
        await stage.settle()
        assert [reader.timeless() for reader in readers] == before
        again = [stage.reader(AINO), stage.reader(EINO), stage.reader(INES), stage.reader(guest)]
        for reader in again[:3]:
            for topic in ("board", "agents", "figures", "me", f"conversation:{one}"):
                await reader.watch(topic)
        await again[3].watch("conversation")
        said.append(tuple(reader.timeless() for reader in again))
    assert said[0] == said[1]


async def test_a_customer_may_call_their_own_conversation_by_its_id(floor: Floor) -> None:
    """Its name is the same on both sides (spec 2); another one is as unknown as before."""
    one, other = await floor.accepted("chat"), await floor.accepted("chat")
    stage = await Stage.open(floor)
    reader, topic = stage.reader(await floor.guest(one)), f"conversation:{one}"
    for wanted in (topic, "conversation", f"conversation:{other}"):
        await reader.watch(wanted)
    await floor.write(AINO, one, "hello")
    await floor.write(AINO, one, "of the house", Visibility.INTERNAL)
    await stage.settle()
    refused = [frame["topic"] for frame in reader.frames if frame["op"] == "refused"]
    assert refused == [f"conversation:{other}"]
    assert reader.told(topic) == reader.told("conversation")
    assert [item["text"] for item in reader.told(topic) if item["kind"] == "message"] == ["hello"]


def nameless(frames: bytes) -> str:
    """With ids by the order in which they appear: two runs have different ones."""
    known: dict[str, str] = {}
    return ID.sub(lambda found: known.setdefault(found[0], f"id-{len(known)}"), frames.decode())


async def ended(floor: Floor, one: str, how: str) -> None:
    """What takes the conversation from the monitor, or the monitor from the conversation."""
    guest, wire = await floor.guest(one), {"connection_id": "w", "process_id": PROCESS}
    match how:
        case "customer ends":
            await floor.done(guest, CustomerEnd(conversation_id=one))
        case "agent gone":
            await floor.done(AINO, AgentConnect(**wire))
            await floor.done(AINO, AgentDisconnect(**wire))
            floor.clock.advance(90)
            await floor.fire(one)
        case "force close":
            await floor.done(SAARA, ForceClose(conversation_id=one, reason="enough"))
        case "to a queue":
            await floor.done(AINO, TransferToQueue(conversation_id=one, queue=BILLING))
        case "complete":
            await floor.done(AINO, End(conversation_id=one))
            await floor.done(AINO, Complete(conversation_id=one))
        case "serves no more":
            await floor.sql("UPDATE users SET disabled = true WHERE id = $1", AINO.id)
            await floor.done(TIMER, EndServing(person_id=AINO.id))
        case "supervisor gone":
            await floor.done(SAARA, AgentConnect(**wire))
            await floor.done(SAARA, AgentDisconnect(**wire))
            floor.clock.advance(151)
            await floor.done(TIMER, EndWatching(person_id=SAARA.id))
        case _:
            await floor.done(AINO, {"release": Release, "park": Park}[how](conversation_id=one))


GOES_ON = {"park", "customer ends"}


@pytest.mark.parametrize(
    "how",
    [
        "release", "park", "complete", "customer ends", "agent gone", "force close", "to a queue", "serves no more",
        "supervisor gone",
    ],
)  # fmt: skip
async def test_the_end_of_monitoring_leaves_no_trace_with_agent_and_customer(
    fresh_database: Fresh, how: str
) -> None:
    said: list[list[str]] = []
    for monitored in (False, True):
        async with fresh_database() as database:
            floor = await Floor.open(database)
            one = await floor.accepted("persistent")
            stage = await Stage.open(floor)
            readers = [
                stage.reader(AINO),
                stage.reader(EINO),
                stage.reader(INES),
                stage.reader(await floor.guest(one)),
            ]
            for reader in readers[:3]:
                for topic in ("board", "agents", "figures", "me", f"conversation:{one}"):
                    await reader.watch(topic)
            await readers[3].watch("conversation")
            if monitored:
                await floor.done(SAARA, Monitor(conversation_id=one))
            await ended(floor, one, how)
            await stage.settle()
            said.append([nameless(reader.timeless()) for reader in readers])
            events = [event.kind for event in await floor.events(one)]
            assert events.count("monitor_stopped") == (monitored and how not in GOES_ON)
    assert said[0] == said[1]


@pytest.mark.parametrize("gone", [False, True])
async def test_a_joined_supervisor_who_is_out_has_left_for_agent_and_customer(
    stage: Stage, gone: bool
) -> None:
    floor, wire = stage.floor, {"connection_id": "w", "process_id": PROCESS}
    one = await floor.accepted("persistent")
    await floor.done(SAARA, AgentConnect(**wire))
    await floor.done(SAARA, Join(conversation_id=one))
    await stage.settle()
    aino, customer = stage.reader(AINO), stage.reader(await floor.guest(one))
    await aino.watch(f"conversation:{one}")
    await customer.watch("conversation")
    if gone:
        await ended(floor, one, "supervisor gone")
    else:
        await floor.done(AINO, Park(conversation_id=one))
    await stage.settle()
    left = [item for item in aino.told(f"conversation:{one}") if item.get("event") == "participant_left"]
    assert [item["facts"]["person"] for item in left] == ["Saara"]
    notices = customer.told("conversation")[-1]["notices"]
    assert [one["code"] for one in notices] == ["agent_joined", "supervisor_joined", "supervisor_left"]


async def test_monitoring_is_shown_to_supervisors(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    saara = stage.reader(SAARA)
    await saara.watch("board")
    await stage.settle()
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()
    assert [named["name"] for named in saara.rows["board"][one]["monitored_by"]] == ["Saara"]


async def test_watching_is_not_monitoring(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    saara = stage.reader(SAARA)
    topic = f"conversation:{one}"
    await saara.watch(topic)
    assert saara.frames[-1]["op"] == "refused"
    assert saara.frames[-1]["problem"]["type"] == "conversation/monitor-first"
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await stage.settle()
    await saara.watch(topic)
    assert saara.frames[-1]["op"] == "snapshot"
    guest = await stage.floor.guest(one)
    await stage.floor.write(guest, one, "is anybody there?")
    await stage.settle()
    assert [item["text"] for item in saara.told(topic) if item["kind"] == "message"] == ["is anybody there?"]
    await stage.floor.done(SAARA, StopMonitor(conversation_id=one))
    await stage.settle()
    assert saara.frames[-1]["op"] == "refused"
    await stage.floor.write(guest, one, "not for you")
    await stage.settle()
    assert "not for you" not in str(saara.told(topic))


async def test_the_customer_is_told_what_the_rules_say_and_nothing_else(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    guest = await stage.floor.guest(one)
    customer = stage.reader(guest)
    await customer.watch("conversation")
    await stage.floor.write(AINO, one, "good day")
    await stage.floor.write(AINO, one, "a difficult one", Visibility.INTERNAL)
    await stage.settle()
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await stage.floor.write(SAARA, one, "offer a refund", Visibility.WHISPER)
    await stage.settle()
    frames = len(customer.frames)
    assert [item["text"] for item in customer.told("conversation") if item["kind"] == "message"] == [
        "good day"
    ]
    await stage.floor.done(SAARA, Join(conversation_id=one))
    await stage.settle()
    assert len(customer.frames) == frames + 1
    await stage.floor.done(SAARA, Leave(conversation_id=one))
    await stage.floor.write(AINO, one, "goodbye")
    await stage.settle()
    state = [item for item in customer.told("conversation") if item["kind"] == "conversation"][-1]
    assert [(notice["code"], notice["after"]) for notice in state["notices"]] == [
        ("agent_joined", 0), ("supervisor_joined", 1), ("supervisor_left", 1),
    ]  # fmt: skip
    assert [item["seq"] for item in customer.told("conversation") if item["kind"] == "message"] == [1, 2]
    again = stage.reader(guest)
    await again.watch("conversation", since=1)
    assert [item["text"] for item in again.told("conversation") if item["kind"] == "message"] == ["goodbye"]
    assert "refund" not in str(customer.frames)
    assert "difficult" not in str(customer.frames)


async def test_offers_and_their_outcome_reach_the_people_they_concern(stage: Stage) -> None:
    one = await stage.floor.start("chat")
    aino, saara = stage.reader(AINO), stage.reader(SAARA)
    await aino.watch("me")
    await saara.watch("me")
    await stage.floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await stage.settle()
    offers = [item for item in aino.rows["me"].values() if item["kind"] == "offer"]
    assert [offer["conversation"]["id"] for offer in offers] == [one]
    await stage.floor.done(AINO, RejectOffer(conversation_id=one, reason="busy"))
    await stage.settle()
    assert [item for item in aino.rows["me"].values() if item["kind"] == "offer"] == []
    notices = [item for item in saara.told("me") if item["kind"] == "notice"]
    assert [(notice["code"], notice["facts"]["reason"]) for notice in notices] == [("offer_rejected", "busy")]


@pytest.mark.parametrize(("answer", "code"), [("no", "offer_rejected"), ("none", "offer_expired")])
@pytest.mark.parametrize(("served", "onward"), [(False, "waits"), (True, "stays")])
async def test_who_asked_in_vain_hears_what_becomes_of_it(
    stage: Stage, answer: str, code: str, *, served: bool, onward: str
) -> None:
    one = await (stage.floor.accepted("chat", EINO) if served else stage.floor.start("chat"))
    saara = stage.reader(SAARA)
    await saara.watch("me")
    command = TransferToAgent if served else AssignToAgent
    await stage.floor.done(SAARA, command(conversation_id=one, agent_id=AINO.id))
    if answer == "no":
        await stage.floor.done(AINO, RejectOffer(conversation_id=one, reason="busy"))
    else:
        stage.floor.clock.advance(120)
        await stage.floor.do(TIMER, FireTimers(conversation_id=one))
    await stage.settle()
    notices = [item for item in saara.told("me") if item["kind"] == "notice"]
    assert [(notice["code"], notice["facts"]["onward"]) for notice in notices] == [(code, onward)]


async def test_place_in_the_queue_moves_up(stage: Stage) -> None:
    first, second = await stage.floor.start("chat"), await stage.floor.start("chat")
    await stage.settle()
    customer = stage.reader(await stage.floor.guest(second))
    await customer.watch("conversation")
    assert customer.rows["conversation"][second]["place"] == 2
    await stage.floor.done(AINO, Pick(conversation_id=first))
    await stage.settle()
    assert customer.rows["conversation"][second]["place"] == 1


async def test_topics_that_are_not_for_everybody(stage: Stage) -> None:
    for actor, topic, reason in (
        (RAIJA, "board", "access/role-needed"),
        (AATU, "alerts", "access/role-needed"),
        (AINO, "conversation:nowhere", "access/not-found"),
        (AINO, "nonsense", "access/not-found"),
    ):
        reader = stage.reader(actor)
        await reader.watch(topic)
        assert [frame["problem"]["type"] for frame in reader.frames] == [reason]
