"""What the edge works with: put together once by `main`, the same for every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from prometheus_client import CollectorRegistry

from valvomo.commands.attachments.examining import Examination
from valvomo.commands.attachments.receiving import Intake
from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.calling import Calling
from valvomo.commands.channels.beginning import Beginning
from valvomo.commands.channels.receiving import Reception
from valvomo.commands.channels.setting_up import SettingUp
from valvomo.commands.connections import NotesByKind
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.execute import Executor
from valvomo.commands.plain import Plain
from valvomo.commands.settings.provider_gate import ProviderGate
from valvomo.commands.settings.sign_in import Gate
from valvomo.commands.switchboard import Switchboard
from valvomo.edge.http.authentication import Authentication
from valvomo.edge.http.operators import Operators
from valvomo.edge.http.pace import Pace
from valvomo.edge.metrics import Requests
from valvomo.edge.ws.admission import Admissions
from valvomo.edge.ws.quotas import Quotas
from valvomo.files.links import Links
from valvomo.files.port import Storage
from valvomo.files.sealed import SealedFiles
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.insight.trials import Trials
from valvomo.live.connection import MAX_TOPICS
from valvomo.live.replay.rule_trials import RuleTrials
from valvomo.live.replay.watching import Replay
from valvomo.live.typing import TypingSignal
from valvomo.media.relays import Relays
from valvomo.queries.backlog import Backlog
from valvomo.queries.reading import Reader
from valvomo.queries.whatif.laboratory import Laboratory
from valvomo.telemetry.fresh import Fresh
from valvomo.telemetry.loop_delay import LoopDelay
from valvomo.telemetry.packets import Packets
from valvomo.voices.choosing import VoicePlaces

STATIC = Path(__file__).parent.parent / "static"


class Live(Protocol):
    """As much of the live stream as routes ask for."""

    @property
    def leaving(self) -> bool:
        """Whether this process is going."""
        ...

    def tell_typing(self, signal: TypingSignal) -> None:
        """Show that somebody writes, who has no live connection of their own."""
        ...

    def lag_ms(self) -> int:
        """Age of the oldest feed: how long ago it last knew that it had read everything, in milliseconds."""
        ...

    def least_lag_ms(self) -> int:
        """The same of the youngest, of those that can read what is stored."""
        ...


def paces(customer_pace: int = 10) -> dict[str, Pace]:
    """How fast what costs us much may be done: burst, and how many a second after it.

    An address signs in and starts conversations, a conversation's customer acts and reads in it and brings files, a bot
    in all of its own, a live connection tells of typing and says something to calls. Who connects and watches, by
    however many connections, does so as one person, or as one conversation's customer (`own`), who says something to a
    call as that. All topics that a few connections have may be watched at once, as after a break.
    """
    return {
        "sign_in": Pace(burst=60, per_second=2),
        "widget_start": Pace(burst=300, per_second=10),
        "transcript": Pace(burst=3, per_second=1 / 600),
        "download": Pace(burst=5, per_second=1 / 20),
        "read_own": Pace(burst=100, per_second=10),
        "read_public": Pace(burst=600, per_second=30),
        "upload": Pace(burst=20, per_second=0.5),
        "customer": Pace(burst=10 * customer_pace, per_second=customer_pace),
        "bot": Pace(burst=2_000, per_second=200),
        "connect": Pace(burst=100, per_second=5),
        "connect_own": Pace(burst=30, per_second=1),
        "watch": Pace(burst=4 * MAX_TOPICS, per_second=20),
        "watch_own": Pace(burst=20, per_second=2),
        "typing": Pace(burst=10, per_second=2),
        "call": Pace(burst=60, per_second=2),
        "ping": Pace(burst=10, per_second=0.2),
    }


class Channels(NamedTuple):
    """Who receives what providers say, who sets accounts up, who begins over them, and where calls come in."""

    reception: Reception
    setting_up: SettingUp
    beginning: Beginning
    switchboard: Switchboard


@dataclass(frozen=True, slots=True, kw_only=True)
class FileParts:
    """How files come in, are looked into, are kept, and are opened. `console` may have pages of files in a frame."""

    intake: Intake
    examination: Examination
    storage: Storage
    links: Links
    sealed: SealedFiles
    console: str = "'self'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The concrete parts behind the routes.

    `mails`: there is a mail server to send by. For `/readyz`: `pending` asks whether migrations are missing,
    `connected` whether the bus reaches the others.
    """

    executor: Executor
    lane: MessageLane
    reader: Reader
    authentication: Authentication
    clock: Callable[[], datetime]
    live: Live
    gate: Gate
    provider_gate: ProviderGate
    files: FileParts
    pending: Callable[[], Awaitable[bool]]
    laboratory: Laboratory
    trials: Trials
    speech: SpeechPlaces
    voices: VoicePlaces
    replay: Replay
    rule_trials: RuleTrials
    notes: NotesByKind
    calling: Calling
    relays: Relays = field(default_factory=Relays)
    channels: Channels
    plain: Plain
    admissions: Admissions = field(default_factory=Admissions)
    quotas: Quotas = field(default_factory=Quotas)
    backlog: Fresh[Backlog | None]
    bookkeeper: Bookkeeper
    operators: Operators
    connected: Callable[[], bool] = lambda: True
    requests: Requests = field(default_factory=Requests)
    packets: Packets = field(default_factory=Packets)
    loop: LoopDelay = field(default_factory=LoopDelay)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    paces: Mapping[str, Pace] = field(default_factory=paces)
    mails: bool = False
    secure: bool = False
    session_hours: int = 12
    static: Path = STATIC
