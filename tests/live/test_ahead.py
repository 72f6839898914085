"""A reader who begins from what is stored, while the feed has not taken in all of it yet."""

import pytest
from sample_floor import EINO, ROUTER, Floor, customer
from sample_routing import ask
from sample_stage import Stage

from valvomo.commands.conversations.offers import AcceptOffer
from valvomo.live import feed


async def test_who_has_just_accepted_is_not_refused_for_the_offer_before(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 1)
    stage = await Stage.open(floor)
    one = await floor.start()
    await floor.done(ROUTER, ask(one, EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    reader = stage.reader(EINO)
    await reader.watch(f"conversation:{one}")
    await stage.settle()
    assert [frame for frame in reader.frames if frame["op"] == "refused"] == []


async def test_who_has_just_accepted_may_read_though_the_floor_still_has_the_offer(floor: Floor) -> None:
    stage = await Stage.open(floor)
    one = await floor.start()
    await floor.done(ROUTER, ask(one, EINO.id))
    await stage.settle()
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    reader = stage.reader(EINO)
    await reader.watch(f"conversation:{one}")
    assert [frame["op"] for frame in reader.frames] == ["snapshot"]
    await stage.settle()
    assert [frame for frame in reader.frames if frame["op"] == "refused"] == []


async def test_a_customer_is_never_told_what_was_before_they_began(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "BATCH", 1)
    stage = await Stage.open(floor)
    one = await floor.start()
    await floor.done(ROUTER, ask(one, EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    reader = stage.reader(customer(one, ""))
    await reader.watch("conversation")
    begun = reader.told("conversation")
    for _ in range(3):
        await stage.settle()
    assert reader.told("conversation") == begun
