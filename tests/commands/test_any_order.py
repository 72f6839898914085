"""Commands in any order by anybody: what the rules promise is what happens, and the invariants hold (design §5).

Dice say who does what to which conversation, on real PostgreSQL. Before each command `act_refusal` is asked,
as a button would ask it: the command must answer with the same reason, or get further. After each run `verify`
must find nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from sample_floor import (
    AINO,
    ALL_ON,
    BILLING,
    BOTTI,
    CASES,
    EINO,
    ONNI,
    PEOPLE,
    PROCESS,
    ROUTER,
    SAARA,
    STRANGER,
    SULO,
    SUPPORT,
    TIMER,
    Floor,
    customer,
    reason,
)  # fmt: skip
from sample_routing import ask, give_up, regain

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.assign import AssignToAgent, AssignToQueue
from valvomo.commands.conversations.bots import EndByBot, Escalate, HandOver, PauseBot, ResumeBot
from valvomo.commands.conversations.call import (
    AcceptCall,
    Coach,
    DeclineCall,
    Elevate,
    EndCall,
    Hold,
    StopCoach,
    Unhold,
)
from valvomo.commands.conversations.connection import CustomerConnect, CustomerDisconnect, CustomerEnd
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Conversation, Mode, State
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # many transactions each

ACTORS = (*PEOPLE, STRANGER)
TARGETS = (AINO, EINO, ONNI, SAARA)
SUPERVISIONS = (
    ALL_ON, ALL_ON, ALL_ON, Supervision(), replace(ALL_ON, show_agents_monitored=True),
    Supervision(on=frozenset(Right), denied_to={"saara": frozenset({Right.TRANSFER})}),
    Supervision(on=frozenset(Right), denied_in={SUPPORT: frozenset({Right.MONITOR, Right.ASSIGN})}),
)  # fmt: skip
STARTS = ("chat", "persistent", "heavy", "consented", "unblocked", "seconds", "automatic", "case", "botted")


@dataclass(frozen=True)
class Step:
    """One drawn act: what, by whom, on the how-manieth conversation, and two more choices.

    `apt` looks for a conversation and a person that it is allowed with, so that runs get somewhere.
    """

    what: str
    actor: Actor
    conversation: int
    target: Actor
    choice: int
    apt: bool


Make = Callable[[str, Step], Command]


def _agent(step: Step) -> str:
    return step.target.id


def _odd(step: Step) -> bool:
    return step.choice % 2 == 1


def _queue(step: Step) -> str:
    return (SUPPORT, BILLING, CASES, "deserted")[step.choice % 4]


ACTS: dict[str, tuple[Act, Make]] = {
    "monitor": (Act.MONITOR, lambda one, _: Monitor(conversation_id=one)),
    "stop": (Act.STOP_MONITOR, lambda one, _: StopMonitor(conversation_id=one)),
    "join": (Act.JOIN, lambda one, _: Join(conversation_id=one)),
    "leave": (Act.LEAVE, lambda one, _: Leave(conversation_id=one)),
    "take_over": (Act.TAKE_OVER, lambda one, _: TakeOver(conversation_id=one)),
    "assign": (
        Act.ASSIGN_AGENT,
        lambda one, step: AssignToAgent(
            conversation_id=one, agent_id=_agent(step), override_presence=_odd(step), override_capacity=step.choice > 1
        ),
    ),
    "assign_queue": (Act.ASSIGN_QUEUE, lambda one, step: AssignToQueue(conversation_id=one, queue=_queue(step))),
    "transfer": (
        Act.TRANSFER_AGENT,
        lambda one, step: TransferToAgent(
            conversation_id=one, agent_id=_agent(step), stay=_odd(step), override_capacity=step.choice > 1
        ),
    ),
    "transfer_later": (
        Act.TRANSFER_WHEN_CALL_ENDS,
        lambda one, step: TransferToAgent(conversation_id=one, agent_id=_agent(step), when_call_ends=True),
    ),
    "transfer_queue": (Act.TRANSFER_QUEUE, lambda one, step: TransferToQueue(conversation_id=one, queue=_queue(step))),
    "hand_over": (Act.HAND_OVER, lambda one, _: HandOver(conversation_id=one)),
    "pause_bot": (Act.PAUSE_BOT, lambda one, _: PauseBot(conversation_id=one)),
    "resume_bot": (Act.RESUME_BOT, lambda one, _: ResumeBot(conversation_id=one)),
    "force_close": (Act.FORCE_CLOSE, lambda one, _: ForceClose(conversation_id=one, reason="test")),
    "accept": (Act.ACCEPT, lambda one, _: AcceptOffer(conversation_id=one)),
    "reject": (Act.REJECT, lambda one, _: RejectOffer(conversation_id=one)),
    "pick": (Act.PICK, lambda one, _: serve.Pick(conversation_id=one)),
    "release": (Act.RELEASE, lambda one, _: serve.Release(conversation_id=one)),
    "park": (Act.PARK, lambda one, _: serve.Park(conversation_id=one)),
    "resume": (Act.RESUME, lambda one, _: serve.Resume(conversation_id=one)),
    "end": (Act.END, lambda one, _: serve.End(conversation_id=one)),
    "complete": (Act.COMPLETE, lambda one, _: serve.Complete(conversation_id=one)),
    "details": (Act.DETAILS, lambda one, step: serve.ChangeDetails(conversation_id=one, priority=step.choice)),
    "consult": (
        Act.CONSULT,
        lambda one, step: Consult(conversation_id=one, agent_id=_agent(step), public=_odd(step)),
    ),
    "elevate": (Act.ELEVATE, lambda one, _: Elevate(conversation_id=one, mode=Mode.VOICE)),
    "end_call": (Act.END_CALL, lambda one, _: EndCall(conversation_id=one)),
    "hold": (Act.HOLD, lambda one, _: Hold(conversation_id=one)),
    "unhold": (Act.UNHOLD, lambda one, _: Unhold(conversation_id=one)),
    "coach": (Act.COACH, lambda one, _: Coach(conversation_id=one)),
    "quiet": (Act.STOP_COACH, lambda one, _: StopCoach(conversation_id=one)),
}  # fmt: skip
WORDS = {"reply": (Act.REPLY, Visibility.PUBLIC), "note": (Act.NOTE, Visibility.INTERNAL),
         "whisper": (Act.WHISPER, Visibility.WHISPER),
         "instruct": (Act.INSTRUCT, Visibility.INSTRUCTION)}  # fmt: skip
AIMS = {
    **{what: act for what, (act, _) in (*ACTS.items(), *WORDS.items())},
    "bot_write": Act.HAND_OVER, "escalate": Act.HAND_OVER, "bot_end": Act.HAND_OVER,
    "answer_call": Act.END_CALL, "decline_call": Act.END_CALL,
    "route": Act.ASSIGN_AGENT,
}  # fmt: skip
OTHERS = (
    "start", "guest_connect", "guest_disconnect", "guest_end", "guest_write", "route", "orphan", "regain", "fire",
    "bot_write", "escalate", "bot_end", "answer_call", "decline_call", "connect", "disconnect", "presence", "supervise",
)  # fmt: skip
# Reasons that are about a target or the actor's seat, which `act_refusal` is not told of.
TARGET_REASONS = {one for one in Reason if one.value.startswith("target/")} | {
    Reason.ALREADY_IN_CONVERSATION, Reason.OFFER_PENDING, Reason.NO_CAPACITY,
}  # fmt: skip

WEIGHTS = {"start": 8, "accept": 5, "pick": 5, "consult": 2, "guest_write": 3, "elevate": 5, "park": 3, "resume": 3,
           "force_close": 0.3, "guest_end": 0.4, "end": 1, "complete": 5, "fire": 2, "supervise": 0.4, "presence": 0.5,
           "join": 3, "take_over": 2, "transfer": 2, "orphan": 1, "regain": 1, "disconnect": 0.6, "assign_queue": 3,
           "transfer_queue": 4, "transfer_later": 2, "bot_end": 0.4,
           "bot_write": 3, "escalate": 2.5, "end_call": 1, "reject": 2, "answer_call": 8, "decline_call": 1, "hold": 6,
           "unhold": 4, "coach": 9, "quiet": 5, "monitor": 2, "instruct": 8}  # fmt: skip
RUNS, STEPS = 12, 280
REACHED: dict[str, int] = {}


def steps_of(seed: int) -> Iterator[Step]:
    """Drawn from a seed: the same run everywhere."""
    dice = random.Random(seed)
    kinds = (*ACTS, *WORDS, *OTHERS)
    weights = [WEIGHTS.get(kind, 1) for kind in kinds]
    for what in dice.choices(kinds, weights, k=STEPS):
        yield Step(
            what=what,
            actor=dice.choice((AINO, EINO, ONNI, SAARA, SULO, *ACTORS)),
            conversation=dice.randrange(6),
            target=dice.choice(TARGETS),
            choice=dice.randrange(4),
            apt=dice.random() < 0.8,
        )


class Run:
    """One drawn sequence on one floor."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.ids: list[str] = []
        self.supervision = ALL_ON
        self.outcomes: list[tuple[str, Reason | None]] = []

    async def take(self, step: Step) -> None:
        """Do it, and hold the answer against the promise."""
        self.floor.clock.advance((0, 1, 61, 200)[step.choice])
        if step.what == "start" or not self.ids:
            consent = (True, False)[step.choice % 2]
            self.ids.append(
                await self.floor.start(
                    STARTS[(step.conversation * 4 + step.choice) % len(STARTS)], consent=consent
                )
            )
            return
        step, before = await self._aimed(step)
        one = before.id
        if step.what in ACTS:
            act, make = ACTS[step.what]
            outcome: object = await self.floor.do(step.actor, make(one, step))
            await self._promised(step, act, before, outcome)
        elif step.what in WORDS:
            act, visibility = WORDS[step.what]
            outcome = await self.floor.write(step.actor, one, f"{step.what} {before.seq}", visibility)
            await self._promised(step, act, before, outcome)
        else:
            outcome = await self._other(step, before)
        self.outcomes.append((step.what, reason(outcome)))
        await self._life(before)

    async def _aimed(self, step: Step) -> tuple[Step, Conversation]:
        place = step.conversation % min(len(self.ids), 6)
        recent = self.ids[-6:]
        turned = recent[place:] + recent[:place]
        act = AIMS.get(step.what)
        for one in turned if step.apt else ():
            conversation = await self.floor.get(one)
            if act is None:
                break
            for actor in (step.actor, *TARGETS, SULO):
                if act_refusal(act, actor, conversation, self.supervision) is None:
                    return replace(step, actor=actor), conversation
        return step, await self.floor.get(turned[0])

    async def _promised(self, step: Step, act: Act, before: Conversation, outcome: object) -> None:
        promised = act_refusal(act, step.actor, before, self.supervision)
        if step.actor is STRANGER:
            assert reason(outcome) in (Reason.NOT_FOUND, Reason.SWITCHED_OFF), step
        elif promised is not None:
            assert reason(outcome) is promised.reason, (step, outcome, promised)
            if isinstance(outcome, Refusal) and outcome.reason is not Reason.ROLE_NEEDED:
                assert outcome.facts == promised.facts
        elif isinstance(outcome, Refusal):
            assert outcome.reason in TARGET_REASONS, (step, outcome)
        if isinstance(outcome, Refusal):
            assert await self.floor.get(before.id) == before

    async def _life(self, before: Conversation) -> None:
        """Closed is final; versions only grow; a supervisor's silence leaves no trace in what agents see."""
        after = await self.floor.get(before.id)
        assert after.version >= before.version
        assert after.revision - before.revision <= after.version - before.version
        if before.state is State.CLOSED:
            assert after == before

    async def _other(self, step: Step, before: Conversation) -> object:
        if step.what == "supervise":
            self.supervision = SUPERVISIONS[(step.conversation + step.choice) % len(SUPERVISIONS)]
            await self.floor.set_supervision(self.supervision)
            return None
        guest = customer(before.id, before.contact_id)
        if step.what == "guest_write":
            return await self.floor.write(guest, before.id, "hello?")
        if step.what == "bot_write":
            return await self.floor.write(BOTTI, before.id, "beep")
        actor, command = other_commands(step, before.id, guest)[step.what]
        if isinstance(command, AgentConnect | CustomerConnect):
            await self.floor.sql("DELETE FROM connections WHERE id = $1", command.connection_id)
        return await self.floor.do(actor, command)


def other_commands(step: Step, one: str, guest: Actor) -> dict[str, tuple[Actor, Command]]:
    """What nobody's button is asked about."""
    link = {"conversation_id": one, "connection_id": f"guest-{one}", "process_id": PROCESS}
    wire = {"connection_id": f"agent-{step.actor.id}", "process_id": PROCESS}
    chosen = (Presence.AVAILABLE, Presence.AWAY, Presence.AVAILABLE, Presence.BUSY)[step.choice]
    return {
        "guest_connect": (guest, CustomerConnect(**link)),
        "guest_disconnect": (guest, CustomerDisconnect(**link)),
        "guest_end": (guest, CustomerEnd(conversation_id=one)),
        "escalate": (BOTTI, Escalate(conversation_id=one, reason="hard", answers={"order": "1"})),
        "bot_end": (BOTTI, EndByBot(conversation_id=one)),
        "route": (ROUTER, ask(one, step.target.id)),
        "orphan": (ROUTER, give_up(one)),
        "regain": (ROUTER, regain(one)),
        "fire": (TIMER, FireTimers(conversation_id=one)),
        "answer_call": (guest, AcceptCall(conversation_id=one, mode=Mode.VOICE)),
        "decline_call": (guest, DeclineCall(conversation_id=one)),
        "connect": (step.actor, AgentConnect(**wire)),
        "disconnect": (step.actor, AgentDisconnect(**wire)),
        "presence": (step.actor, SetPresence(agent_id=step.target.id, presence=chosen)),
    }


@pytest.mark.parametrize("seed", range(RUNS))
async def test_every_answer_was_promised_and_nothing_breaks(floor: Floor, seed: int) -> None:
    run = Run(floor)
    for step in steps_of(seed):
        await run.take(step)
    report = await verify(floor.database)
    assert report.clean, [str(one) for one in report.findings]
    for what, why in run.outcomes:
        REACHED[what] = REACHED.get(what, 0) + (why is None)


def test_every_kind_of_act_was_done() -> None:
    """So that the runs above are known to try what they say."""
    rare = {"coach", "quiet", "hand_over", "pause_bot", "resume_bot", "bot_end", "stop"}
    assert {what for what, count in REACHED.items() if count < RUNS / 5} <= rare, REACHED
