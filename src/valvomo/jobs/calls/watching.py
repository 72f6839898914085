"""Watching one call: how its ways do, whether something goes wrong, and what is to be kept of it."""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.calls.quality import score
from valvomo.domain.calls.samples import RATED, Minutes, Whose
from valvomo.domain.calls.trouble import Network, Overtalk
from valvomo.domain.conversations.call_marks import Call, TroubleKind
from valvomo.domain.conversations.model import Conversation
from valvomo.media.port import Quality


class Watching:
    """Of one call; it begins with what is noted of it already, by a process that has died."""

    def __init__(self, call: Call) -> None:
        self.minutes = Minutes()
        self._networks: dict[str, Network] = {}
        self._overtalk = Overtalk()
        for one in call.troubles:
            if one.kind is TroubleKind.OVERTALK:
                self._overtalk.over = True
            else:
                self._networks[one.side] = Network(poor=True)

    def sample(self, conversation: Conversation, person_id: str, found: Quality, at: datetime) -> None:
        """How somebody's way does now; of those whose ways are kept."""
        worth, leg = scored(found), leg_of(conversation, person_id)
        if worth is None or leg is None or leg.part not in RATED or conversation.owner_id is None:
            return
        whose = Whose(
            person_id=person_id,
            part=leg.part,
            agent_id=conversation.owner_id,
            queue_id=conversation.queue_id,
        )
        self.minutes.add(
            whose, at, worth, loss=lost(found) or 0.0, jitter=found.jitter or 0.0, round_trip=found.round_trip or 0.0
        )  # fmt: skip
        self._networks.setdefault(leg.part.value, Network()).sample(worth, at)

    def away(self, part: Part) -> None:
        """Whoever is this in the call is not there: their network is no trouble any more."""
        self._networks.pop(part.value, None)

    def heard(self, at: datetime, *, together: bool) -> None:
        """Customer and agent both speak from now on, and hear each other; or not both."""
        self._overtalk.heard(at, together=together)

    def troubles(self, at: datetime) -> frozenset[tuple[TroubleKind, str]]:
        """Everything that goes wrong now."""
        poor = {(TroubleKind.NETWORK, side) for side, one in self._networks.items() if one.poor}
        over = {(TroubleKind.OVERTALK, "")} if self._overtalk.look(at) else set()
        return frozenset(poor | over)


def lost(found: Quality) -> float | None:
    """The larger share that is lost, of what comes from a way and what goes to it; None while neither is known."""
    return max((one for one in (found.lost_up, found.lost_down) if one is not None), default=None)


def scored(found: Quality) -> float | None:
    """The score of a way."""
    return score(lost(found), found.jitter, found.round_trip)
