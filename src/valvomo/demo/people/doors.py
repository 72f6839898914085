"""By which ways customers come in: the workstreams that the server tells of, or the keys that were given."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass

from valvomo.demo.people.http import Http
from valvomo.demo.people.matters import LANGUAGES, Language, Matter, language

_WEIGHTS = (5, 3, 2)
"""How often each of the languages is spoken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A workstream of the web. `queue` is its name; None lets every matter in."""

    key: str
    channel: str
    asks_consent: bool
    queue: str | None = None

    @property
    def lasting(self) -> bool:
        """Whether a customer can come back to what they have begun."""
        return self.channel == "persistent_chat"

    def lets_in(self, matter: Matter) -> bool:
        """Whether one comes this way with such a matter."""
        return self.queue in {None, matter.queue}


async def doors_of(http: Http) -> list[Door]:
    """Every chat workstream that an account of the house can see."""
    queues = {one["id"]: one["name"] for one in (await http.get("/api/v1/queues", limit=200))["items"]}
    workstreams = (await http.get("/api/v1/workstreams", limit=200))["items"]
    return [
        Door(
            key=one["key"],
            channel=one["channel"],
            asks_consent=one["consent"] == "consent",
            queue=queues.get(one["queue_id"]),
        )
        for one in workstreams
        if one["channel"] in {"live_chat", "persistent_chat"}
    ]


async def doors_with(http: Http, keys: Iterable[str]) -> list[Door]:
    """What the widget itself is told about these keys."""
    found = [(key, await http.get("/widget/v1/config", key=key)) for key in keys]
    return [
        Door(key=key, channel=one["channel"], asks_consent=one["consent"] == "consent") for key, one in found
    ]


def errand(doors: list[Door], dice: random.Random) -> tuple[str, Language, Matter, Door]:
    """Somebody's language and what they come for, and by which door: one that lets it in, if any does."""
    code = dice.choices(LANGUAGES, _WEIGHTS)[0]
    texts = language(code)
    matter = dice.choice(texts.matters)
    fitting = [door for door in doors if door.lets_in(matter)]
    return code, texts, matter, dice.choice(fitting or doors)
