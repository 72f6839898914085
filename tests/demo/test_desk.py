"""A simulated agent's desk: what it asks to watch, and what it then hears."""

from __future__ import annotations

from typing import Any

from valvomo.demo.people.desk import Desk

ONE = "conversation:c"


def row(state: str) -> dict[str, Any]:
    return {"kind": "conversation", "role": "primary", "id": "c", "state": state, "stage": None}


def mine(desk: Desk, state: str) -> None:
    desk.take({"topic": "me", "op": "changes", "data": [row(state)]})


def words(desk: Desk, op: str, *seqs: int) -> None:
    said = [
        {
            "kind": "message",
            "id": str(seq),
            "seq": seq,
            "text": "",
            "author": {"name": "K", "role": "customer"},
        }
        for seq in seqs
    ]
    desk.take({"topic": ONE, "op": op, "data": said})


def at_work() -> tuple[Desk, list[str]]:
    broken: list[str] = []
    desk = Desk(now=lambda: 0.0, broken=broken.append)
    mine(desk, "active")
    assert list(desk.watching()) == [{"op": "watch", "topic": ONE}]
    words(desk, "snapshot", 1, 2)
    return desk, broken


def test_what_is_watched_again_on_the_same_connection_begins_anew() -> None:
    desk, broken = at_work()
    mine(desk, "waiting")
    assert list(desk.watching()) == [{"op": "unwatch", "topic": ONE}]
    mine(desk, "active")
    assert list(desk.watching()) == [{"op": "watch", "topic": ONE}]
    # Sent before the server has heard that nobody watches any more.
    words(desk, "changes", 3)
    words(desk, "snapshot", 1, 2, 3)
    assert broken == []


def test_another_connection_goes_on_from_what_was_read() -> None:
    desk, broken = at_work()
    assert list(desk.hello()) == [{"op": "watch", "topic": "me"}, {"op": "watch", "topic": ONE, "since": 2}]
    words(desk, "changes", 3)
    assert list(desk.watching()) == []
    words(desk, "changes", 3)
    assert broken == ["c: message 3 came twice"]
