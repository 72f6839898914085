"""As what somebody is named in a recording, who had several parts in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_talk import AT, OTHER, SUPERVISOR, accepted, participant

from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.parts import part_in
from valvomo.domain.conversations.call_marks import Call, Kept, Recording
from valvomo.domain.conversations.model import Channel, Conversation, Role

AGENT, CONSULT, JOINED, MONITOR = "agent", Role.CONSULT, Role.SUPERVISOR, Role.MONITOR


def as_what(who: tuple[str, str], part: object, recording_id: str | None = "r") -> Conversation:
    """A state of a call in which somebody has this part, None for no part, and which is recorded or not."""
    kept = Recording(id=recording_id, kept=Kept.RECORDING, since=AT) if recording_id else None
    one = replace(accepted(Channel.VOICE), call=Call(id="c", video=False, since=AT, recording=kept))
    if part == AGENT:
        return replace(one, owner_id=who[0], owner_name=who[1])
    people = (participant(who, part),) if isinstance(part, Role) else ()
    return replace(one, participants=people)


@pytest.mark.parametrize(
    ("parts", "named"),
    [
        ((AGENT,), Part.AGENT),
        ((CONSULT, AGENT), Part.AGENT),
        ((AGENT, CONSULT), Part.AGENT),
        ((JOINED, AGENT), Part.AGENT),
        ((MONITOR, JOINED), Part.SPEAKER),
        ((CONSULT,), Part.CONSULT),
        ((None, CONSULT, None), Part.CONSULT),
        ((MONITOR,), None),
        ((), None),
    ],
    ids=str,
)
def test_who_had_several_parts(parts: tuple[object, ...], named: Part | None) -> None:
    assert part_in("r", [as_what(OTHER, part) for part in parts], OTHER[0]) is named


def test_what_they_were_before_and_after_it_is_not_asked() -> None:
    states = [as_what(SUPERVISOR, AGENT, None), as_what(SUPERVISOR, CONSULT), as_what(SUPERVISOR, AGENT, "s")]
    assert part_in("r", states, SUPERVISOR[0]) is Part.CONSULT
    assert part_in("s", states, SUPERVISOR[0]) is Part.AGENT


def test_the_customer_is_the_customer() -> None:
    one = as_what(OTHER, CONSULT)
    assert part_in("r", [one], one.contact_id) is Part.CUSTOMER
