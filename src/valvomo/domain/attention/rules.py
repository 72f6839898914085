"""What a house says about attention: how much each part counts in which queue, who is a VIP, which words ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

PARTS = (
    "waiting", "unanswered", "asked", "mood", "orphaned", "declined", "transferred", "vip", "handle", "overloaded",
    "silent", "undelivered", "held", "network", "overtalk",
)  # fmt: skip
"""Every part there is, by name. `overloaded` and `silent` are the agent's and count in all that they serve."""
FULL = 100
"""Percent for which a part counts where nothing else is said."""
MOST_PERCENT = 300
VIP_TAGS = ("vip",)
VIP_PRIORITY = 5
NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionRules:
    """`weights` say for how many percent parts count in all queues, `in_queues` by queue (id), which goes before.

    A conversation with one of `vip_tags`, or of `vip_priority` or more, is a VIP's. `phrases` are words by language in
    which customers ask for a supervisor; a language that is not named has those of `phrases.DEFAULTS`.
    """

    weights: Mapping[str, int] = field(default_factory=dict)
    in_queues: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    vip_tags: tuple[str, ...] = VIP_TAGS
    vip_priority: int = VIP_PRIORITY
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def weight(self, queue_id: str, part: str) -> int:
        """For how many percent the part counts in the queue."""
        own = self.in_queues.get(queue_id, NOTHING).get(part)
        return self.weights.get(part, FULL) if own is None else own


PLAIN = AttentionRules()
"""As it is where nobody has said anything."""
