"""What somebody sees of the past: by the rules of the live floor, with their rights of now, and nothing to press."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from valvomo.db import replay
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope, may_see_agent
from valvomo.domain.access.sight import may_see
from valvomo.domain.agents.events import AgentConnected, AgentDisconnected
from valvomo.domain.conversations.event import Event
from valvomo.live.audience import collapse
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change, Happening
from valvomo.live.views.scene import Scene
from valvomo.protocol.agents import AgentRow, agent_row
from valvomo.protocol.auditing import sentence
from valvomo.protocol.figures import FiguresItem
from valvomo.protocol.lookups import Named
from valvomo.protocol.replay import ReplayStep, past_row
from valvomo.protocol.rows import BoardRow


async def read_previews(tx: Transaction, actor: Actor, scene: Scene) -> None:
    """Have the last public line of everything that the actor sees, as it is stored now."""
    numbers = {
        one.id: one.public_seq
        for one in scene.conversations.values()
        if one.public_seq and may_see(actor, one)
    }
    scene.past.board.previews = await replay.previews(tx, actor.organization_id, numbers)


def rows(scene: Scene, actor: Actor) -> Iterable[BoardRow]:
    """Every ongoing conversation that exists for the actor."""
    previews, lookups = scene.past.board.previews, scene.lookups
    for one in scene.conversations.values():
        if may_see(actor, one):
            yield past_row(one, actor, lookups, previews.get(one.id))


def agent_rows(scene: Scene, actor: Actor, ids: Collection[str] | None = None) -> tuple[AgentRow, ...]:
    """These agents, or all, as far as they are the actor's to see."""
    seats = scene.agents.seats
    return tuple(
        agent_row(seat.agent, seat.since, actor, scene.lookups, quiet_since=seat.quiet_since)
        for one in sorted(seats if ids is None else ids)
        if (seat := seats.get(one)) and seat.agent.listed and may_see_agent(actor, one, seat.agent.queues)
    )


def figures(scene: Scene, actor: Actor) -> tuple[FiguresItem, ...]:
    """Of the queues that the actor has to do with."""
    return scene.figures(figures_scope(actor))


def step(
    scene: Scene, actor: Actor, happening: Happening, done: tuple[Change | None, frozenset[str]]
) -> ReplayStep | None:
    """What a fact that the scene has just taken in changed for the actor; None when nothing.

    Where it happened to a conversation that does not exist for them, or that they may not know of, they see whose load
    is another now, as on the live floor, and not by what.
    """
    change, concerned = done
    here, gone = _row(scene, actor, change)
    agents = agent_rows(scene, actor, concerned) if concerned else ()
    event = happening.event
    if not (here or gone or agents) or isinstance(event, AgentConnected | AgentDisconnected):
        return None
    if isinstance(event, Event) and not (here or gone):
        return _untold(happening.position, happening.at, agents)
    return ReplayStep(
        position=happening.position,
        at=happening.at,
        kind=event.kind,
        text=sentence(event, actor.language, scene.lookups),
        actor=Named(happening.actor_id, happening.actor_name),
        conversation=change.after.id if change else None,
        customer=change.after.customer_name if change else None,
        rows=here,
        gone=gone,
        agents=agents,
    )


def turned(scene: Scene, actor: Actor, ids: Collection[str], at: datetime) -> ReplayStep | None:
    """What the clock changed for the actor: working hours of these agents began or ended."""
    agents = agent_rows(scene, actor, ids)
    return _untold(scene.past.position, max(scene.past.at, at), agents) if agents else None


def _untold(position: int, at: datetime, agents: tuple[AgentRow, ...]) -> ReplayStep:
    return ReplayStep(
        position=position,
        at=at,
        kind="",
        text="",
        actor=Named("", ""),
        conversation=None,
        customer=None,
        agents=agents,
    )


def _row(scene: Scene, actor: Actor, change: Change | None) -> tuple[tuple[BoardRow, ...], tuple[str, ...]]:
    """The row as it is now, or the id of one that went."""
    if change is None:
        return (), ()
    [net] = collapse([change]).values()
    if not net.concerns(actor, scene.lookups):
        return (), ()
    after = ongoing(net.after)
    if after is not None and may_see(actor, after):
        preview = scene.past.board.previews.get(after.id)
        return (past_row(after, actor, scene.lookups, preview),), ()
    before = ongoing(net.before)
    return (), (net.after.id,) if before is not None and may_see(actor, before) else ()


def differing(before: Mapping[str, FiguresItem], after: Iterable[FiguresItem]) -> tuple[FiguresItem, ...]:
    """Figures that are others than before."""
    return tuple(one for one in after if before.get(one.id) != one)
