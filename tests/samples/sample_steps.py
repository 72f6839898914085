"""What people do on the floor, as dice fall: every kind of act, on any conversation, by anybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from sample_floor import (
    AATU,
    AINO,
    ALL_ON,
    BEGIN,
    BILLING,
    BOTTI,
    CASES,
    EINO,
    HOUSE,
    ONNI,
    PROCESS,
    ROUTER,
    SAARA,
    SULO,
    SUPPORT,
    TIMER,
    Floor,
)  # fmt: skip
from sample_lines import happens, rings
from sample_routing import ask, give_up, regain
from sample_troubles import call_troubles

from valvomo.channels.media import Medium
from valvomo.channels.port import Inbound
from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect, EndWatching
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.channels.delivery import NoteDeliveries, Told
from valvomo.commands.channels.media import AttachMedia, FailMedia, FetchMediaAgain
from valvomo.commands.channels.receiving import kept
from valvomo.commands.channels.taking_in import TakeMessage
from valvomo.commands.contacts.forget import ForgetContact, ForgetCustomer
from valvomo.commands.conversations import serve
from valvomo.commands.conversations.ask import AskSupervisor, WithdrawAsk
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
from valvomo.commands.conversations.connection import (
    CustomerConnect,
    CustomerDisconnect,
    CustomerEnd,
    HearCustomer,
)
from valvomo.commands.conversations.consult import Consult
from valvomo.commands.conversations.erase_written import EraseWritten
from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.join import Join, Leave, TakeOver
from valvomo.commands.conversations.measure import MeasureSentiment
from valvomo.commands.conversations.monitor import Monitor, StopMonitor
from valvomo.commands.conversations.mute import Mute, Pin, Unmute, Unpin
from valvomo.commands.conversations.offers import AcceptOffer, RejectOffer
from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.conversations.record import (
    EndRecording,
    PauseRecording,
    ResumeRecording,
    StartRecording,
)
from valvomo.commands.conversations.survey import AnswerSurvey
from valvomo.commands.conversations.telephone import Redial
from valvomo.commands.conversations.transfer import TransferToAgent, TransferToQueue
from valvomo.commands.conversations.vip import MarkVip
from valvomo.commands.conversations.write_down import WriteDown
from valvomo.commands.records.change import ChangeRecord
from valvomo.commands.records.linking import LinkRecord, UnlinkRecord
from valvomo.commands.registry import Command
from valvomo.db import channels
from valvomo.db.channels import Call
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attachments.media import MediaProblem
from valvomo.domain.conversations.delivery import Delivery
from valvomo.domain.conversations.measure import Measured
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Mode, Role

DUE = BEGIN + timedelta(days=3)
STAFF = (AINO, EINO, ONNI, SAARA, SULO)
QUEUES = (SUPPORT, BILLING, CASES)
STARTS = ("chat", "persistent", "heavy", "unblocked", "seconds", "automatic", "case", "botted", "noticed")


@dataclass(frozen=True)
class Step:
    """One drawn act: what, by whom, on which conversation, with which other person or choice."""

    what: str
    actor: Actor
    number: int
    target: Actor
    choice: int


def command(step: Step, one: str) -> tuple[Actor, Command] | None:
    """The step as a command, if it is one that staff give."""
    agent, queue, odd = step.target.id, QUEUES[step.choice % 3], step.choice % 2 == 1
    commands: dict[str, Command] = {
        "pick": serve.Pick(conversation_id=one),
        "release": serve.Release(conversation_id=one),
        "park": serve.Park(conversation_id=one),
        "resume": serve.Resume(conversation_id=one),
        "end": serve.End(conversation_id=one),
        "complete": serve.Complete(conversation_id=one),
        "change_record": ChangeRecord(
            conversation_id=one, revision=99, description="Two pails", due_at=DUE, priority=step.choice
        ),
        "status_hold": ChangeRecord(conversation_id=one, revision=99, status="on_hold"),
        "status_back": ChangeRecord(conversation_id=one, revision=99, status="in_progress"),
        "status_open": ChangeRecord(conversation_id=one, revision=99, status="open"),
        "details": serve.ChangeDetails(conversation_id=one, priority=step.choice, subject="Invoice"),
        "accept": AcceptOffer(conversation_id=one),
        "reject": RejectOffer(conversation_id=one, reason="busy"),
        "monitor": Monitor(conversation_id=one),
        "stop": StopMonitor(conversation_id=one),
        "join": Join(conversation_id=one),
        "leave": Leave(conversation_id=one),
        "take_over": TakeOver(conversation_id=one),
        "assign": AssignToAgent(
            conversation_id=one, agent_id=agent, override_capacity=odd, override_presence=odd
        ),
        "assign_queue": AssignToQueue(conversation_id=one, queue=queue),
        "transfer": TransferToAgent(conversation_id=one, agent_id=agent, stay=odd),
        "transfer_later": TransferToAgent(conversation_id=one, agent_id=agent, when_call_ends=True),
        "transfer_queue": TransferToQueue(conversation_id=one, queue=queue),
        "consult": Consult(conversation_id=one, agent_id=agent, public=odd),
        "force_close": ForceClose(conversation_id=one, reason="test"),
        "elevate": Elevate(conversation_id=one, mode=Mode.VOICE),
        "end_call": EndCall(conversation_id=one),
        "hold": Hold(conversation_id=one),
        "redial": Redial(conversation_id=one),
        "unhold": Unhold(conversation_id=one),
        "coach": Coach(conversation_id=one),
        "quiet": StopCoach(conversation_id=one),
        "ask_supervisor": AskSupervisor(conversation_id=one, note="help"),
        "withdraw_ask": WithdrawAsk(conversation_id=one),
        "mute": Mute(conversation_id=one, minutes=5 if odd else None, why="seen"),
        "unmute": Unmute(conversation_id=one),
        "pin": Pin(conversation_id=one, why="look"),
        "unpin": Unpin(conversation_id=one),
        "vip": MarkVip(conversation_id=one, vip=True),
        "no_vip": MarkVip(conversation_id=one, vip=False),
        "hand_over": HandOver(conversation_id=one),
        "pause_bot": PauseBot(conversation_id=one),
        "resume_bot": ResumeBot(conversation_id=one),
        "presence": SetPresence(agent_id=agent, presence=list(Presence)[step.choice % 4]),
    }
    found = commands.get(step.what)
    return (step.actor, found) if found else None


OVERFLOW = [
    {
        "trigger": "wait",
        "remedy": "close",
        "over": 1000,
        "texts": {"en": "Nobody is here. Please write to us."},
    },
    {"trigger": "wait", "remedy": "message", "over": 30, "texts": {"en": "It takes longer than usual."}},
    {"trigger": "wait", "remedy": "queue", "over": 60, "queue_id": "billing"},
]

STAFF_ACTS = (
    "pick", "pick", "release", "park", "resume", "end", "complete", "details", "accept", "accept", "reject", "monitor",
    "monitor", "stop", "join", "leave", "take_over", "assign", "assign", "assign_queue", "transfer", "transfer_queue",
    "consult", "force_close", "elevate", "end_call", "presence", "ask_supervisor", "withdraw_ask", "mute",
    "unmute", "pin", "unpin", "hand_over", "pause_bot", "resume_bot",
)  # fmt: skip
OTHERS = (
    "start", "start", "say", "say", "whisper", "help",
    "guest_says", "guest_says", "guest_comes", "guest_goes", "guest_ends",
    "route", "orphan", "regain", "time", "agent_comes", "agent_goes", "forgotten", "overflow", "measured",
    "arrives", "told", "lapses", "fetched", "surveyed", "answers", "answers_better",
    "bot_says", "bot_says", "bot_escalates", "bot_ends", "instruct",
)  # fmt: skip


def drawn(dice: Random, count: int) -> list[Step]:
    """So many acts, as the dice fall."""
    return [
        Step(
            what=dice.choice(STAFF_ACTS + OTHERS),
            actor=dice.choice(STAFF),
            number=dice.randrange(4),
            target=dice.choice((AINO, EINO, ONNI, SAARA)),
            choice=dice.randrange(6),
        )
        for _ in range(count)
    ]


RINGS = (
    "rings callback taken missed lapses taken picked_up hold unhold forwarded complete rings taken hung_up complete "
    "rings_noticed hears hears hung_up hears rings_asked agrees declines hung_up rings_asked hears agrees hung_up "
    "rings_asked declines hung_up rings cut_off taken picked_up cut_off taken picked_up hung_up complete"
)
"""What becomes of telephones."""


def scripted() -> list[Step]:
    """What dice seldom bring about: each line is a beginning and what is done with it."""
    lines = (
        (0, "guest_says measured pick measured"),
        (0, "pick monitor stop monitor join leave join take_over guest_comes guest_goes long"),
        (
            1,
            (
                "pick guest_comes elevate answers_call guest_goes heard monitor coach "
                "hold transfer_later unhold quiet end_call accept"
            ),
        ),
        (8, "pick elevate answers_call records troubles hold troubles end_call troubles end"),
        (0, RINGS),
        (1, "pick elevate answers_call transfer_later end"),
        (1, "pick elevate declines_call elevate answers_call guest_goes"),
        (4, "pick agent_comes agent_goes agent_comes end minute complete"),
        (0, "long"),
        (0, "orphan regain"),
        (0, "overflow"),
        (0, "overflow overflow pick"),
        (1, "pick park resume"),
        (6, "pick end"),
        (
            6,
            "change_record pick change_record status_hold change_record status_back status_open link unlink end",
        ),
        (1, "pick ask_supervisor withdraw_ask ask_supervisor monitor help"),
        (0, "mute unmute mute pin unpin"),
        (1, "pick vip no_vip vip"),
        (1, "pick monitor ask_supervisor help"),
        (
            7,
            "guest_says bot_says monitor instruct pause_bot resume_bot pause_bot long long bot_escalates pick",
        ),
        (7, "guest_says minutes"),
        (7, "bot_says minute guest_says"),
        (7, "bot_says bot_ends"),
        (7, "monitor join take_over"),
        (1, "assign reject assign minutes pick park guest_says park long"),
        (1, "arrives pick fetched say told fetched lapses"),
        (0, "surveyed pick end answers complete answers_better answers erases forgets"),
    )
    return [
        Step(what=what, actor=AINO, number=number if what == "start" else 0, target=EINO, choice=0)
        for number, acts in lines
        for what in ("start", *acts.split())
    ]


async def measured(floor: Floor, step: Step, one: str) -> Measured:
    """What some model says of the newest message."""
    return Measured(
        seq=(await floor.get(one)).seq,
        said_at=floor.clock.now,
        score=(step.choice - 3) / 3,
        confidence=0.6 + step.choice / 10,
        language=("", "fi", "sv")[step.choice % 3],
        language_confidence=0.9,
    )


async def arrive(floor: Floor) -> str:
    """A conversation that a customer begins over a channel which takes replies for an hour; its id."""
    await floor.sql(
        "INSERT INTO channel_accounts (organization_id, id, provider, name, workstream_id, settings, secrets,"
        " created_at) VALUES ($1, 'line', 'custom', 'line', 'persistent', '{}', '', $2) ON CONFLICT DO NOTHING",
        HOUSE,
        floor.clock.now,
    )
    number = len(await floor.sql("SELECT 1 FROM arrivals"))
    media = tuple(Medium(ref=f"r{place}", name=f"{place}.png", media_type="image/png") for place in range(2))
    said = Inbound(key=f"m{number}", address=f"a{number}", text="hello", sent_at=floor.clock.now, media=media)
    async with floor.database.transaction() as tx:
        now = floor.clock.now
        await channels.keep(tx, [Call(account=(HOUSE, "line"), at=now, items=[(kept(said, now), now)])])
    taken = await floor.done(TIMER, TakeMessage(account_id="line", address=said.address, session_hours=1.0))
    return str(taken.result["conversation"])


async def become_of_media(floor: Floor, step: Step) -> None:
    """Files that came with messages: one is not to be had, one is there, and what was not to be had is tried again."""
    for number, row in enumerate(await floor.sql("SELECT * FROM channel_media ORDER BY id")):
        place = (row["conversation_id"], row["id"])
        if row["state"] == "failed":
            await floor.do(step.actor, FetchMediaAgain(conversation_id=place[0], media_id=place[1]))
        elif row["state"] == "fetching" and (number + step.choice) % 2:
            await floor.do(TIMER, FailMedia(media_id=row["id"], problem=MediaProblem.GONE))
        elif row["state"] == "fetching":
            await floor.sql(
                "INSERT INTO attachments (organization_id, id, conversation_id, author_id, side, name, media_type,"
                " size, digest, progress, created_at)"
                " VALUES ($1, $2, $3, 'whoever', 'customer', 'a.pdf', 'application/pdf', 1, 'd', 'ready', $4)",
                HOUSE, f"u-{row['id']}", place[0], floor.clock.now,
            )  # fmt: skip
            await floor.do(TIMER, AttachMedia(media_id=row["id"], upload_id=f"u-{row['id']}"))


AIMS = {
    **{act.value: act for act in Act},
    "stop": Act.STOP_MONITOR, "assign": Act.ASSIGN_AGENT, "transfer": Act.TRANSFER_AGENT, "say": Act.REPLY,
    "whisper": Act.WHISPER, "route": Act.ASSIGN_AGENT, "orphan": Act.ASSIGN_AGENT, "regain": Act.ASSIGN_AGENT,
    "quiet": Act.STOP_COACH, "vip": Act.MARK_VIP, "no_vip": Act.MARK_VIP,
    "transfer_later": Act.TRANSFER_WHEN_CALL_ENDS,
    "change_record": Act.DETAILS, "status_hold": Act.DETAILS, "status_back": Act.DETAILS, "status_open": Act.DETAILS,
    "guest_says": Act.REPLY, "guest_ends": Act.END,
}  # fmt: skip


async def aimed(floor: Floor, step: Step, ids: list[str]) -> tuple[Step, str]:
    """The step at a conversation and by a person with whom it is allowed, if there are; else as it was drawn."""
    recent = ids[:-5:-1]
    place = step.number % len(recent)
    act = AIMS.get(step.what)
    for one in recent[place:] + recent[:place] if step.choice < 5 else ():
        conversation = await floor.get(one)
        for actor in (step.actor, *STAFF):
            if act is not None and act_refusal(act, actor, conversation, ALL_ON) is None:
                return replace(step, actor=actor), one
    return step, recent[place]


async def take(floor: Floor, step: Step, ids: list[str]) -> None:  # noqa: C901, PLR0912, PLR0915 - a list of cases
    """Do it; most of what is drawn is refused, which changes nothing."""
    if step.what == "start" or not ids:
        await floor.with_texts()
        ids.append(await floor.start(STARTS[(step.number + step.choice) % len(STARTS)]))
        return
    step, one = await aimed(floor, step, ids)
    given = command(step, one)
    if given is not None:
        await floor.do(*given)
        return
    guest = await floor.guest(one)
    link = {"conversation_id": one, "connection_id": f"guest-{one}", "process_id": PROCESS}
    wire = {"connection_id": f"agent-{step.actor.id}", "process_id": PROCESS}
    match step.what:
        case "say" | "whisper":
            visibility = Visibility.PUBLIC if step.what == "say" else Visibility.WHISPER
            await floor.write(step.actor, one, f"{step.what} {step.choice}", visibility)
        case "help":
            await floor.write(SAARA, one, "I am here", Visibility.WHISPER)
        case "instruct":
            await floor.write(step.actor, one, "be short", Visibility.INSTRUCTION)
        case "bot_says":
            await floor.sql("UPDATE outbox SET delivered_at = $1 WHERE delivered_at IS NULL", floor.clock.now)
            await floor.write(BOTTI, one, "beep")
        case "bot_escalates":
            await floor.do(BOTTI, Escalate(conversation_id=one, reason="hard", summary="who knows"))
        case "bot_ends":
            await floor.do(BOTTI, EndByBot(conversation_id=one))
        case "guest_says":
            await floor.write(guest, one, f"hello {step.choice}")
        case "guest_comes":
            await floor.sql("DELETE FROM connections WHERE id = $1", link["connection_id"])
            await floor.do(guest, CustomerConnect(**link))
        case "guest_goes":
            await floor.do(guest, CustomerDisconnect(**link))
        case "heard":
            await floor.do(TIMER, HearCustomer(conversation_id=one))
        case "guest_ends":
            await floor.do(guest, CustomerEnd(conversation_id=one))
        case "answers_call":
            await floor.do(guest, AcceptCall(conversation_id=one, mode=Mode.VOICE))
        case "records":
            await floor.sql("UPDATE workstreams SET calls_kept = 'recording'")
            await floor.do(TIMER, StartRecording(conversation_id=one))
            await floor.do(step.actor, PauseRecording(conversation_id=one))
            await floor.do(step.actor, ResumeRecording(conversation_id=one))
            for row in await floor.sql("SELECT id FROM recordings WHERE state = 'going'"):
                for speaker, said_as in ((guest, Role.CUSTOMER), (step.actor, Role.PRIMARY)):
                    said = WriteDown(
                        recording_id=row["id"], person_id=speaker.id, name=speaker.name, spoken_as=said_as,
                        text="as it was said", began_ms=1, ended_ms=900, confidence=0.5, heard=said_as is Role.CUSTOMER,
                    )  # fmt: skip
                    await floor.do(TIMER, said)
                await floor.do(TIMER, EndRecording(recording_id=row["id"], tracks=()))
        case "troubles":
            await call_troubles(floor, one)
        case "declines_call":
            await floor.do(guest, DeclineCall(conversation_id=one))
        case "measured":
            readings = {one: (await measured(floor, step, one),)}
            await floor.do(TIMER, MeasureSentiment(readings=readings))
        case "route":
            await floor.do(ROUTER, ask(one, step.target.id))
        case "orphan":
            await floor.do(ROUTER, give_up(one))
        case "regain":
            await floor.do(ROUTER, regain(one))
        case "time":
            floor.clock.advance((1, 61, 125, 200, 1300, 5)[step.choice])
            await floor.do(TIMER, FireTimers(conversation_id=one))
        case "minute" | "minutes" | "long":
            floor.clock.advance({"minute": 61, "minutes": 125, "long": 3_000_000}[step.what])
            await floor.do(TIMER, FireTimers(conversation_id=one))
        case "agent_comes":
            await floor.sql("DELETE FROM connections WHERE id = $1", wire["connection_id"])
            await floor.do(step.actor, AgentConnect(**wire))
        case "agent_goes":
            await floor.do(step.actor, AgentDisconnect(**wire))
        case "forgotten":
            floor.clock.advance(151)
            await floor.do(TIMER, EndWatching(person_id=step.actor.id))
        case "link":
            await floor.do(SAARA, LinkRecord(conversation_id=one, other_id=ids[0]))
        case "unlink":
            await floor.do(SAARA, UnlinkRecord(conversation_id=one, other_id=ids[0]))
        case "rings":
            ids.append(await rings(floor))
        case "rings_noticed" | "rings_asked":
            policy = "notice" if step.what == "rings_noticed" else "consent"
            await floor.sql("UPDATE workstreams SET consent = $1 WHERE id = 'line'", policy)
            ids.append(await rings(floor))
        case (
            "callback"
            | "taken"
            | "missed"
            | "picked_up"
            | "hung_up"
            | "cut_off"
            | "forwarded"
            | "hears"
            | "agrees"
            | "declines"
        ):
            await happens(floor, step.what, one)
        case "arrives":
            ids.append(await arrive(floor))
        case "told":
            for row in await floor.sql("SELECT message_id FROM dispatches"):
                told = Told(message_id=row["message_id"], state=list(Delivery)[step.choice % 4 + 1])
                await floor.do(TIMER, NoteDeliveries(told=(told,)))
        case "fetched":
            await become_of_media(floor, step)
        case "lapses":
            floor.clock.advance(3700)
            await floor.do(TIMER, FireTimers(conversation_id=one))
        case "surveyed":
            await floor.sql(
                "INSERT INTO widgets (organization_id, workstream_id, survey) SELECT organization_id, id, $1"
                " FROM workstreams ON CONFLICT DO NOTHING",
                {"kind": "csat"},
            )
        case "answers" | "answers_better":
            score = 5 if step.what == "answers_better" else step.choice % 5 + 1
            await floor.do(guest, AnswerSurvey(conversation_id=one, score=score))
        case "erases":
            await floor.sql("UPDATE organizations SET retention = '{\"written_days\": 1}'")
            floor.clock.advance(90_000)
            await floor.do(TIMER, EraseWritten(conversation_id=one))
        case "forgets":
            await floor.do(AATU, ForgetContact(contact_id=(await floor.get(one)).contact_id))
            await floor.do(TIMER, ForgetCustomer(conversation_id=one))
        case "overflow":
            await floor.sql("UPDATE queues SET overflow = $1 WHERE id = 'support'", OVERFLOW)
            floor.clock.advance((61, 1001)[step.choice % 2])
            await floor.do(TIMER, ApplyOverflow(conversation_id=one))
        case _:
            raise AssertionError(step.what)
