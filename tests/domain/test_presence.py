"""Presence as it is shown, and what it has to do with capacity (spec 1 §2)."""

from __future__ import annotations

import pytest
from sample_talk import AT, agent, an_open, workstream

from valvomo.domain.agents.presence import CHOOSABLE, Presence, Status, chosen_presence, shown_presence
from valvomo.domain.conversations.assign import assign_to_agent
from valvomo.domain.conversations.model import OfferKind
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Reason, Refusal

# Load and capacity; what somebody shows who has set nothing by hand.
AUTOMATIC = [
    (0, 3, Presence.AVAILABLE), (1, 3, Presence.BUSY), (2, 3, Presence.BUSY), (3, 3, Presence.DO_NOT_DISTURB),
    (4, 3, Presence.DO_NOT_DISTURB), (0, 0, Presence.DO_NOT_DISTURB),
]  # fmt: skip


@pytest.mark.parametrize(("load", "capacity", "shown"), AUTOMATIC)
def test_load_shows(load: int, capacity: int, shown: Presence) -> None:
    assert shown_presence(Presence.AVAILABLE, load, capacity) is shown


@pytest.mark.parametrize("chosen", [one for one in Presence if one is not Presence.AVAILABLE])
def test_what_was_set_by_hand_stands(chosen: Presence) -> None:
    assert {shown_presence(chosen, load, 3) for load in (0, 1, 3, 9)} == {chosen}


def test_inactive_is_the_systems_own() -> None:
    assert set(Presence) - CHOOSABLE == {Presence.INACTIVE}


def test_full_is_a_matter_of_capacity_not_of_presence() -> None:
    """Do not disturb that only says "full" needs the override of capacity alone."""
    asking = Asking(
        offer_id="o", kind=OfferKind.ASSIGNMENT, by_id="s", by_role="supervisor", override_capacity=True
    )
    assert isinstance(assign_to_agent(an_open(), workstream(), agent(load=3), asking, at=AT), tuple)
    by_hand = agent(load=3, chosen=Presence.DO_NOT_DISTURB)
    refusal = assign_to_agent(an_open(), workstream(), by_hand, asking, at=AT)
    assert refusal == Refusal(Reason.PRESENCE_NOT_ALLOWED, {"agent": "Eino", "presence": "do_not_disturb"})


LUNCH = Status(id="lunch", name="Lunch", names={"fi": "Lounas"}, presence=Presence.AWAY)


@pytest.mark.parametrize(
    ("presence", "status", "chosen"),
    [
        (Presence.BUSY, None, Presence.BUSY),
        (None, LUNCH, Presence.AWAY),
        (Presence.AWAY, LUNCH, Presence.AWAY),
        (Presence.BUSY, LUNCH, None),
        (Presence.INACTIVE, None, None),
        (None, None, None),
    ],
)
def test_a_status_is_chosen_for_the_presence_that_it_stands_for(
    presence: Presence | None, status: Status | None, chosen: Presence | None
) -> None:
    found = chosen_presence(presence, status)
    if chosen is None:
        assert isinstance(found, Refusal)
        assert found.reason is Reason.MALFORMED
    else:
        assert found is chosen


def test_a_status_is_named_in_the_readers_language_or_by_its_own_name() -> None:
    assert [LUNCH.named(one) for one in ("fi", "sv", "")] == ["Lounas", "Lunch", "Lunch"]
