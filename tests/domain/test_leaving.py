"""Who is out because the conversation goes on without them leaves in a fact, before the one that puts them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sample_talk import (
    AGENT,
    AT,
    BY_SUPERVISOR,
    MINUTE,
    OTHER,
    SUPERVISOR,
    accepted,
    after,
    offer,
    offered,
    participant,
    queue,
    waiting,
    with_bot,
    workstream,
    wrap_up,
)  # fmt: skip

from valvomo.domain.conversations import bots, ending, force_close, join, leaving, offers, queueing, transfer
from valvomo.domain.conversations.customer import revived
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.join import ParticipantLeft
from valvomo.domain.conversations.model import Channel, Conversation, OfferKind, Role, State
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.domain.conversations.resolve import Resolution, resolve
from valvomo.domain.conversations.serving_no_more import without
from valvomo.domain.records.form import RecordForm
from valvomo.domain.refusals import Refusal

ASYNC, RECORD = Channel.PERSISTENT_CHAT, Channel.RECORD
WATCHING = (
    participant(("sulo", "Sulo"), Role.MONITOR),
    participant(("veikko", "Veikko"), Role.MONITOR, shown=True),
)
TALKING = (participant(OTHER, Role.CONSULT), participant(SUPERVISOR, Role.SUPERVISOR, public=True))
MONITORS = {"sulo", "veikko"}
EVERYBODY = {"eino", "saara", "sulo", "veikko"}
CROWD = (*WATCHING, *TALKING)

Decide = Callable[[Conversation], tuple[Event, ...] | Refusal]
BY = ("saara", "supervisor", None)

# The conversation; what is done with it; the fact that does it; who goes on being in it; why the others are not.
TRANSITIONS: dict[str, tuple[Conversation, Decide, str, set[str], str]] = {
    "release": (accepted(), lambda one: queueing.release("aino", one, None, "Support"), "queued", set(), "queued"),
    "agent gone": (accepted(), lambda one: queueing.queued_again(one, "Support", "agent_gone", None), "queued", set(),
                   "queued"),
    "to a queue": (accepted(), lambda one: transfer.transfer_to_queue(one, workstream(), queue(), BY, at=AT), "queued",
                   set(), "queued"),
    "hand over": (with_bot(), lambda one: bots.escalate(one, workstream(), queue("support"), BY_SUPERVISOR, at=AT),
                  "queued", set(), "queued"),
    "affinity lost": (waiting(), lambda one: revived(one, workstream(ASYNC), None, "Support", at=AT), "queued", set(),
                      "queued"),
    "park": (accepted(ASYNC), lambda one: queueing.park("aino", one, None), "parked", MONITORS, "parked"),
    "end": (accepted(), lambda one: ending.end("aino", one, workstream(), AT), "ended", MONITORS, "ended"),
    "customer ends": (accepted(), lambda one: ending.customer_end(one, workstream(), AT, cause="customer_ended"),
                      "ended", MONITORS, "ended"),
    "leave a bot": (with_bot(), lambda one: ending.customer_end(one, workstream(), AT, cause="customer_ended"),
                    "bot_ended", set(), "ended"),
    "resolve": (accepted(RECORD), lambda one: resolve("aino", one, RecordForm(), Resolution()), "record_resolved",
                set(), "ended"),
    "complete": (wrap_up(), lambda one: ending.complete("aino", one, None), "wrap_up_completed", set(), "ended"),
    "auto-close": (wrap_up(), ending.auto_close, "auto_closed", set(), "ended"),
    "force close": (accepted(), lambda one: force_close.force_close(("saara", "Saara"), one, "abuse"), "force_closed",
                    set(), "ended"),
}  # fmt: skip


@pytest.mark.parametrize("case", TRANSITIONS)
def test_everybody_who_is_put_out_leaves_before_it(case: str) -> None:
    quiet, decide, kind, staying, cause = TRANSITIONS[case]
    before = replace(quiet, participants=CROWD)
    decision = decide(before)
    assert isinstance(decision, tuple)
    *left, last = (one for one in decision if not isinstance(one, bots.Escalated))
    assert last.kind == kind
    stopped = {one.supervisor_id: one for one in left if isinstance(one, MonitorStopped)}
    parted = {one.person_id: one for one in left if isinstance(one, ParticipantLeft)}
    assert len(left) == len(stopped) + len(parted)
    assert stopped.keys() == MONITORS - staying
    assert parted.keys() == {"eino", "saara"} - staying
    assert {one.cause for one in stopped.values()} <= {cause}
    assert {one.cause for one in parted.values()} == {cause}
    assert [parted["eino"].public, parted["saara"].public] == [False, True]
    assert {one.id for one in after(before, decision).participants} == staying


@pytest.mark.parametrize("case", TRANSITIONS)
def test_leaving_changes_nothing_that_the_last_fact_alone_would_not(case: str) -> None:
    """A journal of before, without the facts of leaving, folds to the same state."""
    quiet, decide, _, _, _ = TRANSITIONS[case]
    before = replace(quiet, participants=CROWD)
    decision = decide(before)
    assert isinstance(decision, tuple)
    alone, now = after(before, decision[-1:]), after(before, decision)
    # What a bot knew is in a fact of its own.
    same = [replace(one, version=0, revision=0, escalation=None) for one in (now, alone)]
    assert same[0] == same[1]


@pytest.mark.parametrize("case", TRANSITIONS)
def test_unseen_to_the_end(case: str) -> None:
    quiet, decide, _, staying, _ = TRANSITIONS[case]
    secret = WATCHING[:1]
    watched = replace(quiet, participants=secret)
    without_it, with_it = after(quiet, decide(quiet)), after(watched, decide(watched))
    assert with_it.revision == without_it.revision
    assert with_it.version == without_it.version + (not staying)
    kept = secret if staying else ()
    assert replace(with_it, version=0) == replace(without_it, version=0, participants=kept)


@pytest.mark.parametrize("kind", [OfferKind.TRANSFER, OfferKind.CONSULT])
def test_who_monitors_and_takes_part_monitors_no_more(kind: OfferKind) -> None:
    before = accepted(participants=WATCHING, offers=(offer(("sulo", "Sulo"), kind),))
    decision = offers.accept("sulo", before)
    assert isinstance(decision, tuple)
    first, last = decision
    assert isinstance(first, MonitorStopped)
    assert (first.supervisor_id, first.shown, first.cause, last.kind) == (
        "sulo", False, "taking_part", "offer_accepted",
    )  # fmt: skip
    role = Role.PRIMARY if kind is OfferKind.TRANSFER else Role.CONSULT
    assert after(before, decision).role_of("sulo") is role


ASKED = (
    offer(kind=OfferKind.TRANSFER),
    offer(("onni", "Onni"), OfferKind.CONSULT, by_id="aino", by_role="agent"),
)
CUT = {
    **{case: TRANSITIONS[case] for case in ("release", "agent gone", "park", "end", "customer ends", "resolve",
                                            "force close")},
    "take over": (
        accepted(participants=(participant(SUPERVISOR, Role.SUPERVISOR, public=True),)),
        lambda one: join.take_over(SUPERVISOR, one, 0), "took_over", set(), "taken_over",
    ),
    "abandoned while offered": (
        offered(), lambda one: ending.customer_end(one, workstream(), AT, cause="customer_ended"), "abandoned", set(),
        "ended",
    ),
    "closed while offered": (
        offered(), lambda one: force_close.force_close(SUPERVISOR, one, "abuse"), "force_closed", set(), "ended",
    ),
    "to a queue while offered": (
        offered(), lambda one: transfer.transfer_to_queue(one, workstream(), queue(), BY, at=AT), "queued", set(),
        "queued",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CUT)
def test_who_was_asked_is_asked_no_more_before_it(case: str) -> None:
    quiet, decide, kind, _, cause = CUT[case]
    before = replace(quiet, offers=ASKED if quiet.owner_id else quiet.offers)
    decision = decide(before)
    assert isinstance(decision, tuple)
    *rest, last = decision
    cut = [one for one in rest if isinstance(one, offers.OfferWithdrawn)]
    assert ([one.offer for one in cut], {one.cause for one in cut}) == (list(before.offers), {cause})
    now = after(before, decision)
    assert (last.kind, now.offers, now.declines) == (kind, (), {})
    alone = after(before, decision[-1:])
    assert replace(now, version=0, revision=0) == replace(alone, version=0, revision=0), (
        "as without the facts"
    )


SECOND = timedelta(seconds=1)
IN_TIME, TOO_LATE = 150 * SECOND, 151 * SECOND


@pytest.mark.parametrize(
    "conversation",
    [accepted(), waiting(), wrap_up(), with_bot()],
    ids=["accepted", "parked", "wrap-up", "bot"],
)
def test_a_supervisor_who_does_not_come_back_is_out(conversation: Conversation) -> None:
    before = replace(conversation, participants=WATCHING)
    assert leaving.gone(before, "sulo", AT, AT + IN_TIME) == ()
    (event,) = leaving.gone(before, "sulo", AT, AT + TOO_LATE)
    assert isinstance(event, MonitorStopped)
    assert (event.supervisor_id, event.cause, event.silent) == ("sulo", "connection_lost", True)
    assert after(before, (event,)).participants == WATCHING[1:]


def test_the_end_is_shown_where_the_beginning_was() -> None:
    (event,) = leaving.gone(accepted(participants=WATCHING), "veikko", AT, AT + TOO_LATE)
    assert not event.silent


def test_who_began_after_the_loss_has_as_long_from_then_on() -> None:
    late = accepted(participants=(replace(WATCHING[0], since=AT + MINUTE),))
    assert leaving.gone(late, "sulo", AT, AT + MINUTE + IN_TIME) == ()
    assert leaving.gone(late, "sulo", AT, AT + MINUTE + TOO_LATE) != ()


def test_a_joined_supervisor_leaves_and_a_consult_stays() -> None:
    before = accepted(participants=CROWD)
    (event,) = leaving.gone(before, "saara", AT, AT + TOO_LATE)
    assert isinstance(event, ParticipantLeft)
    assert (event.role, event.public, event.cause) == (Role.SUPERVISOR, True, "connection_lost")
    for person in ("eino", "aino", "nobody"):
        assert leaving.gone(before, person, AT, AT + TOO_LATE) == ()


TRANSFER = accepted(offers=(offer(kind=OfferKind.TRANSFER),), holds={"aino": 1, "eino": 1})
# Aino serves no more: her conversation; the kinds of what happens; the state and the owner after it.
HERS: dict[str, tuple[Conversation, list[str], State, str | None]] = {
    "in talk": (accepted(), ["queued"], State.OPEN, None),
    "in talk, watched": (accepted(participants=WATCHING), ["monitor_stopped", "monitor_stopped", "queued"], State.OPEN,
                         None),
    "being transferred": (TRANSFER, ["offer_withdrawn", "queued"], State.OPEN, None),
    "a case": (accepted(RECORD), ["queued"], State.OPEN, None),
    "parked": (waiting(), ["queued"], State.OPEN, None),
    "in wrap-up": (wrap_up(), ["wrap_up_completed"], State.CLOSED, "aino"),
    "offered to her": (offered(to=AGENT), ["offer_withdrawn"], State.OPEN, None),
    "transferred to her": (accepted(by=OTHER, offers=(offer(AGENT, OfferKind.TRANSFER),)), ["offer_withdrawn"],
                           State.ACTIVE, "eino"),
    "consulting": (accepted(by=OTHER, participants=(participant(AGENT, Role.CONSULT),)), ["participant_left"],
                   State.ACTIVE, "eino"),
    "monitoring and asked": (
        accepted(by=OTHER, participants=(participant(AGENT, Role.MONITOR),),
                 offers=(offer(AGENT, OfferKind.TRANSFER),)),
        ["offer_withdrawn", "monitor_stopped"], State.ACTIVE, "eino",
    ),
    "not hers": (accepted(by=OTHER), [], State.ACTIVE, "eino"),
}  # fmt: skip


@pytest.mark.parametrize("case", HERS)
def test_what_an_account_that_serves_no_more_had(case: str) -> None:
    before, kinds, state, owner = HERS[case]
    events = without("aino", before, workstream(before.channel), "Support", at=AT)
    assert [event.kind for event in events] == kinds
    assert {getattr(event, "cause", None) for event in events} <= {"not_serving", "queued"}
    now = after(before, events)
    assert (now.state, now.owner_id, now.declines) == (state, owner, {})
    assert "aino" not in now.holds
    assert now.queued_at == before.queued_at
