"""Whom the house loses on the telephone is called back over the account and within the limits of callbacks."""

from __future__ import annotations

import pytest
from sample_floor import AINO, HOUSE, ROUTER, Floor
from sample_lines import CALLER, CALLS, OWN_NUMBER, TRUNK, happens, lay_lines, line_of, rings
from sample_routing import ask

from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.commands.conversations.telephone import LoseTelephone
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.model import State
from valvomo.domain.conversations.telephone import HOUSE as BY_HOUSE
from valvomo.domain.conversations.telephone import MOST_TO_NUMBER, CallbackRequested

pytestmark = pytest.mark.slow
ABROAD = "+46812345678"
WITHHELD = ""


@pytest.fixture
async def lines(floor: Floor) -> Floor:
    await lay_lines(floor, HOUSE, AINO.id)
    return floor


async def lost(floor: Floor, caller: str = CALLER, *, served: bool = False) -> str:
    """Somebody calls, and the house loses them; the conversation's id."""
    one = await rings(floor, caller)
    if served:
        await floor.done(ROUTER, ask(one, AINO.id))
        await floor.done(AINO, AcceptOffer(conversation_id=one))
    await happens(floor, "cut_off", one)
    return one


async def causes(floor: Floor) -> list[object]:
    return [getattr(fact.event, "cause", None) for fact in await floor.all_facts()]


@pytest.mark.parametrize("served", [False, True])
async def test_over_the_account_of_the_workstream_at_the_number_they_called_from(
    lines: Floor, served: bool
) -> None:
    one = await lost(lines, served=served)
    now = await lines.get(one)
    assert (now.state, await line_of(lines, one)) == (State.OPEN, Line.WANTED)
    [back] = [fact.event for fact in await lines.all_facts() if isinstance(fact.event, CallbackRequested)]
    assert (back.account_id, back.number, back.by) == (TRUNK, CALLER, BY_HOUSE)
    assert now.affinity_id == (AINO.id if served else None)
    # Told once more, it is nothing any more.
    again = LoseTelephone(conversation_id=one, call_id=one, why="failed")
    await lines.done(CALLS, again)
    assert (await lines.get(one)).version == now.version
    for what in ("taken", "picked_up"):
        await happens(lines, what, one)
    assert await line_of(lines, one) is Line.UP


@pytest.mark.parametrize("caller", [ABROAD, WITHHELD], ids=["abroad", "withheld"])
@pytest.mark.parametrize("served", [False, True])
async def test_who_may_not_be_called_is_over_and_it_is_said_why(
    lines: Floor, caller: str, served: bool
) -> None:
    now = await lines.get(await lost(lines, caller, served=served))
    assert (now.state, now.closed_as) == ((State.WRAP_UP, None) if served else (State.CLOSED, "auto_closed"))
    assert "call_lost" in await causes(lines)


async def test_so_it_is_where_the_workstream_calls_nobody_back(lines: Floor) -> None:
    await lines.sql("UPDATE workstreams SET callback_account_id = NULL WHERE id = 'line'")
    assert (await lines.get(await lost(lines))).closed_as == "auto_closed"
    assert "call_lost" in await causes(lines)


async def test_no_number_is_called_more_often_for_it_than_whoever_asks(lines: Floor) -> None:
    """A caller can have made their number up, and what fails may be of their making."""
    found = [(await lines.get(await lost(lines))).state for _ in range(MOST_TO_NUMBER + 1)]
    assert found == [State.OPEN] * MOST_TO_NUMBER + [State.CLOSED]
    await lines.sql(
        "UPDATE channel_accounts SET settings = $1 WHERE id = $2",
        {"number": OWN_NUMBER, "callbacks_per_hour": MOST_TO_NUMBER}, TRUNK,
    )  # fmt: skip
    assert (await lines.get(await lost(lines, "+358407654321"))).state is State.CLOSED
