"""Bad moments of calls, as they are measured and noted."""

from __future__ import annotations

from sample_floor import HOUSE, TIMER, Floor

from valvomo.commands.conversations.call_quality import NoteTroubles, RateCall
from valvomo.db import call_minutes
from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.samples import Minute, Whose
from valvomo.domain.conversations.call_marks import TroubleKind
from valvomo.domain.conversations.event import ongoing_call


async def call_troubles(floor: Floor, one: str) -> None:
    """A bad minute of the call that it is in, noted and the next time no longer; what is over is rated."""
    conversation = await floor.get(one)
    if (call := ongoing_call(conversation)) is not None:
        whose = Whose(
            person_id=conversation.contact_id,
            part=Part.CUSTOMER,
            agent_id=conversation.owner_id or "nobody",
            queue_id=conversation.queue_id,
        )
        async with floor.database.transaction() as tx:
            bad = Minute(whose=whose, at=floor.clock.now, samples=9, score=18.0)
            await call_minutes.add(tx, (HOUSE, one, call.id), [bad])
        both = frozenset({(TroubleKind.NETWORK, "customer"), (TroubleKind.OVERTALK, "")})
        now = frozenset() if call.troubles else both
        await floor.do(TIMER, NoteTroubles(conversation_id=one, call_id=call.id, troubles=now))
    for row in await floor.sql(
        "SELECT DISTINCT call_id FROM call_minutes WHERE conversation_id = $1 AND NOT rated", one
    ):
        await floor.do(TIMER, RateCall(conversation_id=one, call_id=row["call_id"]))
