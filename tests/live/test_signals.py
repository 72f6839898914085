"""Signals say that settings or the audit log have changed, to whom may read them, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sample_floor import AATU, AINO, EINO, HOUSE, INES, RAIJA, SAARA, SULO
from sample_stage import Reader, Stage

from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.quality.evaluations import (
    BeginEvaluation,
    FillEvaluation,
    ReplyToEvaluation,
    SubmitEvaluation,
)
from valvomo.commands.quality.forms import CreateForm
from valvomo.commands.registry import Command
from valvomo.commands.settings.attempts import CountFailure
from valvomo.commands.settings.queues import ChangeQueue, CreateQueue, QueueSettings
from valvomo.commands.settings.supervision import ChangeSupervision
from valvomo.domain.access.actor import Actor, UserRole, system
from valvomo.domain.access.signing_in import FAILURES
from valvomo.domain.access.supervision import Right
from valvomo.domain.quality.form import Form, Question, QuestionKind, Section
from valvomo.live.signals import Judged
from valvomo.protocol.signals import SettingSignal

pytestmark = pytest.mark.slow


def frames(reader: Reader, topic: str) -> list[tuple[str, Any]]:
    return [(frame["op"], frame["data"]) for frame in reader.frames if frame.get("topic") == topic]


async def settled(stage: Stage) -> None:
    """Facts and rights both: what follows from a change of settings has followed."""
    await stage.settle()
    await stage.room._renew_rights()
    await stage.settle()


async def newest(stage: Stage) -> int:
    return max(fact.position or 0 for fact in await stage.floor.all_facts() if fact.audited)


async def add_queue(stage: Stage, name: str) -> str:
    done = await stage.floor.done(AATU, CreateQueue(settings=QueueSettings(name=name, kind="messaging")))
    return str(done.result["id"])


async def test_a_changed_setting_is_named_once_and_not_shown(stage: Stage) -> None:
    aatu = stage.reader(AATU)
    await aatu.watch("settings")
    first = await add_queue(stage, "Secret project")
    await settled(stage)
    at = await newest(stage)
    assert frames(aatu, "settings") == [
        ("snapshot", []),
        ("changes", [{"id": first, "kind": "queue", "position": at}]),
    ]
    assert "Secret" not in str(frames(aatu, "settings"))
    before = len(aatu.frames)
    await stage.floor.done(AATU, ChangeQueue(queue_id=first, name="Another"))
    await stage.floor.done(AATU, ChangeQueue(queue_id=first, priority=7))
    await stage.floor.done(AATU, ChangeSupervision(switches={Right.MONITOR: False}))
    await settled(stage)
    at = await newest(stage)
    assert [frame["data"] for frame in aatu.frames[before:]] == [
        [
            {"id": first, "kind": "queue", "position": at - 1},
            {"id": HOUSE, "kind": "supervision", "position": at},
        ]
    ]


async def test_an_account_that_is_locked_out_is_a_changed_account(stage: Stage) -> None:
    aatu = stage.reader(AATU)
    await aatu.watch("settings")
    for _ in range(FAILURES):
        await stage.floor.done(system(HOUSE, "sign_in"), CountFailure(user_id=AINO.id))
    await stage.settle()
    changes = [data for op, data in frames(aatu, "settings") if op == "changes"]
    assert [[(one["kind"], one["id"]) for one in data] for data in changes] == [[("user", AINO.id)]]


async def test_the_audit_log_tells_how_far_it_goes(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await add_queue(stage, "Earlier")
    await stage.settle()
    readers = [stage.reader(RAIJA), stage.reader(AATU)]
    for reader in readers:
        await reader.watch("audit")
    before = await newest(stage)
    start = {"id": "audit", "kind": "audit", "position": before}
    await stage.floor.write(AINO, one, "nothing for an auditor")
    await stage.settle()
    await stage.floor.done(SAARA, Monitor(conversation_id=one))
    await settled(stage)
    monitored = {**start, "position": await newest(stage)}
    assert await newest(stage) > before
    for reader in readers:
        assert frames(reader, "audit") == [("snapshot", [start]), ("changes", [monitored])]


async def test_supervisors_are_told_of_queues_and_hours_and_of_no_other_setting(stage: Stage) -> None:
    saara = stage.reader(SAARA)
    await saara.watch("settings")
    first = await add_queue(stage, "Late shift")
    await settled(stage)
    at = await newest(stage)
    await stage.floor.done(AATU, ChangeSupervision(switches={Right.MONITOR: False}))
    await settled(stage)
    assert frames(saara, "settings") == [
        ("snapshot", []),
        ("changes", [{"id": first, "kind": "queue", "position": at}]),
    ]


@pytest.mark.parametrize(
    ("topic", "role", "others"),
    [
        ("settings", "administrator", (AINO, INES, RAIJA)),
        ("audit", "auditor", (AINO, INES)),
    ],
)
async def test_nobody_else_may_watch(stage: Stage, topic: str, role: str, others: tuple[Actor, ...]) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    strangers = [stage.reader(actor) for actor in others]
    guest = stage.reader(await stage.floor.guest(one))
    for reader in (*strangers, guest):
        await reader.watch(topic)
    await add_queue(stage, "Quiet")
    await settled(stage)
    for reader in strangers:
        assert [frame["op"] for frame in reader.frames] == ["refused"]
        problem = reader.frames[0]["problem"]
        assert (problem["type"], problem["role"]) == ("access/role-needed", role)
    assert [frame["problem"]["type"] for frame in guest.frames] == ["access/not-found"]


async def test_a_role_taken_away_ends_it(stage: Stage) -> None:
    aatu = stage.reader(AATU)
    for topic in ("settings", "audit"):
        await aatu.watch(topic)
    await stage.floor.sql("UPDATE users SET roles = '{agent}' WHERE id = $1", AATU.id)
    await settled(stage)
    assert {frame["topic"] for frame in aatu.frames if frame["op"] == "refused"} == {"settings", "audit"}
    said = len(aatu.frames)
    await add_queue(stage, "Unheard of")
    await settled(stage)
    assert len(aatu.frames) == said


async def test_what_was_lost_or_not_taken_is_made_up_for(stage: Stage) -> None:
    aatu, slow = stage.reader(AATU), stage.reader(AATU)
    for reader in (aatu, slow):
        for topic in ("settings", "audit"):
            await reader.watch(topic)
    slow.full, said = True, len(slow.frames)
    await add_queue(stage, "First")
    await stage.settle()
    assert len(slow.frames) == said
    slow.full = False
    await stage.settle()
    assert [(frame["topic"], frame["op"]) for frame in slow.frames[said:]] == [
        ("settings", "snapshot"),
        ("audit", "snapshot"),
    ]
    said = len(aatu.frames)
    await add_queue(stage, "Second")
    # As after a fact that could not be folded: the floor is read anew, and the facts up to it are not.
    await stage.room.feed.load()
    stage.room.feed.restarted()
    assert [(frame["topic"], frame["op"]) for frame in aatu.frames[said:]] == [
        ("settings", "snapshot"),
        ("audit", "snapshot"),
    ]
    assert aatu.rows["audit"]["audit"]["position"] == await newest(stage)


async def test_evaluations_are_told_of_to_whom_they_concern(stage: Stage) -> None:
    """Supervisors of each step; the agent whose work it is from when it is submitted, and no other agent ever."""
    floor = stage.floor
    one = await floor.accepted("chat")
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    question = Question(id="kind", text="Kind?", kind=QuestionKind.YES_NO)
    form = Form(sections=(Section(title="All", questions=(question,)),))
    made = await floor.done(AATU, CreateForm(name="Chats", form=form))
    await stage.settle()
    readers = {actor.id: stage.reader(actor) for actor in (SAARA, SULO, AINO, EINO, INES)}
    for reader in readers.values():
        await reader.watch("evaluations")
    strangers = [stage.reader(RAIJA), stage.reader(await floor.guest(one))]
    for reader in strangers:
        await reader.watch("evaluations")
        assert [frame["op"] for frame in reader.frames] == ["refused"]

    async def told(actor: Actor, command: Command) -> dict[str, list[Any]]:
        before = {name: len(reader.frames) for name, reader in readers.items()}
        await floor.done(actor, command)
        await stage.settle()
        return {
            name: new
            for name, reader in readers.items()
            if (new := [f["data"] for f in reader.frames[before[name] :]])
        }

    begun = await told(SAARA, BeginEvaluation(conversation_id=one, form_id=str(made.result["id"])))
    assert set(begun) == {SAARA.id, SULO.id}
    ((signal,),) = begun[SAARA.id]
    assert set(signal) == {"id", "kind", "position"}, "nothing of what it is"
    fill = FillEvaluation(evaluation_id=signal["id"], revision=1, answers={"kind": "yes"}, comment="secret")
    assert await told(SAARA, fill) == {}
    submitted = await told(SAARA, SubmitEvaluation(evaluation_id=signal["id"]))
    assert set(submitted) == {SAARA.id, SULO.id, AINO.id}
    assert [item["id"] for item in submitted[AINO.id][0]] == [signal["id"]]
    replied = await told(AINO, ReplyToEvaluation(evaluation_id=signal["id"], text="Thank you"))
    assert set(replied) == {SAARA.id, SULO.id, AINO.id}
    assert "secret" not in str([reader.frames for reader in readers.values()])


async def test_a_supervisor_is_not_told_of_drafts_about_themselves() -> None:
    signal = SettingSignal(id="e", kind="evaluated", position=1)
    both = replace(SAARA, roles=frozenset({UserRole.SUPERVISOR, UserRole.AGENT}))
    assert not Judged(signal, SAARA.id, submitted=False).told_to(both)
    assert Judged(signal, SAARA.id, submitted=True).told_to(both)
    assert Judged(signal, AINO.id, submitted=False).told_to(both)
