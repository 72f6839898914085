"""What a machine writes down of a call is no message to read: it is told as a line, and not counted as written."""

from __future__ import annotations

from sample_floor import AINO, SAARA, Floor
from sample_spoken import is_said, kept_call
from sample_stage import Reader, Stage
from sample_troubles import call_troubles

from valvomo.commands.conversations.call import EndCall
from valvomo.db.migrate import FOLDER
from valvomo.domain.conversations.message import Visibility
from valvomo.queries.verify import verify


def counts(reader: Reader, topic: str, one: str) -> tuple[int, int]:
    row = reader.rows[topic][one]
    return row["seq"], row["written"]


async def test_lines_of_a_machine_are_none_that_agents_have_not_read(stage: Stage) -> None:
    floor = stage.floor
    one, recording = await kept_call(floor)
    guest = await floor.guest(one)
    await stage.settle()
    aino, saara = stage.reader(AINO), stage.reader(SAARA)
    await aino.watch("me")
    await saara.watch("board")
    begin = counts(aino, "me", one)
    assert begin[0] == begin[1]
    await is_said(floor, recording)
    await is_said(floor, recording)
    await floor.write(guest, one, "hello")
    await is_said(floor, recording)
    await floor.write(AINO, one, "a note", Visibility.INTERNAL)
    await stage.settle()
    assert counts(aino, "me", one) == (begin[0] + 5, begin[1] + 2)
    assert counts(saara, "board", one) == counts(aino, "me", one)
    fresh, board = stage.reader(AINO), stage.reader(SAARA)
    await fresh.watch("me")
    await board.watch("board")
    assert fresh.rows["me"][one] == aino.rows["me"][one], "snapshot + changes = fresh snapshot"
    assert board.rows["board"][one] == saara.rows["board"][one]
    assert (await verify(floor.database)).clean


async def test_conversations_from_before_know_what_was_said_in_them_and_how_their_calls_did(
    floor: Floor,
) -> None:
    one, recording = await kept_call(floor)
    await is_said(floor, recording)
    await call_troubles(floor, one)
    await floor.done(AINO, EndCall(conversation_id=one))
    await call_troubles(floor, one)
    now = await floor.get(one)
    assert (now.spoken, now.call_score) == (1, 2.0)
    await floor.sql("UPDATE conversations SET body = body - 'spoken' - 'call_score'")
    assert not (await verify(floor.database)).clean
    (half,) = FOLDER.glob("*_spoken.pre.sql")
    for statement in half.read_text(encoding="utf-8").split(";\n"):
        await floor.sql(statement)
    assert await floor.get(one) == now
    assert (await verify(floor.database)).clean
