"""Lists of conversations, and logs of letters: that they are other than before is told, and not what they are."""

from __future__ import annotations

from typing import Any

import pytest
from sample_floor import AATU, AINO, EINO, INES, RAIJA, SAARA, Floor
from sample_stage import Reader, Stage

from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import Pick, Release
from valvomo.commands.settings.webhooks import CreateWebhook, ReplaySpan, TryWebhook
from valvomo.domain.access.actor import Actor

pytestmark = pytest.mark.slow


class Told:
    """What readers of a topic are told by what somebody does."""

    def __init__(self, stage: Stage, topic: str, *actors: Actor) -> None:
        self.stage, self.topic = stage, topic
        self.readers = {actor.id: stage.reader(actor) for actor in actors}

    async def begin(self) -> None:
        for reader in self.readers.values():
            await reader.watch(self.topic)
        self.of()

    def of(self) -> dict[str, list[tuple[str, str]]]:
        """New items of each, kind and id; what was told is forgotten."""
        found = {
            one: [(item["kind"], item["id"]) for item in reader.told(self.topic)]
            for one, reader in self.readers.items()
        }
        for reader in self.readers.values():
            reader.frames.clear()
        return {one: items for one, items in found.items() if items}


def ops(reader: Reader) -> list[str]:
    return [frame["op"] for frame in reader.frames]


async def test_who_may_see_a_conversation_is_told_that_it_began_moved_and_closed(stage: Stage) -> None:
    floor = stage.floor
    told = Told(stage, "conversations", SAARA, AINO, EINO, AATU)
    await told.begin()
    one = await floor.start("chat")
    await stage.settle()
    assert told.of() == {reader: [("begun", one)] for reader in (SAARA.id, AINO.id, EINO.id)}
    await floor.done(AINO, Pick(conversation_id=one))
    await stage.settle()
    # Eino could see it in the queue, and sees it no more.
    assert told.of() == {reader: [("moved", one)] for reader in (SAARA.id, AINO.id, EINO.id)}
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.write(AINO, one, "Words are no news of a list")
    await stage.settle()
    assert told.of() == {}, "monitoring is silent"
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="test"))
    await stage.settle()
    assert told.of() == {SAARA.id: [("closed", one)], AINO.id: [("closed", one)]}


async def test_an_agents_signals_do_not_count_what_happened_unseen(stage: Stage) -> None:
    """The numbers beside them are those that the agent's own topics have."""
    floor = stage.floor
    one = await floor.accepted("chat")
    aino = stage.reader(AINO)
    await aino.watch("conversations")
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.done(AINO, Release(conversation_id=one))
    await stage.settle()
    number = stage.room.floor.number(AINO)
    assert number < stage.room.floor.position
    assert [item["position"] for item in aino.told("conversations")] == [number]
    assert {frame["at"] for frame in aino.frames if frame["op"] == "changes"} == {number}


async def test_whoever_may_not_ask_is_refused(stage: Stage) -> None:
    one = await stage.floor.accepted("chat")
    await stage.settle()
    guest = await stage.floor.guest(one)
    for topic, strangers in {
        "conversations": (RAIJA, guest),
        "letters": (SAARA, AINO, INES, RAIJA, guest),
    }.items():
        for actor in strangers:
            reader = stage.reader(actor)
            await reader.watch(topic)
            assert ops(reader) == ["refused"]


async def webhook(floor: Floor, url: str) -> str:
    return str((await floor.done(AATU, CreateWebhook(url=url))).result["id"])


async def test_a_log_of_letters_is_told_of_when_a_letter_is_written_tried_or_sent_again(stage: Stage) -> None:
    floor, letters = stage.floor, stage.room.letters
    one, other = [await webhook(floor, f"https://{name}.example") for name in ("one", "other")]
    await floor.done(AATU, TryWebhook(webhook_id=other))
    await letters.look()
    told = Told(stage, "letters", AATU)
    await told.begin()
    (reader,) = told.readers.values()

    async def looked() -> list[str]:
        await letters.look()
        return sorted(item[1] for item in told.of().get(AATU.id, ()))

    assert {one, other} <= set(await looked()), "what came between the list's reading and the first look"
    assert await looked() == []
    await floor.done(AATU, TryWebhook(webhook_id=one))
    assert await looked() == [one]
    taken = "UPDATE outbox SET attempts = 1, due = due + interval '1 minute' WHERE webhook_id = $1"
    await floor.sql(taken, one)
    assert await looked() == [one]
    await floor.sql("UPDATE outbox SET given_up_at = due, problem = 'refused' WHERE webhook_id = $1", one)
    assert await looked() == [one]
    span: Any = await floor.sql("SELECT min(created_at) AS since, max(created_at) AS until FROM outbox")
    again = ReplaySpan(
        webhook_id=one, since=span[0]["since"], until=span[0]["until"].replace(year=2100), only_given_up=True
    )
    await floor.done(AATU, again)
    assert await looked() == [one]
    reader.leave()
    await floor.done(AATU, TryWebhook(webhook_id=other))
    await letters.look()
    assert told.of() == {}


async def test_an_old_letter_that_is_tried_again_is_noticed_beyond_the_newest(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("valvomo.db.outbox.LOOKED_AT", 1)
    floor, letters = stage.floor, stage.room.letters
    one = await webhook(floor, "https://one.example")
    for _ in range(3):
        await floor.done(AATU, TryWebhook(webhook_id=one))
    await floor.sql("UPDATE outbox SET delivered_at = due WHERE place > (SELECT min(place) FROM outbox)")
    told = Told(stage, "letters", AATU)
    await told.begin()
    await letters.look()
    told.of()
    await floor.sql(
        "UPDATE outbox SET attempts = attempts + 1, due = due + interval '1 hour' WHERE delivered_at IS NULL"
    )
    await letters.look()
    assert told.of() == {AATU.id: [("letters", one)]}
