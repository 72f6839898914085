"""The message lane: batches, repeats, order, bad rows, full queues; nothing is lost or doubled (invariant 2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA, STRANGER, SULO, Floor

from valvomo.commands.conversations import message_lane, serve
from valvomo.commands.conversations.message_lane import MAX_BATCH, MessageLane
from valvomo.commands.conversations.messages import PostMessage, post_all
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.execute import Done
from valvomo.db import conversations, journal
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.verify import verify


def words(
    one: str, client_id: str, text: str = "hello", visibility: Visibility = Visibility.PUBLIC
) -> PostMessage:
    return PostMessage(conversation_id=one, text=text, client_id=client_id, visibility=visibility)


@pytest.fixture
async def lane(floor: Floor) -> AsyncIterator[MessageLane]:
    made = MessageLane(floor.database, floor.clock, Doorbell())
    running = asyncio.get_running_loop().create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    report = await verify(floor.database)
    assert report.clean, report.findings


async def test_one_message(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    done = await lane.post(AINO, words(one, "a"))
    assert isinstance(done, Done)
    assert (done.result["seq"], done.result["public_seq"], done.result["at"]) == (1, 1, floor.clock())
    assert done.position == len(await floor.all_facts())
    (row,) = await floor.sql("SELECT * FROM public_messages")
    assert (row["text"], row["author_id"], row["author_role"], row["author_name"]) == (
        "hello", "aino", "primary", "Aino",
    )  # fmt: skip
    assert "hello" not in str(await floor.facts(one)), "a fact never holds the text"


@pytest.mark.parametrize("visibility", [Visibility.PUBLIC, Visibility.INTERNAL])
async def test_the_whole_message_is_answered_also_to_a_repetition(
    floor: Floor, lane: MessageLane, visibility: Visibility
) -> None:
    one = await floor.accepted()
    first = await lane.post(AINO, words(one, "a", "hello", visibility))
    floor.clock.advance(60)
    again = await lane.post(AINO, words(one, "a", "other words"))
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert first.result == again.result
    table = "public_messages" if visibility is Visibility.PUBLIC else "internal_messages"
    (row,) = await floor.sql(f"SELECT * FROM {table}")
    internal = {"public_seq": None, "visibility": visibility.value}
    kept = {name: value for name, value in dict(row).items() if name not in {"html", "spoken"}}
    assert first.result == {**internal, **kept}, (
        "but for looks of a mail and marks of speech, which nobody posts"
    )


async def test_many_at_once_keep_their_order_without_gaps(floor: Floor, lane: MessageLane) -> None:
    ids = [await floor.accepted("unblocked") for _ in range(3)]
    count = 60
    outcomes = await asyncio.gather(
        *(lane.post(AINO, words(ids[number % 3], f"c{number}", str(number))) for number in range(count))
    )
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    for place, one in enumerate(ids):
        rows = await floor.sql(
            "SELECT seq, text FROM public_messages WHERE conversation_id = $1 ORDER BY seq", one
        )
        assert [row["seq"] for row in rows] == list(range(1, count // 3 + 1))
        assert [int(row["text"]) for row in rows] == list(range(place, count, 3))
    assert (await floor.get(ids[0])).seq == count // 3


async def test_they_share_transactions(
    floor: Floor, lane: MessageLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await floor.accepted()
    sizes = []
    whole = post_all

    async def counted(*args: object) -> object:
        sizes.append(len(args[1]))  # type: ignore[arg-type]
        return await whole(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(message_lane, "post_all", counted)
    await asyncio.gather(*(lane.post(AINO, words(one, f"c{number}")) for number in range(300)))
    assert sum(sizes) == 300
    assert len(sizes) <= 5
    assert max(sizes) == MAX_BATCH


async def test_a_repeat_in_the_same_batch_and_later(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    first = await asyncio.gather(
        *(lane.post(AINO, words(one, "same", f"text {number}")) for number in range(4))
    )
    again = await lane.post(AINO, words(one, "same", "another text"))
    outcomes = [outcome for outcome in (*first, again) if isinstance(outcome, Done)]
    assert len({str(outcome.result["id"]) for outcome in outcomes}) == 1
    assert [outcome.repeated for outcome in outcomes] == [False, True, True, True, True]
    rows = await floor.sql("SELECT text FROM public_messages")
    assert [row["text"] for row in rows] == ["text 0"]


async def test_a_client_id_is_its_authors_and_of_both_tables(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    guest = await floor.guest(one)
    await lane.post(AINO, words(one, "same"))
    other = await lane.post(guest, words(one, "same"))
    assert isinstance(other, Done)
    assert not other.repeated
    note = await lane.post(AINO, words(one, "same", visibility=Visibility.INTERNAL))
    assert isinstance(note, Done)
    assert (note.repeated, note.result["seq"]) == (True, 1)


async def test_refused_ones_cost_the_others_nothing(floor: Floor, lane: MessageLane) -> None:
    one, over = await floor.accepted(), await floor.accepted("unblocked")
    await floor.done(AINO, serve.End(conversation_id=over))
    outcomes = await asyncio.gather(
        lane.post(AINO, words(one, "a")), lane.post(EINO, words(one, "b")), lane.post(AINO, words(over, "c")),
        lane.post(STRANGER, words(one, "d")), lane.post(AINO, words("nowhere", "e")), lane.post(SULO, words(one, "f")),
        lane.post(SAARA, words(one, "g", visibility=Visibility.WHISPER)), lane.post(AINO, words(one, "h")),
    )  # fmt: skip
    reasons = [outcome.reason if isinstance(outcome, Refusal) else None for outcome in outcomes]
    assert reasons == [
        None, Reason.NOT_FOUND, Reason.ENDED, Reason.NOT_FOUND, Reason.NOT_FOUND, Reason.NOT_FOUND,
        Reason.MONITOR_FIRST, None,
    ]  # fmt: skip
    assert (await floor.get(one)).seq == 2


async def test_a_row_that_the_database_refuses_fails_alone(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    bad = words(one, "bad", "no \x00 in text")
    outcomes = await asyncio.gather(
        *(lane.post(AINO, bad if number == 2 else words(one, f"c{number}")) for number in range(5)),
        return_exceptions=True,
    )
    failed = [isinstance(outcome, Exception) for outcome in outcomes]
    assert failed == [False, False, True, False, False]
    assert [outcome.result["seq"] for outcome in outcomes if isinstance(outcome, Done)] == [1, 2, 3, 4]
    assert isinstance(await lane.post(AINO, words(one, "after")), Done)


async def test_busy_when_full(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_lane, "MAX_WAITING", 3)
    one = await floor.accepted()
    stopped = MessageLane(floor.database, floor.clock, Doorbell())
    waiting = [
        asyncio.get_running_loop().create_task(stopped.post(AINO, words(one, f"c{number}")))
        for number in range(3)
    ]
    await asyncio.sleep(0)
    assert await stopped.post(AINO, words(one, "too many")) == Refusal(Reason.BUSY)
    running = asyncio.get_running_loop().create_task(stopped.run())
    assert all(isinstance(outcome, Done) for outcome in await asyncio.gather(*waiting))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_whoever_gives_up_waiting_does_not_stop_the_lane(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    gone = asyncio.get_running_loop().create_task(lane.post(AINO, words(one, "gone")))
    await asyncio.sleep(0)
    gone.cancel()
    assert isinstance(await lane.post(AINO, words(one, "here")), Done)


async def test_internal_words_leave_no_hole_for_the_customer(floor: Floor, lane: MessageLane) -> None:
    one = await floor.accepted()
    await floor.done(SAARA, Monitor(conversation_id=one))
    kinds = (Visibility.PUBLIC, Visibility.INTERNAL, Visibility.PUBLIC, Visibility.WHISPER, Visibility.PUBLIC)
    for number, visibility in enumerate(kinds):
        author = SAARA if visibility is Visibility.WHISPER else AINO
        await lane.post(
            author, words(one, f"c{number}", "canary" * (visibility is not Visibility.PUBLIC), visibility)
        )
    rows = await floor.sql("SELECT seq, public_seq, text FROM public_messages ORDER BY seq")
    assert [(row["seq"], row["public_seq"]) for row in rows] == [(1, 1), (3, 2), (5, 3)]
    internal = await floor.sql("SELECT seq, visibility FROM internal_messages ORDER BY seq")
    assert [(row["seq"], row["visibility"]) for row in internal] == [(2, "internal"), (4, "whisper")]


@pytest.mark.parametrize("there", [True, False])
async def test_the_customer_writes_into_what_is_parked(floor: Floor, lane: MessageLane, there: bool) -> None:
    one = await floor.accepted("persistent")
    guest = await floor.guest(one)
    await floor.done(AINO, serve.Park(conversation_id=one))
    if not there:
        await floor.set_presence(AINO, Presence.AWAY)
    await asyncio.gather(*(lane.post(guest, words(one, f"c{number}")) for number in range(3)))
    now = await floor.get(one)
    assert (now.state, now.owner_id) == ((State.ACTIVE, "aino") if there else (State.OPEN, None))
    kinds = [event.kind for event in await floor.events(one)]
    assert kinds.count("resumed" if there else "queued") == 1
    fact = next(fact for fact in await floor.facts(one) if fact.kind in ("resumed", "queued"))
    assert fact.actor_id == now.contact_id


async def test_two_lanes_on_one_conversation(floor: Floor, lane: MessageLane) -> None:
    """Two processes: numbers stay gapless, and the same client id is one message."""
    one = await floor.accepted()
    guest = await floor.guest(one)
    database = await Database.open(floor.database.url, pool_size=2)
    other = MessageLane(database, floor.clock, Doorbell())
    running = asyncio.get_running_loop().create_task(other.run())
    outcomes = await asyncio.gather(
        *(chosen.post(who, words(one, f"c{number}"))
          for number in range(40) for chosen, who in ((lane, AINO), (other, guest))),
        *(chosen.post(AINO, words(one, "same")) for _ in range(5) for chosen in (lane, other)),
    )  # fmt: skip
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    assert all(isinstance(outcome, Done) for outcome in outcomes)
    assert (await floor.get(one)).seq == 81
    assert len({str(outcome.result["id"]) for outcome in outcomes[-10:] if isinstance(outcome, Done)}) == 1
    (house,) = {fact.position is not None for fact in await floor.all_facts(HOUSE)}
    assert house


async def test_it_says_whether_anything_followed_from_the_words(floor: Floor) -> None:
    bell, everything, rights = Doorbell(), list[str](), list[str]()
    bell.listen(everything.append)
    bell.listen(rights.append, words=False)
    lane = MessageLane(floor.database, floor.clock, bell)
    running = asyncio.get_running_loop().create_task(lane.run())
    one = await floor.accepted("persistent")
    await lane.post(AINO, words(one, "a"))
    assert (everything, rights) == ([HOUSE], [])
    await floor.done(AINO, serve.Park(conversation_id=one))
    await lane.post(await floor.guest(one), words(one, "b"))
    assert (everything, rights) == ([HOUSE, HOUSE], [HOUSE])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_it_remembers_is_asked_of_the_locked_row(
    floor: Floor, lane: MessageLane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conversation is read once; whatever else changes it makes it be read again, and what failed is forgotten."""
    read = list[str]()
    decode = conversations.decode

    def counted(row: Any) -> Conversation:
        read.append(row["id"])
        return decode(row)

    monkeypatch.setattr(conversations, "decode", counted)
    one, other = await floor.accepted("persistent"), await floor.accepted("chat")
    guest = await floor.guest(one)
    read.clear()
    for number in range(3):
        for author in (AINO, guest):
            assert isinstance(await lane.post(author, words(one, f"{author.id} {number}")), Done)
    assert read == [one]
    await lane.post(AINO, words(other, "a"))
    assert read == [one, other]
    await floor.done(AINO, serve.Park(conversation_id=one))
    read.clear()
    assert _reason(await lane.post(AINO, words(one, "late"))) is Reason.NOT_ACTIVE
    assert isinstance(await lane.post(guest, words(one, "revives it")), Done)
    assert read == [one]
    before = await floor.get(one)
    append = journal.append

    async def fail(*_given: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(journal, "append", fail)
    with pytest.raises(RuntimeError):
        await lane.post(guest, words(one, "lost"))
    monkeypatch.setattr(journal, "append", append)
    assert await floor.get(one) == before
    read.clear()
    assert isinstance(await lane.post(guest, words(one, "kept")), Done)
    assert read == [one]
    assert (await floor.get(one)).seq == before.seq + 1
    await floor.done(AINO, serve.End(conversation_id=other))
    assert _reason(await lane.post(AINO, words(other, "too late"))) is Reason.ENDED


def _reason(outcome: Done | Refusal) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None
