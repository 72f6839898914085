"""A reader notices at once when a message is lost, comes twice, or is not where it was promised."""

from typing import Any

import pytest

from valvomo.demo.people.promises import Transcript


class Reader:
    def __init__(self) -> None:
        self.broken: list[str] = []
        self.transcript = Transcript(conversation="one", broken=self.broken.append)

    def hears(self, *seqs: int) -> list[str]:
        for seq in seqs:
            self.transcript.take(message(seq), 0.0)
        return self.broken


def message(seq: int, **changes: Any) -> dict[str, Any]:
    author = {"name": "Emma", "role": "customer"}
    return {"id": f"m{seq}", "seq": seq, "author": author, "text": f"text {seq}", **changes}


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_one_after_the_other_is_as_promised(reader: Reader) -> None:
    assert reader.hears(1, 2, 3) == []
    reader.transcript.begin()
    assert reader.hears(1, 2, 3, 4) == []
    reader.transcript.compare(message(seq) for seq in (1, 2, 3, 4))
    assert reader.broken == []


@pytest.mark.parametrize(
    ("seqs", "why"),
    [
        ((1, 3), "lost or out of order"),
        ((2,), "lost or out of order"),
        ((1, 2, 2), "came twice"),
        ((1, 2, 1), "twice"),
    ],
)
def test_gaps_and_repeats(reader: Reader, seqs: tuple[int, ...], why: str) -> None:
    assert why in reader.hears(*seqs)[0]


def test_two_messages_with_one_number(reader: Reader) -> None:
    reader.hears(1)
    reader.transcript.take(message(1, id="other"), 0.0)
    assert reader.broken == ["one: two messages are numbered 1"]


def test_sent_twice_is_one_message(reader: Reader) -> None:
    reader.transcript.acknowledge("c1", message(1), "text 1")
    reader.transcript.acknowledge("c1", message(1), "text 1")
    assert reader.broken == []
    reader.transcript.acknowledge("c1", message(2), "text 1")
    assert reader.broken == ["one: message 1 sent again became 2"]


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ([message(1)], "acknowledged message 2 is lost"),
        ([message(1), message(2, text="else")], "message 2 is not what was acknowledged"),
        ([message(1), message(2), message(4)], "gaps or repeats"),
        ([message(1), message(2), message(3, id="m2")], "stored twice"),
        ([message(1), message(2), message(3)], None),
        ([message(1, text="changed"), message(2)], "seen live but is not stored so"),
    ],
)
def test_what_is_stored_is_what_was_promised(
    reader: Reader, stored: list[dict[str, Any]], why: str | None
) -> None:
    reader.hears(1, 2)
    reader.transcript.acknowledge("c2", message(2), "text 2")
    reader.transcript.compare(stored)
    assert (why is None and reader.broken == []) or any(why in one for one in reader.broken if why)
