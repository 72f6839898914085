"""How calls do right now: told to supervisors of their queues, as it was said last, and grey once nobody says so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from sample_floor import AINO, BILLING, HOUSE, SAARA, SULO, Floor
from sample_stage import Stage

from valvomo.commands.conversations.assign import AssignToQueue
from valvomo.commands.conversations.call import AcceptCall, Elevate, EndCall
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.serve import Release
from valvomo.domain.conversations.model import Mode
from valvomo.live.call_grades import STALE_SECONDS
from valvomo.live.calls import CallSignal, LegSignal


class Timer:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def in_call(floor: Floor) -> tuple[str, str, str]:
    """A chat of Aino's that is in a call: its id, the call's and the customer's."""
    one = await floor.accepted()
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VOICE))
    guest = await floor.guest(one)
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
    call = (await floor.get(one)).call
    assert call is not None
    return one, call.id, guest.id


def said(one: str, call: str, legs: Iterable[tuple[str, bool, int | None]]) -> CallSignal:
    signals = tuple(LegSignal(person_id=who, connected=there, quality=grade) for who, there, grade in legs)
    return CallSignal(organization_id=HOUSE, conversation_id=one, call_id=call, legs=signals)


@pytest.fixture
def timer(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Timer:
    made = Timer()
    monkeypatch.setattr(stage.room.grades, "_timer", made)
    return made


async def test_of_whom_and_to_whom(stage: Stage, timer: Timer) -> None:
    one, call, guest = await in_call(stage.floor)
    await stage.settle()
    saara, sulo, late = (stage.reader(it) for it in (SAARA, SULO, SAARA))
    for reader in (saara, sulo):
        await reader.watch("calls")
    stage.room.grades.heard(said(one, call, ((guest, True, 1), ("aino", True, 4), ("saara", True, 0))))
    await stage.settle()
    expected: dict[str, Any] = {"id": one, "call": call, "customer": 1, "agent": 4}
    assert saara.rows["calls"] == {one: expected}
    assert sulo.rows["calls"] == {}, "its queue is none of theirs"
    await late.watch("calls")
    assert late.rows["calls"] == saara.rows["calls"], "snapshot = changes"

    before = len(saara.frames)
    stage.room.grades.heard(said(one, call, ((guest, True, 1), ("aino", True, 4))))
    await stage.settle()
    assert len(saara.frames) == before, "it is said every two seconds, and told when it is other than before"
    stage.room.grades.heard(said(one, call, ((guest, False, 1), ("aino", True, None))))
    await stage.settle()
    assert saara.rows["calls"][one] == {**expected, "customer": None, "agent": None}


async def test_what_nobody_tells_of_is_stale_and_what_is_over_is_gone(stage: Stage, timer: Timer) -> None:
    one, call, guest = await in_call(stage.floor)
    await stage.settle()
    saara = stage.reader(SAARA)
    await saara.watch("calls")
    well = said(one, call, ((guest, True, 4), ("aino", True, 4)))
    stage.room.grades.heard(well)
    await stage.settle()
    timer.now += STALE_SECONDS
    await stage.settle()
    assert "stale" not in saara.rows["calls"][one]
    timer.now += 0.1
    await stage.settle()
    assert saara.rows["calls"][one]["stale"] is True
    stage.room.grades.heard(well)
    await stage.settle()
    assert "stale" not in saara.rows["calls"][one]

    await stage.floor.done(AINO, EndCall(conversation_id=one))
    await stage.settle()
    assert saara.rows["calls"] == {}
    stage.room.grades.heard(well)
    await stage.settle()
    assert saara.rows["calls"] == {}, "what comes late is of a call that is over"


async def test_it_goes_where_its_conversation_goes(stage: Stage, timer: Timer) -> None:
    one, call, guest = await in_call(stage.floor)
    await stage.settle()
    saara, sulo = stage.reader(SAARA), stage.reader(SULO)
    for reader in (saara, sulo):
        await reader.watch("calls")
    stage.room.grades.heard(said(one, call, ((guest, True, 3), ("aino", True, 2))))
    await stage.settle()
    assert (set(saara.rows["calls"]), sulo.told("calls")) == ({one}, [])
    await stage.floor.done(AINO, Release(conversation_id=one))
    await stage.floor.done(SAARA, AssignToQueue(conversation_id=one, queue=BILLING))
    await stage.settle()
    assert (saara.rows["calls"], set(sulo.rows["calls"])) == ({}, {one})
    other, call, guest = await in_call(stage.floor)
    await stage.settle()
    stage.room.grades.heard(said(other, call, ((guest, True, 3),)))
    await stage.settle()
    assert set(saara.rows["calls"]) == {other}
    before = len(sulo.told("calls"))
    await stage.floor.done(SAARA, ForceClose(conversation_id=other, reason="over"))
    await stage.settle()
    assert saara.rows["calls"] == {}
    assert len(sulo.told("calls")) == before, "not even that it is gone"


async def test_agents_do_not_watch_it(stage: Stage) -> None:
    aino = stage.reader(AINO)
    await aino.watch("calls")
    assert [frame["op"] for frame in aino.frames] == ["refused"]


async def test_who_is_slow_gets_all_of_it_once_they_have_caught_up(stage: Stage, timer: Timer) -> None:
    one, call, guest = await in_call(stage.floor)
    await stage.settle()
    saara = stage.reader(SAARA)
    await saara.watch("calls")
    saara.full = True
    for grade in (4, 2, 0):
        stage.room.grades.heard(said(one, call, ((guest, True, grade),)))
        await stage.settle()
    assert saara.rows["calls"] == {}
    saara.full = False
    await stage.settle()
    assert saara.rows["calls"][one]["customer"] == 0
