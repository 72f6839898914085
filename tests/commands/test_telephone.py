"""Callbacks that anybody may ask for: to which countries, and how many."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sample_floor import AINO, HOUSE, TIMER, Floor
from sample_lines import CALLER, CALLS, OWN_NUMBER, TRUNK, happens, lay_lines, line_of, rings

from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.serve import Resume
from valvomo.commands.conversations.telephone import LoseTelephone, RequestCallback
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.conversations.telephone import (
    LIMITED_FOR,
    MOST_BY_ITSELF,
    MOST_TO_NUMBER,
    RECALL_AFTER,
)
from valvomo.domain.refusals import Reason, Refusal

pytestmark = pytest.mark.slow
ABROAD = "+46812345678"


@pytest.fixture
async def lines(floor: Floor) -> Floor:
    await lay_lines(floor, HOUSE, AINO.id)
    return floor


async def set_up(floor: Floor, **settings: object) -> None:
    await floor.sql(
        "UPDATE channel_accounts SET settings = $1 WHERE id = $2", {"number": OWN_NUMBER, **settings}, TRUNK
    )


async def asked(floor: Floor, number: str = "", caller: str = CALLER) -> Reason | None:
    """Somebody calls, presses the key and is gone; why nobody will call them back."""
    one = await rings(floor, caller)
    outcome = await floor.do(CALLS, RequestCallback(conversation_id=one, number=number))
    if isinstance(outcome, Refusal):
        assert await line_of(floor, one) is Line.UP, "nothing half done"
        await floor.do(CALLS, LoseTelephone(conversation_id=one, call_id=one, why="hung_up"))
        return outcome.reason
    assert await line_of(floor, one) is Line.WANTED
    return None


async def test_who_calls_from_a_country_that_is_not_called_is_not_called_back(lines: Floor) -> None:
    assert await asked(lines, caller=ABROAD) is Reason.COUNTRY_FORBIDDEN
    assert await asked(lines) is None
    await set_up(lines, countries="SE")
    assert await asked(lines, caller=ABROAD) is None
    assert await asked(lines) is Reason.COUNTRY_FORBIDDEN
    assert len(await lines.sql("SELECT 1 FROM callbacks")) == 2, "what is refused is not counted"


async def test_the_customer_in_their_window_is_told_so(lines: Floor) -> None:
    one = await rings(lines)
    command = RequestCallback(conversation_id=one, number=ABROAD)
    refused = await lines.refused(await lines.guest(one), command)
    assert (refused.reason, refused.facts) == (Reason.COUNTRY_FORBIDDEN, {"country": "SE"})


async def test_one_number_is_called_back_three_times_an_hour(lines: Floor) -> None:
    found = [await asked(lines) for _ in range(MOST_TO_NUMBER + 1)]
    assert found == [None] * MOST_TO_NUMBER + [Reason.CALLED_BACK_TOO_OFTEN]
    # However it is written, and from wherever it is asked for.
    assert await asked(lines, "+358 40 123 45 67", "+358931001999") is Reason.CALLED_BACK_TOO_OFTEN
    assert await asked(lines, caller="+358931001999") is None
    lines.clock.now += LIMITED_FOR - timedelta(seconds=1)
    assert await asked(lines) is Reason.CALLED_BACK_TOO_OFTEN
    lines.clock.now += timedelta(seconds=2)
    assert await asked(lines) is None


async def test_so_many_callbacks_are_taken_over_an_account_within_an_hour(lines: Floor) -> None:
    await set_up(lines, callbacks_per_hour=2)
    numbers = [f"+35893100200{last}" for last in range(4)]
    found = [await asked(lines, caller=one) for one in numbers]
    assert found == [None, None, Reason.CALLBACKS_FULL, Reason.CALLBACKS_FULL]
    await set_up(lines, callbacks_per_hour=3)
    assert await asked(lines, caller=numbers[2]) is None
    await set_up(lines, callbacks_per_hour=0)
    lines.clock.now += LIMITED_FOR + timedelta(seconds=1)
    assert await asked(lines, caller=numbers[3]) is Reason.CALLBACKS_FULL


async def test_of_many_who_ask_at_once_no_more_are_taken(lines: Floor) -> None:
    ones = [await rings(lines, f"+35893100300{last}") for last in range(6)]
    commands = [RequestCallback(conversation_id=one, number=CALLER) for one in ones]
    outcomes = await asyncio.gather(*(lines.do(CALLS, command) for command in commands))
    refused = [one.reason for one in outcomes if isinstance(one, Refusal)]
    assert refused == [Reason.CALLED_BACK_TOO_OFTEN] * (len(ones) - MOST_TO_NUMBER)


async def unreached(floor: Floor) -> str:
    """Somebody is called back and the line is busy; the conversation's id."""
    one = await rings(floor)
    for what in ("callback", "taken", "missed"):
        await happens(floor, what, one)
    return one


async def test_who_was_not_reached_is_called_again_from_their_place_by_itself(lines: Floor) -> None:
    one = await unreached(lines)
    queued_at = (await lines.get(one)).queued_at
    for _ in range(MOST_BY_ITSELF - 1):
        waits = await lines.get(one)
        assert (waits.state, waits.owner_id, waits.holds) == (State.WAITING, AINO.id, {})
        lines.clock.now += RECALL_AFTER - timedelta(seconds=1)
        await lines.do(TIMER, FireTimers(conversation_id=one))
        assert (await lines.get(one)).state is State.WAITING
        lines.clock.now += timedelta(seconds=2)
        await lines.do(TIMER, FireTimers(conversation_id=one))
        back = await lines.get(one)
        assert (back.state, back.owner_id, back.queued_at) == (State.OPEN, None, queued_at)
        for what in ("taken", "missed"):
            await happens(lines, what, one)
    assert (await lines.get(one)).state is State.ACTIVE
    assert await line_of(lines, one) is Line.MISSED
    dialled = [fact for fact in await lines.all_facts() if fact.event.kind == "telephone_dialled"]
    assert len(dialled) == MOST_BY_ITSELF


async def test_their_agent_calls_them_before_that(lines: Floor) -> None:
    one = await unreached(lines)
    await lines.done(AINO, Resume(conversation_id=one))
    await lines.do(TIMER, FireTimers(conversation_id=one))
    assert await line_of(lines, one) is Line.DIALLING
    lines.clock.now += RECALL_AFTER + timedelta(seconds=1)
    await lines.do(TIMER, FireTimers(conversation_id=one))
    assert await line_of(lines, one) is Line.DIALLING, "no timer of before fires"


async def test_nobody_is_known_by_a_number_that_they_only_say_is_theirs(lines: Floor) -> None:
    """Who calls writes there what they like; the customer whose number it is must be shown to nobody for it."""
    known = await lines.get(await rings(lines))
    forged = [await lines.get(await rings(lines, vouched=False)) for _ in range(2)]
    assert len({one.contact_id for one in (known, *forged)}) == 3
    assert {one.customer_name for one in forged} == {CALLER}, "the number is shown all the same"
    assert (await lines.get(await rings(lines))).contact_id == known.contact_id


async def test_nor_is_a_number_kept_for_whom_nobody_vouches(lines: Floor) -> None:
    forged = await lines.get(await rings(lines, vouched=False))
    assert await lines.sql("SELECT 1 FROM identities WHERE value = $1", CALLER) == []
    assert (await lines.get(await rings(lines))).contact_id != forged.contact_id
