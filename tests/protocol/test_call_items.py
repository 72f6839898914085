"""What console and widget read of a call."""

import pytest
from sample_talk import AGENT, AT, elevated

from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.call_marks import Call, Kept, Recording
from valvomo.protocol.calls import call_item, public_call
from valvomo.protocol.lookups import Lookups

AINO = Actor(id=AGENT[0], organization_id="o")


@pytest.mark.parametrize(
    ("held", "paused", "state"),
    [(False, False, "on"), (False, True, "paused"), (True, False, "paused"), (True, True, "paused")],
    ids=["kept", "paused", "on_hold", "both"],
)
def test_nobody_reads_that_it_is_kept_while_nothing_is(held: bool, paused: bool, state: str) -> None:
    call = Call(
        id="call",
        video=False,
        since=AT,
        held_since=AT if held else None,
        recording=Recording(id="r", kept=Kept.RECORDING, paused=paused),
    )
    item, public = call_item(elevated(call=call), AINO, Lookups()), public_call(elevated(call=call))
    assert item is not None
    assert public is not None
    assert (item.recording, public.recorded) == (state, state == "on")
