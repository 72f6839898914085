"""The table of spec 1 §3, every cell of it, through the one function that says what is allowed.

`TABLE` is the specification written down once more by hand, row by row in its order; nothing of it is derived from
the rules. Each state of each channel is crossed with switches, narrowing, scope, consent and ownership, and the
reason must be the exact one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import wraps
from itertools import product
from typing import Any

import pytest
from sample_talk import (
    ALL_ON,
    QUEUE,
    SUPERVISOR,
    accepted,
    an_open,
    closed,
    consent,
    elevated,
    offered,
    saara,
    waiting,
    with_bot,
    wrap_up,
)  # fmt: skip

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.conversations.model import Channel, ConsentPolicy, Conversation
from valvomo.domain.refusals import Reason

MONITOR, JOIN, FORCE_CLOSE = Act.MONITOR, Act.JOIN, Act.FORCE_CLOSE
TO_AGENT, TO_QUEUE, OVER, MOVE = Act.ASSIGN_AGENT, Act.ASSIGN_QUEUE, Act.TRANSFER_AGENT, Act.TRANSFER_QUEUE
COLUMNS = (MONITOR, JOIN, TO_AGENT, TO_QUEUE, OVER, MOVE, FORCE_CLOSE)

TEXT = ("live_chat", "persistent_chat", "sms", "whatsapp", "messenger", "telegram", "email", "custom")
ASYNCHRONOUS = TEXT[1:]
VOICE = ("voice", "video")
ANY = (*TEXT, *VOICE, "record")

YES = None
NOT_ACCEPTED, NOT_ASSIGNABLE, NOT_TRANSFERABLE = (
    Reason.NOT_ACCEPTED,
    Reason.NOT_ASSIGNABLE,
    Reason.NOT_TRANSFERABLE,
)
NOT_ACTIVE, CLOSED, IN_CALL, BOT = Reason.NOT_ACTIVE, Reason.CLOSED, Reason.ELEVATED, Reason.HANDLED_BY_BOT
RECORD = Reason.RECORD_NOT_JOINABLE

Make = Callable[[Channel], Conversation]
Cells = tuple[Reason | None, ...]
# Channels, state; then monitor, join, assign to agent, to queue, transfer to agent, to queue, force close.
TABLE: tuple[tuple[tuple[str, ...], str, Make, Cells], ...] = (
    (ANY, "open", an_open,
     (NOT_ACCEPTED, NOT_ACCEPTED, YES, YES, NOT_TRANSFERABLE, NOT_TRANSFERABLE, YES)),
    (ANY, "offered", offered,
     (NOT_ACCEPTED, NOT_ACCEPTED, NOT_ASSIGNABLE, NOT_ASSIGNABLE, YES, YES, YES)),
    ((*TEXT, *VOICE), "accepted", accepted,
     (YES, YES, NOT_ASSIGNABLE, NOT_ASSIGNABLE, YES, YES, YES)),
    (("record",), "accepted", accepted,
     (YES, RECORD, NOT_ASSIGNABLE, NOT_ASSIGNABLE, YES, YES, YES)),
    (TEXT, "elevated", elevated,
     (YES, YES, NOT_ASSIGNABLE, NOT_ASSIGNABLE, IN_CALL, IN_CALL, YES)),
    (ASYNCHRONOUS, "waiting", waiting,
     (YES, NOT_ACTIVE, NOT_ASSIGNABLE, NOT_ASSIGNABLE, YES, YES, YES)),
    (("record",), "waiting", waiting,
     (YES, RECORD, NOT_ASSIGNABLE, NOT_ASSIGNABLE, YES, YES, YES)),
    ((*TEXT, *VOICE), "wrap_up", wrap_up,
     (YES, NOT_ACTIVE, NOT_ASSIGNABLE, NOT_ASSIGNABLE, NOT_TRANSFERABLE, NOT_TRANSFERABLE, YES)),
    ((*TEXT, *VOICE), "bot", with_bot,
     (YES, YES, NOT_ASSIGNABLE, NOT_ASSIGNABLE, BOT, BOT, YES)),
    (ANY, "closed", closed,
     (CLOSED,) * 7),
)  # fmt: skip

SWITCHES: Mapping[Act, Right] = {
    MONITOR: Right.MONITOR, JOIN: Right.MONITOR, TO_AGENT: Right.ASSIGN, TO_QUEUE: Right.ASSIGN,
    OVER: Right.TRANSFER, MOVE: Right.TRANSFER, FORCE_CLOSE: Right.FORCE_CLOSE,
}  # fmt: skip
CONSENTS = {
    "none": (consent(None, ConsentPolicy.NONE), YES),
    "notice": (consent(None, ConsentPolicy.NOTICE), YES),
    "yes": (consent(True), YES),
    "no": (consent(False), Reason.CONSENT_REFUSED),
    "unanswered": (consent(None), Reason.CONSENT_PENDING),
}
Case = tuple[Act, Conversation, Reason | None]


def rows() -> Iterator[object]:
    """One for each channel and state: the cells of all acts."""
    for channels, state, make, expected in TABLE:
        for channel in channels:
            cells = [
                (act, make(Channel(channel)), reason) for act, reason in zip(COLUMNS, expected, strict=True)
            ]
            yield pytest.param(cells, id=f"{channel}-{state}")


def each_cell(test: Callable[[Any, Case], None]) -> Callable[[Any, list[Case]], None]:
    """The test for every act of the row; the failing one is named."""

    @wraps(test)
    def for_each(self: object, case: list[Case]) -> None:
        for cell in case:
            try:
                test(self, cell)
            except AssertionError as error:
                error.add_note(f"act: {cell[0]}")
                raise

    return for_each


def asked(
    act: Act, conversation: Conversation, actor: Actor = saara, supervision: Supervision = ALL_ON
) -> Reason | None:
    refusal = act_refusal(act, actor, conversation, supervision)
    return refusal.reason if refusal else None


@pytest.mark.parametrize("case", list(rows()))
class TestEveryCell:
    """One cell of the table, under everything that can take the right away."""

    @each_cell
    def test_as_the_table_says(self, case: Case) -> None:
        act, conversation, expected = case
        assert asked(act, conversation) is expected

    @each_cell
    def test_its_switch_off_refuses_whatever_the_state(self, case: Case) -> None:
        act, conversation, expected = case
        for off in Right:
            supervision = Supervision(on=frozenset(Right) - {off})
            wanted = Reason.SWITCHED_OFF if off is SWITCHES[act] else expected
            assert asked(act, conversation, supervision=supervision) is wanted

    @each_cell
    def test_nothing_is_on_by_itself(self, case: Case) -> None:
        act, conversation, _ = case
        assert asked(act, conversation, supervision=Supervision()) is Reason.SWITCHED_OFF

    @each_cell
    def test_out_of_scope_it_does_not_exist(self, case: Case) -> None:
        act, conversation, _ = case
        elsewhere = replace(saara, supervised=frozenset({"billing"}))
        assert asked(act, conversation, elsewhere) is Reason.NOT_FOUND
        assert asked(act, conversation, replace(saara, organization_id="other")) is Reason.NOT_FOUND

    @each_cell
    def test_a_supervisor_of_all_queues_is_in_scope(self, case: Case) -> None:
        act, conversation, expected = case
        everywhere = replace(saara, supervised=frozenset(), supervises_all=True)
        assert asked(act, conversation, everywhere) is expected

    @each_cell
    def test_narrowed_for_this_supervisor(self, case: Case) -> None:
        act, conversation, expected = case
        for right in Right:
            wanted = Reason.NARROWED_FOR_YOU if right is SWITCHES[act] else expected
            narrowed = replace(ALL_ON, denied_to={"saara": frozenset({right})})
            assert asked(act, conversation, supervision=narrowed) is wanted
        for_another = replace(ALL_ON, denied_to={"sulo": frozenset(Right)})
        assert asked(act, conversation, supervision=for_another) is expected

    @each_cell
    def test_narrowed_in_this_queue(self, case: Case) -> None:
        act, conversation, expected = case
        for right in Right:
            wanted = Reason.NARROWED_FOR_QUEUE if right is SWITCHES[act] else expected
            narrowed = replace(ALL_ON, denied_in={QUEUE: frozenset({right})})
            assert asked(act, conversation, supervision=narrowed) is wanted
        elsewhere = replace(ALL_ON, denied_in={"billing": frozenset(Right)})
        assert asked(act, conversation, supervision=elsewhere) is expected

    @each_cell
    def test_consent_stands_between_supervisor_and_customer(self, case: Case) -> None:
        act, conversation, expected = case
        for given, forbidden in CONSENTS.values():
            # Only listening needs consent, and only what could be listened to at all is forbidden by it.
            listening = act in (MONITOR, JOIN) and expected not in (NOT_ACCEPTED, CLOSED)
            wanted = (forbidden or expected) if listening else expected
            assert asked(act, replace(conversation, consent=given)) is wanted

    @each_cell
    def test_an_integration_account_never(self, case: Case) -> None:
        act, conversation, _ = case
        for roles in ({UserRole.INTEGRATION}, {UserRole.INTEGRATION, UserRole.SUPERVISOR}):
            account = replace(saara, roles=frozenset(roles))
            assert asked(act, conversation, account) is Reason.INTEGRATION_ACCOUNT

    @each_cell
    def test_other_roles_never(self, case: Case) -> None:
        act, conversation, _ = case
        for role in (UserRole.AGENT, UserRole.ADMINISTRATOR, UserRole.AUDITOR):
            account = replace(saara, roles=frozenset({role}), queues=frozenset({QUEUE}))
            assert asked(act, conversation, account) is Reason.ROLE_NEEDED


@pytest.mark.parametrize("make", [accepted, elevated, waiting, wrap_up], ids=lambda make: make.__name__)
def test_you_cannot_monitor_your_own_conversation(make: Make) -> None:
    channel = Channel.PERSISTENT_CHAT
    own = replace(make(channel), owner_id=SUPERVISOR[0], owner_name=SUPERVISOR[1])
    assert asked(MONITOR, own) is Reason.OWN_CONVERSATION
    assert asked(JOIN, own) is Reason.OWN_CONVERSATION
    assert asked(FORCE_CLOSE, own) is None


@pytest.mark.parametrize("given", CONSENTS)
def test_ones_own_conversation_is_named_before_consent(given: str) -> None:
    own = replace(accepted(), owner_id="saara", consent=CONSENTS[given][0])
    assert asked(MONITOR, own) is Reason.OWN_CONVERSATION


def test_the_table_has_every_row_of_every_channel() -> None:
    """A state may not be left out for a channel unless the channel cannot be in it."""
    listed = {(channel, state) for channels, state, _, _ in TABLE for channel in channels}
    states = ("open", "offered", "accepted", "elevated", "waiting", "wrap_up", "bot", "closed")
    impossible = {(channel, "elevated") for channel in (*VOICE, "record")}
    impossible |= {(channel, "waiting") for channel in ("live_chat", *VOICE)}
    impossible |= {("record", "wrap_up"), ("record", "bot")}
    assert listed == set(product(ANY, states)) - impossible


class TestWhatIsOfferedInstead:
    """Notes e and f: a no that names the way."""

    def test_transfer_when_the_call_ends(self) -> None:
        refusal = act_refusal(OVER, saara, elevated(), ALL_ON)
        assert refusal is not None
        assert refusal.facts["instead"] == "when_call_ends"
        assert asked(Act.TRANSFER_WHEN_CALL_ENDS, elevated()) is None
        for not_in_call in (accepted(), waiting(), wrap_up(), an_open(), accepted(Channel.VOICE)):
            assert asked(Act.TRANSFER_WHEN_CALL_ENDS, not_in_call) is Reason.NOT_ELEVATED

    def test_hand_over_to_a_queue(self) -> None:
        refusal = act_refusal(MOVE, saara, with_bot(), ALL_ON)
        assert refusal is not None
        assert refusal.facts["instead"] == "hand_over"
        assert asked(Act.HAND_OVER, with_bot()) is None
        for with_people in (accepted(), waiting(), an_open(), offered()):
            assert asked(Act.HAND_OVER, with_people) is Reason.NOT_HANDLED_BY_BOT
        assert asked(Act.HAND_OVER, closed()) is Reason.CLOSED

    def test_only_one_transfer_can_be_pending(self) -> None:
        for act in (OVER, MOVE):
            pending = replace(accepted(), offers=offered().offers)
            refusal = act_refusal(act, saara, pending, ALL_ON)
            assert refusal is not None
            assert refusal.reason is Reason.TRANSFER_PENDING
            assert refusal.facts == {"agent": "Eino"}
        assert asked(FORCE_CLOSE, replace(accepted(), offers=offered().offers)) is None

    def test_not_assignable_says_who_has_it_now(self) -> None:
        holders = {"Aino": accepted(), "Eino": offered(), "Botti": with_bot()}
        for name, conversation in holders.items():
            refusal = act_refusal(TO_AGENT, saara, conversation, ALL_ON)
            assert refusal is not None
            assert refusal.facts["owner"] == name
