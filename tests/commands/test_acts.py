"""Each act on real PostgreSQL: what is stored, who is notified, what is audited; a refusal leaves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sample_floor import (
    AATU,
    AINO,
    ALL_ON,
    BILLING,
    EINO,
    INES,
    ONNI,
    RAIJA,
    ROUTER,
    SAARA,
    STRANGER,
    SULO,
    SUPPORT,
    TIMER,
    Floor,
    customer,
)  # fmt: skip
from sample_routing import ask, give_up, regain

from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent, AssignToQueue
from valvomo.commands.conversations.bots import HandOver
from valvomo.commands.conversations.call import (
    AcceptCall,
    Coach,
    DeclineCall,
    Elevate,
    EndCall,
    HangUp,
    Hold,
    StopCoach,
    Unhold,
)
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Mode, Role, State
from valvomo.domain.refusals import Reason
from valvomo.queries.verify import verify


async def stored(floor: Floor, one: str) -> dict[str, Any]:
    """What follows from a conversation in tables of their own."""
    holdings = await floor.sql(
        "SELECT agent_id, units FROM holdings WHERE conversation_id = $1 ORDER BY 1", one
    )
    people = await floor.sql("SELECT person_id FROM involved WHERE conversation_id = $1 ORDER BY 1", one)
    timers = await floor.sql("SELECT name FROM timers WHERE conversation_id = $1 ORDER BY 1", one)
    return {
        "holds": {row["agent_id"]: row["units"] for row in holdings},
        "involved": [row["person_id"] for row in people],
        "timers": [row["name"] for row in timers],
    }


async def last(floor: Floor, one: str, count: int = 1) -> list[tuple[str, str, tuple[str, ...], bool]]:
    """The newest facts: kind, actor, notified, audited."""
    facts = (await floor.facts(one))[-count:]
    return [(fact.kind, fact.actor_id, fact.notify, fact.audited) for fact in facts]


async def test_assign_to_an_agent_and_accept(floor: Floor) -> None:
    one = await floor.start()
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": ["auto_close"]}
    done = await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    assert done.result == {"id": one, "state": "active", "version": 2, "exceeded_by": 0}
    assert done.position == len(await floor.all_facts())
    assert await stored(floor, one) == {"holds": {"aino": 1}, "involved": ["aino"], "timers": ["offer"]}
    assert await last(floor, one) == [("offer_made", "saara", (), True)]
    await floor.done(AINO, AcceptOffer(conversation_id=one))
    assert await stored(floor, one) == {"holds": {"aino": 1}, "involved": [], "timers": []}
    assert await last(floor, one) == [("offer_accepted", "aino", ("saara",), True)]
    assert (await floor.agent(AINO)).presence is Presence.BUSY


async def test_assign_over_presence_and_capacity_keeps_the_excess(floor: Floor) -> None:
    for _ in range(3):
        await floor.accepted(by=EINO)
    await floor.set_presence(EINO, Presence.AWAY)
    one = await floor.start()
    command = AssignToAgent(conversation_id=one, agent_id=EINO.id)
    assert (await floor.refused(SAARA, command)).reason is Reason.PRESENCE_NOT_ALLOWED
    refusal = await floor.refused(SAARA, replace(command, override_presence=True))
    assert (refusal.reason, refusal.facts["exceeded_by"]) == (Reason.NO_CAPACITY, 1)
    done = await floor.done(SAARA, replace(command, override_presence=True, override_capacity=True))
    assert done.result["exceeded_by"] == 1
    assert (await floor.agent(EINO)).load == 4
    offer = (await floor.get(one)).offer
    assert offer is not None
    assert (offer.excess_units, offer.override_presence, offer.override_capacity) == (1, True, True)


async def test_the_limit_of_a_kind_of_channel(floor: Floor) -> None:
    first = await floor.start("case")
    await floor.done(ROUTER, ask(first, ONNI.id))
    second = await floor.start("case")
    refusal = await floor.refused(ROUTER, ask(second, ONNI.id))
    assert (refusal.reason, refusal.facts["exceeded_by"]) == (Reason.NO_CAPACITY, 1)


async def test_assign_to_a_queue(floor: Floor) -> None:
    one = await floor.start()
    await floor.done(SAARA, AssignToQueue(conversation_id=one, queue="Billing"))
    now = await floor.get(one)
    assert (now.state, now.queue_id) == (State.OPEN, BILLING)
    assert await last(floor, one) == [("queued", "saara", (), True)]
    refusal = await floor.refused(SULO, AssignToQueue(conversation_id=one, queue="Deserted"))
    assert refusal.reason is Reason.NO_MEMBERS
    assert (await floor.refused(SULO, AssignToQueue(conversation_id=one, queue="nowhere"))).reason is (
        Reason.UNKNOWN_TARGET
    )


async def test_reject_tells_who_asked_and_gives_the_units_back(floor: Floor) -> None:
    one = await floor.start()
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=AINO.id))
    await floor.done(AINO, RejectOffer(conversation_id=one, reason="lunch"))
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": ["auto_close"]}
    assert await last(floor, one) == [("offer_rejected", "aino", ("saara",), True)]
    assert (await floor.get(one)).declines == {"aino": 1}


async def test_the_router_does_not_ask_a_fourth_time(floor: Floor) -> None:
    one = await floor.start()
    for _ in range(3):
        await floor.done(ROUTER, ask(one, AINO.id))
        await floor.done(AINO, RejectOffer(conversation_id=one))
    refusal = await floor.refused(ROUTER, ask(one, AINO.id))
    assert refusal.reason is Reason.DECLINED_TOO_OFTEN
    await floor.done(ROUTER, give_up(one))
    assert (await floor.get(one)).orphaned
    assert (await floor.done(ROUTER, give_up(one))).position is None
    await floor.done(ROUTER, regain(one))
    assert not (await floor.get(one)).orphaned
    assert (await floor.done(ROUTER, regain(one))).position is None


@pytest.mark.parametrize("by", [SAARA, AINO], ids=["supervisor", "agent"])
async def test_transfer_to_an_agent(floor: Floor, by: Actor) -> None:
    one = await floor.accepted()
    await floor.done(by, TransferToAgent(conversation_id=one, agent_id=EINO.id, note="billing matter"))
    assert await stored(floor, one) == {
        "holds": {"aino": 1, "eino": 1},
        "involved": ["eino"],
        "timers": ["offer"],
    }
    assert (await floor.get(one)).owner_id == "aino"
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    now = await floor.get(one)
    stays = by is SAARA
    assert (now.owner_id, now.role_of("aino")) == ("eino", Role.CONSULT if stays else None)
    assert await stored(floor, one) == {
        "holds": {"eino": 1},
        "involved": ["aino"] if stays else [],
        "timers": [],
    }
    assert await last(floor, one) == [("offer_accepted", "eino", (by.id,), stays)]


async def test_an_agents_transfer_overrides_nothing(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.set_presence(EINO, Presence.AWAY)
    command = TransferToAgent(conversation_id=one, agent_id=EINO.id, override_presence=True)
    assert (await floor.refused(AINO, command)).reason is Reason.PRESENCE_NOT_ALLOWED
    await floor.done(SAARA, command)


async def test_transfer_to_a_queue_takes_it_from_the_agent_who_is_told(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(SAARA, Monitor(conversation_id=one))
    await floor.done(SAARA, TransferToQueue(conversation_id=one, queue="billing", note="theirs"))
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": ["auto_close"]}
    assert await last(floor, one) == [("queued", "saara", ("aino",), True)]


async def test_transfer_when_the_call_ends(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, Elevate(conversation_id=one, mode=Mode.VIDEO))
    guest = customer(one, (await floor.get(one)).contact_id)
    await floor.done(guest, AcceptCall(conversation_id=one, mode=Mode.VIDEO))
    refusal = await floor.refused(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    assert (refusal.reason, refusal.facts["instead"]) == (Reason.ELEVATED, "when_call_ends")
    await floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id, when_call_ends=True))
    assert (await floor.get(one)).offer is None
    await floor.done(AINO, EndCall(conversation_id=one))
    offer = (await floor.get(one)).offer
    assert offer is not None
    assert (offer.agent_id, offer.by_id, offer.stay) == ("eino", "saara", True)


async def test_monitor_leaves_no_trace_for_agents(floor: Floor) -> None:
    one = await floor.accepted()
    before = await floor.get(one)
    await floor.done(SAARA, Monitor(conversation_id=one))
    assert await stored(floor, one) == {"holds": {"aino": 1}, "involved": ["saara"], "timers": []}
    assert await last(floor, one) == [("monitor_started", "saara", (), True)]
    await floor.set_supervision(replace(ALL_ON, show_agents_monitored=True))
    await floor.done(SAARA, StopMonitor(conversation_id=one))
    after = await floor.get(one)
    assert (after.revision, after.version) == (before.revision, before.version + 2)


async def test_who_is_put_out_with_it_leaves_in_the_journal_and_hears_of_it(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, Consult(conversation_id=one, agent_id=EINO.id))
    await floor.done(EINO, AcceptOffer(conversation_id=one))
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="abuse"))
    last_facts = [(fact.kind, fact.actor_id, fact.notify) for fact in (await floor.facts(one))[-3:]]
    assert last_facts == [
        ("participant_left", "saara", ()), ("participant_left", "saara", ()),
        ("force_closed", "saara", ("aino", "eino")),
    ]  # fmt: skip
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": []}
    assert (await verify(floor.database)).clean


async def test_join_leave_and_take_over(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(SAARA, Join(conversation_id=one))
    assert await last(floor, one) == [("supervisor_joined", "saara", ("aino",), True)]
    await floor.done(SAARA, Leave(conversation_id=one))
    assert await last(floor, one) == [("participant_left", "saara", (), True)]
    assert (await floor.refused(SAARA, TakeOver(conversation_id=one))).reason is Reason.NOT_JOINED
    await floor.done(SAARA, Join(conversation_id=one))
    await floor.done(SAARA, TakeOver(conversation_id=one))
    assert await stored(floor, one) == {"holds": {"saara": 1}, "involved": ["aino"], "timers": []}
    assert (await floor.refused(SAARA, Monitor(conversation_id=one))).reason is Reason.OWN_CONVERSATION


async def test_force_close_frees_everything_and_tells_everybody_in_it(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(AINO, Consult(conversation_id=one, agent_id=ONNI.id, public=True))
    await floor.done(ONNI, AcceptOffer(conversation_id=one))
    await floor.done(SAARA, TransferToAgent(conversation_id=one, agent_id=EINO.id))
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="abuse"))
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": []}
    *_, (cut, _, asked, _), (kind, actor, notify, log) = await last(floor, one, 2)
    assert (cut, asked) == ("offer_withdrawn", ("eino",)), "asked, and so not in it"
    assert (kind, actor, set(notify), log) == ("force_closed", "saara", {"aino", "onni"}, True)
    assert [(await floor.agent(who)).load for who in (AINO, EINO, ONNI)] == [0, 0, 0]


async def test_consult_somebody_of_a_queue(floor: Floor) -> None:
    await floor.accepted(by=EINO)
    one = await floor.accepted()
    await floor.done(AINO, Consult(conversation_id=one, queue="billing"))
    assert [offer.agent_id for offer in (await floor.get(one)).offers] == ["onni"], "the least loaded"
    await floor.done(AINO, Consult(conversation_id=one, queue="billing"))
    refusal = await floor.refused(AINO, Consult(conversation_id=one, queue="billing"))
    assert (refusal.reason, refusal.facts) == (Reason.NOBODY_AVAILABLE, {"queue": "Billing"})


async def test_hand_over_needs_a_bot(floor: Floor) -> None:
    one = await floor.accepted()
    assert (await floor.refused(SAARA, HandOver(conversation_id=one))).reason is Reason.NOT_HANDLED_BY_BOT


async def test_park_resume_release_end_complete_and_details(floor: Floor) -> None:
    one = await floor.accepted("persistent")
    await floor.done(
        AINO, serve.ChangeDetails(conversation_id=one, subject="Refund", tags=("vip",), priority=2)
    )
    now = await floor.get(one)
    assert (now.subject, now.tags, now.priority, now.language) == ("Refund", ("vip",), 2, "")
    await floor.done(AINO, serve.Park(conversation_id=one))
    assert await stored(floor, one) == {"holds": {}, "involved": [], "timers": ["auto_close"]}
    await floor.done(AINO, serve.Resume(conversation_id=one))
    assert await stored(floor, one) == {"holds": {"aino": 1}, "involved": [], "timers": []}
    await floor.done(AINO, serve.Release(conversation_id=one))
    await floor.done(EINO, serve.Pick(conversation_id=one))
    await floor.done(EINO, serve.End(conversation_id=one))
    assert await stored(floor, one) == {"holds": {"eino": 1}, "involved": [], "timers": ["auto_close"]}
    await floor.done(EINO, serve.Complete(conversation_id=one, disposition="refunded"))
    now = await floor.get(one)
    assert (now.state, now.closed_as, now.disposition) == (State.CLOSED, "completed", "refunded")
    assert (await floor.agent(EINO)).load == 0
    assert (await verify(floor.database)).clean


async def test_a_record_is_monitored_assigned_and_resolved(floor: Floor) -> None:
    one = await floor.start("case")
    await floor.done(SAARA, AssignToAgent(conversation_id=one, agent_id=ONNI.id))
    await floor.done(ONNI, AcceptOffer(conversation_id=one))
    await floor.done(SAARA, Monitor(conversation_id=one))
    assert (await floor.refused(SAARA, Join(conversation_id=one))).reason is Reason.RECORD_NOT_JOINABLE
    await floor.done(ONNI, serve.End(conversation_id=one))
    assert (await floor.get(one)).closed_as == "resolved"


async def test_picking_over_the_limit_is_kept(floor: Floor) -> None:
    for _ in range(3):
        await floor.accepted()
    one = await floor.accepted("heavy")
    now = await floor.get(one)
    assert (now.excess_units, (await floor.agent(AINO)).load) == (2, 5)


def commands_on(one: str, guest: Actor) -> Sequence[tuple[Actor, Command]]:
    """Every command that there is on a conversation, by somebody who may do it in its time."""
    named: dict[str, Any] = {"conversation_id": one}
    return (
        (SAARA, Monitor(**named)), (SAARA, StopMonitor(**named)), (SAARA, Join(**named)), (SAARA, Leave(**named)),
        (SAARA, TakeOver(**named)), (SAARA, AssignToAgent(**named, agent_id="aino")),
        (SAARA, AssignToQueue(**named, queue="billing")), (SAARA, TransferToAgent(**named, agent_id="eino")),
        (SAARA, TransferToQueue(**named, queue="billing")), (SAARA, HandOver(**named)),
        (SAARA, ForceClose(**named, reason="r")), (AINO, AcceptOffer(**named)), (AINO, RejectOffer(**named)),
        (AINO, serve.Pick(**named)), (AINO, serve.Release(**named)), (AINO, serve.Park(**named)),
        (AINO, serve.Resume(**named)), (AINO, serve.End(**named)), (AINO, serve.Complete(**named)),
        (AINO, serve.ChangeDetails(**named, priority=1)), (AINO, Consult(**named, agent_id="eino")),
        (AINO, Elevate(**named, mode=Mode.VOICE)), (AINO, EndCall(**named)),
        (AINO, Hold(**named)), (AINO, Unhold(**named)),
        (SAARA, Coach(**named)), (SAARA, StopCoach(**named)), (guest, AcceptCall(**named, mode=Mode.VOICE)),
        (guest, DeclineCall(**named)), (guest, HangUp(**named)),
        (ROUTER, ask(one, "aino")), (ROUTER, give_up(one)),
    )  # fmt: skip


async def test_what_is_closed_refuses_everything_and_changes_nothing(floor: Floor) -> None:
    one = await floor.accepted()
    await floor.done(SAARA, ForceClose(conversation_id=one, reason="over"))
    before = await floor.everything()
    guest = customer(one, (await floor.get(one)).contact_id)
    for actor, command in commands_on(one, guest):
        outcome = await floor.do(actor, command)
        assert not hasattr(outcome, "result"), command
    assert await floor.everything() == before


async def test_nothing_of_one_organization_is_reachable_from_another(floor: Floor) -> None:
    ids = [await floor.start(), await floor.accepted(), "no-such-conversation"]
    before = await floor.everything()
    for one in ids:
        for actor, command in commands_on(one, customer(one, "nobody")):
            foreign = STRANGER if actor in (SAARA, AINO) else replace(actor, organization_id="organization-2")
            outcome = await floor.do(foreign, command)
            assert getattr(outcome, "reason", None) is Reason.NOT_FOUND, command
    guest = replace(customer(ids[1], "kaisa"), organization_id="organization-2")
    assert getattr(await floor.write(guest, ids[1], "hello"), "reason", None) is Reason.NOT_FOUND
    fire = FireTimers(conversation_id=ids[0])
    assert (await floor.done(replace(TIMER, organization_id="organization-2"), fire)).result == {}
    assert await floor.everything() == before


SWITCHED: tuple[tuple[Right, type[Command]], ...] = (
    (Right.MONITOR, Monitor), (Right.MONITOR, Join), (Right.MONITOR, Coach), (Right.TRANSFER, TakeOver),
    (Right.ASSIGN, AssignToAgent),
    (Right.ASSIGN, AssignToQueue), (Right.TRANSFER, TransferToAgent), (Right.TRANSFER, TransferToQueue),
    (Right.TRANSFER, HandOver), (Right.FORCE_CLOSE, ForceClose),
)  # fmt: skip


@pytest.mark.parametrize(("right", "kind"), SWITCHED, ids=lambda value: getattr(value, "__name__", ""))
async def test_switch_narrowing_scope_and_account(floor: Floor, right: Right, kind: type[Command]) -> None:
    one = await floor.accepted()
    (command,) = [
        command for _, command in commands_on(one, customer(one, "nobody")) if type(command) is kind
    ]
    assert (await floor.refused(SULO, command)).reason is Reason.NOT_FOUND
    assert (await floor.refused(INES, command)).reason is Reason.INTEGRATION_ACCOUNT
    for actor in (AATU, RAIJA):
        assert (await floor.refused(actor, command)).reason is Reason.ROLE_NEEDED
    for supervision, reason in (
        (Supervision(on=frozenset(Right) - {right}), Reason.SWITCHED_OFF),
        (replace(ALL_ON, denied_to={"saara": frozenset({right})}), Reason.NARROWED_FOR_YOU),
        (replace(ALL_ON, denied_in={SUPPORT: frozenset({right})}), Reason.NARROWED_FOR_QUEUE),
    ):
        await floor.set_supervision(supervision)
        assert (await floor.refused(SAARA, command)).reason is reason


@pytest.mark.parametrize(("answer", "reason"), [(False, Reason.CONSENT_REFUSED), (True, None)])
async def test_consent_stands_in_the_database_too(floor: Floor, answer: bool, reason: Reason | None) -> None:
    one = await floor.accepted("consented", consent=answer)
    for command in (Monitor(conversation_id=one), Join(conversation_id=one)):
        outcome = await floor.do(SAARA, command)
        assert getattr(outcome, "reason", None) is reason


async def test_only_the_system_routes_and_fires_timers(floor: Floor) -> None:
    one = await floor.start()
    for command in (
        ask(one, "aino"), give_up(one),
        FireTimers(conversation_id=one),
    ):  # fmt: skip
        for actor in (SAARA, AINO, INES, await floor.guest(one)):
            assert (await floor.refused(actor, command)).reason is Reason.ROLE_NEEDED
