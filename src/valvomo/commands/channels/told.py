"""What is told of a message of ours on its way."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.domain.conversations.delivery import Delivery, DeliveryProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a provider says of a message of ours; `provider_id` is what it calls it, `detail` its own code.

    `part`: it is about this one of several that the message is at the provider; None for all of it.
    """

    message_id: str
    state: Delivery
    provider_id: str | None = None
    problem: DeliveryProblem | None = None
    detail: str = ""
    part: int | None = None
