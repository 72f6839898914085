"""Audiences: readers who see the same are told the same, in one encoding (design §1 step 8).

A reader's class is everything that visibility and acts depend on but their own id. Rows of conversations that
have to do with the reader in person are encoded for them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.colleagues import may_see_agent
from valvomo.domain.access.sight import may_see
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.attention.parts import attention
from valvomo.domain.conversations.model import Conversation
from valvomo.live.floor import LiveFloor
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
from valvomo.protocol.agents import agent_row
from valvomo.protocol.frames import raw
from valvomo.protocol.rows import Lookups, Preview, board_row

ClassKey = tuple[object, ...]


@dataclass(slots=True)
class Net:
    """What happened to one conversation over several facts. `loud`: not all of them were silent."""

    before: Conversation | None
    after: Conversation
    loud: bool
    changes: list[Change] = field(default_factory=list)

    def concerns(self, actor: Actor, lookups: Lookups) -> bool:
        """Whether the actor may notice that anything happened at all."""
        return (
            self.loud
            or lookups.knows(actor, self.after)
            or (self.before is not None and lookups.knows(actor, self.before))
        )


def collapse(changes: Iterable[Change]) -> dict[str, Net]:
    """Changes by conversation, each from its first state to its last."""
    nets: dict[str, Net] = {}
    for change in changes:
        net = nets.get(change.after.id)
        if net is None:
            net = nets[change.after.id] = Net(change.before, change.after, loud=False)
        net.after = change.after
        net.loud = net.loud or not change.happening.silent
        net.changes.append(change)
    return nets


def class_of(actor: Actor, supervision: Supervision) -> ClassKey:
    """Who has the same class is shown the same of everything that is not theirs in person."""
    denied = supervision.denied_to.get(actor.id, frozenset())
    return (actor.roles, actor.queues, actor.supervised, actor.supervises_all, denied)


def agents_class(actor: Actor, supervision: Supervision) -> ClassKey:
    """The same for rows of the presence board, which name custom presences in the reader's language."""
    return (*class_of(actor, supervision), actor.language)


def personal(conversation: Conversation | None, actor_id: str) -> bool:
    """Whether this conversation means something else to this actor than to others of their class."""
    if conversation is None:
        return False
    return (
        actor_id == conversation.owner_id
        or actor_id in conversation.served_by
        or actor_id in conversation.declines
        or any(one.id == actor_id for one in conversation.participants)
        or any(one.agent_id == actor_id for one in conversation.offers)
    )


Sees = Callable[[Actor, Conversation, Lookups], bool]


def on_board(actor: Actor, conversation: Conversation, _lookups: Lookups) -> bool:
    """The board has every ongoing conversation that exists for the actor."""
    return may_see(actor, conversation)


def on_alerts(actor: Actor, conversation: Conversation, lookups: Lookups) -> bool:
    """Alerts have what needs a supervisor's attention, now or as time passes."""
    queue = lookups.queues.get(conversation.queue_id)
    seconds = queue.service_level_seconds if queue else 0
    return actor.supervises(conversation.queue_id) and bool(attention(conversation, seconds))


ROW_TOPICS: dict[str, Sees] = {"board": on_board, "alerts": on_alerts}


@dataclass(frozen=True, slots=True)
class _Kept:
    conversation: Conversation
    preview: Preview | None
    lookups: Lookups
    row: msgspec.Raw


class RowCache:
    """Rows as they were encoded for each class, good for as long as what they were made of is still the same."""

    def __init__(self) -> None:
        self.kept: dict[ClassKey, dict[str, _Kept]] = {}

    def row(self, actor: Actor, conversation: Conversation, floor: LiveFloor) -> msgspec.Raw:
        """The row for everybody of the actor's class; the conversation must not be theirs in person."""
        lookups, preview = floor.lookups, floor.board.previews.get(conversation.id)
        rows = self.kept.setdefault(class_of(actor, lookups.supervision), {})
        found = rows.get(conversation.id)
        if (
            found is None
            or found.conversation is not conversation
            or found.preview is not preview
            or found.lookups is not lookups
        ):
            row = raw(board_row(conversation, actor, lookups, preview))
            found = rows[conversation.id] = _Kept(conversation, preview, lookups, row)
        return found.row

    def prune(self, classes: Collection[ClassKey], floor: LiveFloor) -> None:
        """Forget classes that nobody belongs to any more, and conversations that are over."""
        self.kept = {key: rows for key, rows in self.kept.items() if key in classes}
        for rows in self.kept.values():
            for one in rows.keys() - floor.board.conversations.keys():
                del rows[one]


class Encoder:
    """Items for readers, each encoded once for all who are shown the same. Good for one state of the floor."""

    def __init__(self, floor: LiveFloor, cache: RowCache) -> None:
        self.floor = floor
        self.cache = cache
        self._rows: dict[tuple[object, str], msgspec.Raw] = {}

    def row(self, actor: Actor, conversation: Conversation) -> msgspec.Raw:
        """A row of the board."""
        if not personal(conversation, actor.id):
            return self.cache.row(actor, conversation, self.floor)
        key = (actor.id, conversation.id)
        if key not in self._rows:
            preview = self.floor.board.previews.get(conversation.id)
            self._rows[key] = raw(board_row(conversation, actor, self.floor.lookups, preview))
        return self._rows[key]

    def rows(self, topic: str, actor: Actor) -> list[msgspec.Raw]:
        """Everything that a row topic shows to the actor."""
        sees, lookups = ROW_TOPICS[topic], self.floor.lookups
        return [
            self.row(actor, one)
            for one in self.floor.board.conversations.values()
            if sees(actor, one, lookups)
        ]

    def latest(self, topic: str, actor: Actor, ids: Iterable[str]) -> Iterator[msgspec.Raw]:
        """These conversations as they are now, removed where the actor does not see them."""
        for one in sorted(ids):
            conversation = self.floor.conversation(one)
            if conversation and ROW_TOPICS[topic](actor, conversation, self.floor.lookups):
                yield self.row(actor, conversation)
            else:
                yield _removed(one)

    def changed(self, topic: str, actor: Actor, nets: Iterable[Net]) -> Iterator[tuple[str, msgspec.Raw]]:
        """What changed for the actor, by conversation: those who could see it before or can see it now are told."""
        sees, lookups = ROW_TOPICS[topic], self.floor.lookups
        for net in nets:
            if not net.concerns(actor, lookups):
                continue
            saw = ongoing(net.before) is not None and any(
                sees(actor, one.before, lookups) for one in net.changes if ongoing(one.before) and one.before
            )
            seen = ongoing(net.after) is not None and sees(actor, net.after, lookups)
            forgets = net.before is not None and lookups.knows(actor, net.before) > lookups.knows(
                actor, net.after
            )
            if saw and (forgets or not seen):
                # Who may not know of monitoring any more counts without it: the lower number begins anew.
                yield net.after.id, _removed(net.after.id)
            if seen:
                yield net.after.id, self.row(actor, net.after)

    def agent(self, actor: Actor, agent_id: str) -> msgspec.Raw | None:
        """A row of the presence board, None for who is not on it or not the actor's to see."""
        seat = self.floor.agents.seats.get(agent_id)
        if seat is None or not seat.agent.listed or not may_see_agent(actor, agent_id, seat.agent.queues):
            return None
        lookups = self.floor.lookups
        key = (actor.id if actor.id == agent_id else agents_class(actor, lookups.supervision), agent_id)
        if key not in self._rows:
            self._rows[key] = raw(agent_row(seat.agent, seat.since, actor, lookups))
        return self._rows[key]

    def agents(self, actor: Actor, ids: Iterable[str]) -> list[msgspec.Raw]:
        """Rows of these agents, as far as they are the actor's to see."""
        found = (self.agent(actor, one) for one in sorted(ids))
        return [one for one in found if one is not None]


def watchable(topic: str, actor: Actor) -> bool:
    """Whether the actor may watch a topic of this name at all. Signals and conversations are judged elsewhere."""
    if topic == "alerts":
        return actor.is_(UserRole.SUPERVISOR)
    auditor_only = actor.roles <= {UserRole.AUDITOR}
    return topic == "me" or not auditor_only


def _removed(one: str) -> msgspec.Raw:
    return raw({"id": one, "removed": True})
