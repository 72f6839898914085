"""A screen of the console as its reader holds it, and whether it shows what is true.

The truth is a fresh snapshot for the same person. While things happen the two may differ by what is on its way;
once nothing happens any more they must become equal, whatever was cut, killed or delayed before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from valvomo.demo.people.stream import Frame

TOPICS = ("board", "alerts", "agents", "figures", "me")
MOST_SHOWN = 400
"""Letters of a row in a sentence about it."""

Row = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Screen:
    """What one person's page shows, by topic and id. `broken` hears of promises that were not kept meanwhile."""

    name: str
    broken: Callable[[str], None]
    topics: tuple[str, ...] = TOPICS
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    connections: int = 0
    _answered: set[str] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether every topic was answered since the last connection."""
        return self._answered >= set(self.topics)

    def hello(self) -> Iterator[Frame]:
        """How a connection begins: each topic goes on from where it was."""
        self.connections += 1
        self._answered.clear()
        for topic in self.topics:
            since = {"since": self.at[topic]} if topic in self.at else {}
            yield {"op": "watch", "topic": topic, **since}

    def take(self, frame: Frame) -> None:
        """A frame of the stream, as the console takes it."""
        topic = frame.get("topic")
        if topic not in self.topics:
            return
        self._answered.add(topic)
        if frame["op"] == "refused":
            self.refused.add(topic)
            self.rows.pop(topic, None)
            return
        rows = self.rows.setdefault(topic, {})
        if frame["op"] == "snapshot":
            rows.clear()
        elif frame["at"] < self.at.get(topic, 0):
            self.broken(f"{self.name}: {topic} went back from {self.at[topic]} to {frame['at']}")
        self.at[topic] = frame["at"]
        for item in frame["data"]:
            if item.get("kind") != "notice":
                self._put(topic, rows, item)

    def differences(self, truth: Screen) -> list[str]:
        """What this screen shows otherwise than a fresh one, a sentence each."""
        found = []
        for topic in self.topics:
            mine, true = self.rows.get(topic), truth.rows.get(topic)
            if mine is None or true is None:
                if mine is not true:
                    found.append(f"{self.name}: {topic} is refused to one of two screens of the same person")
                continue
            for one in sorted(mine.keys() | true.keys()):
                if mine.get(one) != true.get(one):
                    shown, wanted = _apart(mine.get(one), true.get(one))
                    found.append(f"{self.name}: {topic} {one} shows {shown} and is {wanted}")
        return found

    def _put(self, topic: str, rows: dict[str, Row], item: Row) -> None:
        one = str(item["id"])
        if item.get("removed"):
            rows.pop(one, None)
            return
        before = rows.get(one, {}).get("version", 0)
        if item.get("version", before) < before:
            self.broken(f"{self.name}: {topic} {one} went back from version {before} to {item['version']}")
        rows[one] = item


def _apart(mine: Row | None, true: Row | None) -> tuple[str, str]:
    """Both rows in words, without what they agree on."""
    if mine is None or true is None:
        return _words(mine), _words(true)
    apart = [name for name in sorted(mine.keys() | true.keys()) if mine.get(name) != true.get(name)]
    return _words({one: mine.get(one) for one in apart}), _words({one: true.get(one) for one in apart})


def _words(row: Row | None) -> str:
    return "nothing" if row is None else str(dict(row))[:MOST_SHOWN]
