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
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, State
from valvomo.live.floor import LiveFloor
from valvomo.live.row_cache import BoardRows, ClassKey, RowCache
from valvomo.live.views import me
from valvomo.live.views.agents import Seated
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change
from valvomo.protocol.agents import AgentRow, agent_row
from valvomo.protocol.frames import raw
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.rows import board_row


@dataclass(slots=True)
class Net:
    """What happened to one conversation over several facts. `loud`: not all of them were silent."""

    before: Conversation | None
    after: Conversation
    loud: bool
    changes: list[Change] = field(default_factory=list)

    @property
    def lines_moved(self) -> set[str]:
        """Queues in which somebody came, went, or waits otherwise than before, or whose handle times are others now."""
        both = (one for one in (self.before, self.after) if one is not None)
        return {one.queue_id for one in both if one.state in {State.OPEN, State.CLOSED}}

    @property
    def rejudged(self) -> bool:
        """Whether the conversation is the same as before and only what is said of it is not."""
        return all(one.before is one.after for one in self.changes)

    def concerns(self, actor: Actor, lookups: Lookups) -> bool:
        """Whether the actor may notice that anything happened at all."""
        return self.loud or any(
            lookups.knows_of(one.happening.event, actor, state)
            for one in self.changes
            if isinstance(one.happening.event, Event)
            for state in (one.after, one.before)
            if state is not None
        )


def gather(nets: dict[str, Net], changes: Iterable[Change]) -> None:
    """More changes into what was gathered by conversation, each from its first state to its last."""
    for change in changes:
        net = nets.get(change.after.id)
        if net is None:
            net = nets[change.after.id] = Net(change.before, change.after, loud=False)
        net.after = change.after
        net.loud = net.loud or not change.happening.silent
        net.changes.append(change)


def collapse(changes: Iterable[Change]) -> dict[str, Net]:
    """Changes by conversation, each from its first state to its last."""
    nets: dict[str, Net] = {}
    gather(nets, changes)
    return nets


def people_of(net: Net) -> set[str]:
    """To whom the conversation means, or meant, something in person."""
    found: set[str] = set()
    for one in (net.before, net.after):
        if one is not None:
            found.update(me.persons(one))
    return found


def class_of(actor: Actor, supervision: Supervision) -> ClassKey:
    """Who has the same class is shown the same of everything that is not theirs in person."""
    denied = supervision.denied_to.get(actor.id, frozenset())
    return (actor.roles, actor.queues, actor.supervised, actor.supervises_all, denied)


def personal(conversation: Conversation | None, actor_id: str) -> bool:
    """Whether this conversation means something else to this actor than to others of their class.

    The same as being among its `me.persons`, asked of every row of a snapshot.
    """
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
    return actor.supervises(conversation.queue_id) and any(
        part.name != "vip" for part in lookups.attention_of(conversation)
    )


def candidates(actor: Actor, floor: LiveFloor) -> Collection[Conversation]:
    """All that the actor may see, and perhaps more: who supervises nobody need not be asked about the whole floor."""
    board = floor.board
    if actor.is_(UserRole.SUPERVISOR) or actor.is_(UserRole.INTEGRATION):
        return list(board.conversations.values())
    found = {one: board.conversations[one] for one in floor.personal.get(actor.id, ())}
    for queue in actor.queues:
        found.update(board.waiting.get(queue, {}))
    return found.values()


ROW_TOPICS: dict[str, Sees] = {"board": on_board, "alerts": on_alerts}


class Classes:
    """The class of each reader, made once: they are asked for with every frame."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Actor, Supervision, ClassKey]] = {}

    def of(self, actor: Actor, supervision: Supervision) -> ClassKey:
        """The actor's class under these settings."""
        found = self._known.get(id(actor))
        if found is None or found[0] is not actor or found[1] is not supervision:
            found = self._known[id(actor)] = (actor, supervision, class_of(actor, supervision))
        return found[2]

    def forget(self) -> None:
        """Those who went are among them."""
        self._known.clear()


class Encoder:
    """Items for readers, each encoded once for all who are shown the same. Good for one state of the floor."""

    def __init__(self, floor: LiveFloor, rows: BoardRows, agents: RowCache, classes: Classes) -> None:
        self.floor = floor
        self._rows = rows
        self._agents = agents
        self._classes = classes
        self._own: dict[tuple[str, str], msgspec.Raw] = {}

    def class_of(self, actor: Actor) -> ClassKey:
        """The actor's class."""
        return self._classes.of(actor, self.floor.lookups.supervision)

    def row(self, actor: Actor, conversation: Conversation) -> msgspec.Raw:
        """A row of the board."""
        lookups, preview = self.floor.lookups, self.floor.board.previews.get(conversation.id)
        if not personal(conversation, actor.id):
            shared = self.class_of(actor)
            return self._rows.row(
                shared,
                conversation.id,
                (conversation, preview, lookups),
                lambda: board_row(
                    conversation, actor, lookups, preview,
                    acts=self._rows.acts(shared, actor, conversation, lookups.supervision),
                ),
            )  # fmt: skip
        key = (actor.id, conversation.id)
        if key not in self._own:
            self._own[key] = raw(board_row(conversation, actor, lookups, preview))
        return self._own[key]

    def rows(self, topic: str, actor: Actor) -> list[msgspec.Raw]:
        """Everything that a row topic shows to the actor."""
        return [self.row(actor, one) for one in self.seen(topic, actor)]

    def seen(self, topic: str, actor: Actor) -> Iterator[Conversation]:
        """The conversations that a row topic shows to the actor."""
        sees, lookups = ROW_TOPICS[topic], self.floor.lookups
        return (one for one in candidates(actor, self.floor) if sees(actor, one, lookups))

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
            forgets = net.before is not None and lookups.knows_all(actor, net.before) > lookups.knows_all(
                actor, net.after
            )
            if saw and (forgets or not seen):
                # Who may not know of everything any more counts without it: the lower number begins anew.
                yield net.after.id, _removed(net.after.id)
            if seen:
                yield net.after.id, self.row(actor, net.after)

    def agent(self, actor: Actor, agent_id: str) -> msgspec.Raw | None:
        """A row of the presence board, None for who is not on it or not the actor's to see."""
        seat = self.floor.agents.seats.get(agent_id)
        if seat is None or not seat.agent.listed or not may_see_agent(actor, agent_id, seat.agent.queues):
            return None
        lookups = self.floor.lookups
        if actor.id == agent_id:
            return raw(_agent_row(seat, actor, lookups))
        return self._agents.row(
            (self.class_of(actor), actor.language),
            agent_id,
            (seat, lookups),
            lambda: _agent_row(seat, actor, lookups),
        )

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


def _agent_row(seat: Seated, actor: Actor, lookups: Lookups) -> AgentRow:
    return agent_row(seat.agent, seat.since, actor, lookups, quiet_since=seat.quiet_since)


def _removed(one: str) -> msgspec.Raw:
    return raw({"id": one, "removed": True})
