"""What the topic `health` says: what has been proved of the house, when, and what is wrong."""

from __future__ import annotations

from datetime import datetime

import msgspec

CHECKS = ("chain", "state", "messages", "future", "load")
"""The invariants that are proved (design §5: 12, 1, 2, 3, 4), in the order in which they are told."""
FUTURE = "future"


class HealthCheck(msgspec.Struct, frozen=True, kw_only=True):
    """One invariant: when it was last proved of what is new and going on, and how much is wrong."""

    name: str
    proved_at: datetime | None
    findings: int


class HealthFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and what it is about; with none of them it is about the journal itself.

    `name` is the customer's of an ongoing conversation, or the agent's.
    """

    check: str
    name: str | None = None
    conversation_id: str | None = None
    agent_id: str | None = None
    fact: int | None = None


class WaitingAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a provider over which messages wait to be sent, or would: how many, since when, and its trouble.

    `problem` is `disabled`, or a problem of deliveries. Since `held_since` its provider does not know the account, and
    nothing goes out over it; `since` is null where nothing waits.
    """

    account_id: str
    name: str
    messages: int
    since: datetime | None
    problem: str | None
    held_since: datetime | None


class WaitingItem(msgspec.Struct, frozen=True, kw_only=True):
    """What waits to be sent over channels for longer than usual, and accounts that are held, of the viewer's queues."""

    accounts: tuple[WaitingAccount, ...]
    id: str = "waiting"
    kind: str = "waiting"


class HealthItem(msgspec.Struct, frozen=True, kw_only=True):
    """The newest inspection, as of `inspected_at`.

    `findings` are those that the viewer may know of, `elsewhere` is how many there are besides. `orphans` wait and
    nobody in their queue will take them, or are with nobody who can act. `behind` facts are not proved yet;
    everything old was last proved again at `walked_at`.
    """

    inspected_at: datetime
    checks: tuple[HealthCheck, ...]
    findings: tuple[HealthFinding, ...]
    elsewhere: int
    orphans: int
    behind: int
    walked_at: datetime | None
    id: str = "health"
    kind: str = "health"
