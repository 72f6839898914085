"""How fast a customer may act: generous for people, and no loss for whoever is told to wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from sample_place import Place

from valvomo.edge.http.pace import Pace
from valvomo.main.assembly import assemble
from valvomo.settings import Settings

SHOP = "https://shop.example"


@dataclass
class Clock:
    """The pace's own, moved by hand."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def slowed(place: Place, name: str, burst: int) -> Clock:
    """This pace with a small burst and a clock of the test's."""
    clock = Clock()
    place.parts.paces[name].burst = burst
    place.parts.paces[name].per_second = 0.5
    place.parts.paces[name].seconds = clock
    return clock


async def customer(place: Place) -> httpx.AsyncClient:
    client = place.anybody()
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada"}
    begun = (await client.post("/widget/v1/conversations", json=body)).json()
    client.headers["Authorization"] = f"Bearer {begun['token']}"
    return client


async def test_a_customer_who_writes_too_fast_waits_and_loses_nothing(place: Place) -> None:
    clock = slowed(place, "customer", burst=3)
    ada, other = await customer(place), await customer(place)

    async def say(who: httpx.AsyncClient, number: int) -> httpx.Response:
        body = {"text": f"no. {number}", "client_id": f"c{number}"}
        return await who.post("/widget/v1/messages", json=body, headers={"Origin": SHOP})

    assert [(await say(ada, number)).status_code for number in range(4)] == [201, 201, 201, 429]
    told = await say(ada, 3)
    assert told.headers["content-type"] == "application/problem+json"
    assert (told.json()["type"], told.headers["retry-after"]) == ("request/rate-limited", "2")
    assert "retry-after" in told.headers["access-control-expose-headers"], "the page may read it"
    assert (await ada.post("/widget/v1/end")).status_code == 429
    assert (await say(other, 1)).status_code == 201, "another customer at the same address"
    clock.now = 2.0
    assert (await say(ada, 3)).status_code == 201
    items = (await ada.get("/widget/v1/messages")).json()["items"]
    assert [one["text"] for one in items] == ["no. 0", "no. 1", "no. 2", "no. 3"]


async def test_a_token_that_opens_nothing_takes_nothing_from_anybody(place: Place) -> None:
    slowed(place, "customer", burst=1)
    nobody = place.anybody()
    nobody.headers["Authorization"] = "Bearer vc_nothing"
    answers = [await nobody.post("/widget/v1/messages", json={"text": "x"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [401, 401, 401]


async def test_reading_is_paced_too(place: Place) -> None:
    clock = slowed(place, "read_own", burst=3)
    ada, other = await customer(place), await customer(place)
    clock.now = 100.0
    ways = ("conversation", "messages", "earlier", "attachments?ids=x", "survey")
    codes = [(await ada.get(f"/widget/v1/{way}")).status_code for way in ways]
    assert codes[3:] == [429, 429], "whatever it is that is read"
    assert 429 not in codes[:3]
    assert (await other.get("/widget/v1/messages")).status_code == 200, "another conversation's"


async def test_a_transcript_is_made_now_and_then(place: Place) -> None:
    slowed(place, "download", burst=2)
    ada = await customer(place)
    codes = [(await ada.get("/widget/v1/transcript")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert (await ada.get("/widget/v1/messages")).status_code == 200, "what was said is to be had still"


async def test_what_a_page_shows_first_is_paced_by_address(place: Place) -> None:
    slowed(place, "read_public", burst=2)
    page = {"key": place.house.sample.keys["Web chat"]}
    codes = [(await place.anybody().get("/widget/v1/config", params=page)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_an_agent_is_not_slowed_down(place: Place) -> None:
    slowed(place, "customer", burst=1)
    conversation = await place.served("eino")
    eino = await place.as_("eino")
    path = f"/api/v1/conversations/{conversation}/messages"
    assert {(await eino.post(path, json={"text": "x"})).status_code for _ in range(5)} == {201}


def test_a_turn_is_taken_in_advance() -> None:
    clock = Clock()
    pace = Pace(burst=2, per_second=4, seconds=clock)
    assert [pace.turn("a") for _ in range(4)] == [0.0, 0.0, 0.25, 0.5]
    clock.now = 0.5
    assert (pace.turn("a"), pace.turn("b")) == (0.25, 0.0)


async def test_the_setting_says_how_fast(house: Any) -> None:
    paces = assemble(house.database, Settings(customer_pace=7), clock=house.clock).parts.paces
    assert (paces["customer"].per_second, paces["customer"].burst) == (7, 70)
