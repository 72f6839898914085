"""A reader who begins from what is stored, while the feed has not taken in all of it yet."""

import pytest
from sample_floor import EINO, ROUTER, Floor
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
