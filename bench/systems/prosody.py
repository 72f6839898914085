"""Prosody: XMPP over WebSocket, a multi-user room for each conversation, its archive in PostgreSQL."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import floor_processes as processes
from floor_wire import Listener, WireError
from systems.install import version_of
from systems.system import Running, Size, counted, tree_of
from valvomo.db.embedded import EmbeddedPostgres
from workload.ledger import WORDS
from workload.people import Ears, People

_ROWS = f"SELECT count(*) FROM prosodyarchive WHERE store = 'muc_log' AND value LIKE '%{WORDS}%'"
_OPEN = b"<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='localhost' version='1.0'/>"
_AUTH = b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='ANONYMOUS'/>"
_OURS = " xmlns='jabber:client' "
"""Over WebSocket each stanza is a document of its own and names its namespace."""
_CONFIGURATION = """\
-- Written by the benchmark.
run_as_root = true
data_path = "{folder}"
pidfile = "{folder}/prosody.pid"
log = {{ warn = "{folder}/prosody.log" }}
plugin_paths = {{}}
modules_enabled = {{ "saslauth", "disco", "websocket" }}
modules_disabled = {{ "s2s" }}
c2s_ports = {{}}
c2s_direct_tls_ports = {{}}
s2s_ports = {{}}
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
c2s_require_encryption = false
consider_websocket_secure = true
storage = {{ archive = "sql", muc_log = "sql" }}
sql = {{
    driver = "PostgreSQL", database = "{database}", host = "{host}", username = "{user}", password = "{password}"
}}

VirtualHost "localhost"
    authentication = "anonymous"

Component "conference.localhost" "muc"
    modules_enabled = {{ "muc_mam" }}
    muc_log_by_default = true
    muc_room_default_persistent = true
    muc_room_locking = false
    muc_room_default_history_length = 0
"""


class Prosody:
    """One Lua process and PostgreSQL."""

    name = "prosody"
    steps: tuple[str, ...] = ("prosody.cfg.lua", "createdb", "prosody -F")
    settings = (
        "WebSocket and anonymous sign-in only, no TLS, no other servers; rooms persistent (the archive of others goes"
        " with their last occupant), archived by `muc_mam` in SQL, not locked when made, no history on joining"
    )
    watched = ""

    def missing(self) -> str:
        """Debian's packages."""
        return "" if shutil.which("prosody") and version_of("lua-dbi-postgresql") else "not installed"

    def version(self) -> str:
        """Debian's."""
        return f"Prosody {version_of('prosody')}"

    @asynccontextmanager
    async def running(self, folder: Path, size: Size) -> AsyncIterator[Running]:  # noqa: ARG002 - of any size
        """In the foreground."""
        port = processes.free_port()
        async with EmbeddedPostgres(folder / "postgres") as database:
            parts = urlsplit(database.url)
            written = folder / "prosody.cfg.lua"
            written.touch(mode=0o600)
            written.write_text(
                _CONFIGURATION.format(
                    folder=folder, port=port, database=parts.path.strip("/"), user=parts.username,
                    host=processes.socket_folder(database.url), password=parts.password,
                )
            )  # fmt: skip
            words = ["prosody", "--config", str(written), "-F"]
            with processes.process(words, folder / "prosody.out", talks=False) as server:
                await processes.listening(port, server)
                yield Running(
                    roots={"server": server.pid, "database": tree_of(database.pid)},
                    where={"port": port},
                    rows=lambda: counted(database, _ROWS),
                )

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """XMPP clients."""
        return XmppPeople(int(str(where["port"])), ears)


_FROM = re.compile(r"<(message|presence)\b[^>]*\bfrom=['\"]c(\d+)@")
_BODY = re.compile(r"<body>([^<]*)</body>")


@dataclass(slots=True)
class Stream:
    """One client's stream: `heard` gets the texts of rooms, `joined` are rooms that it is in."""

    socket: Listener
    answers: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    joined: dict[int, asyncio.Event] = field(default_factory=dict)

    @classmethod
    async def open(cls, port: int, heard: Callable[[int, str, float], None]) -> Stream:
        """Connected, signed in as nobody in particular, and bound."""
        stream: list[Stream] = []

        def take(payload: bytes, at: float) -> None:
            stream[0].take(payload.decode(), at, heard)

        headers = {"Sec-WebSocket-Protocol": "xmpp"}
        stream.append(cls(await Listener.connect(port, "/xmpp-websocket", headers, take)))
        await stream[0].sign_in()
        return stream[0]

    async def sign_in(self) -> None:
        """RFC 7395 and 6120: open, ANONYMOUS, open again, bind."""
        self.socket.send(_OPEN)
        await self.until("<stream:features", "<features")
        self.socket.send(_AUTH)
        await self.until("<success")
        self.socket.send(_OPEN)
        await self.until("<stream:features", "<features")
        self.say("<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>")
        await self.until("<iq")

    async def join(self, conversation: int, nick: str) -> None:
        """Into the room of a conversation."""
        joined = self.joined[conversation] = asyncio.Event()
        self.say(
            f"<presence to='c{conversation}@conference.localhost/{nick}'>"
            "<x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>"
        )
        async with asyncio.timeout(30):
            await joined.wait()

    def say(self, stanza: str) -> None:
        """Send a stanza."""
        if self.socket.lost:
            raise WireError("the stream is gone")
        self.socket.send(stanza.replace(" ", _OURS, 1).encode())

    def take(self, stanza: str, at: float, heard: Callable[[int, str, float], None]) -> None:
        """A stanza that came."""
        found = _FROM.match(stanza)
        if found is None:
            self.answers.put_nowait(stanza)
        elif found[1] == "message":
            for text in _BODY.findall(stanza):
                heard(int(found[2]), text, at)
        elif "status code='110'" in stanza.replace('"', "'"):
            self.joined[int(found[2])].set()

    async def until(self, *beginnings: str) -> None:
        """A stanza that begins so; anything else is passed over, a failure is an error."""
        async with asyncio.timeout(30):
            while not (stanza := await self.answers.get()).startswith(beginnings):
                if stanza.startswith(("<failure", "<close", "<stream:error")):
                    raise WireError(stanza)


class XmppPeople:
    """A customer is an anonymous client in one room; an agent is one in five."""

    watches = False

    def __init__(self, port: int, ears: Ears) -> None:
        self._port = port
        self._ears = ears
        self._agents: list[Stream] = []
        self._customers: dict[int, Stream] = {}

    async def gather(self, agents: int, supervisors: int) -> None:  # noqa: ARG002 - nothing to watch
        """Agents' streams."""
        for _ in range(agents):
            self._agents.append(await self._stream(on_customers_side=False))

    async def arrive(self, conversation: int) -> None:
        """A stream and a room; whose turn it is joins it, since nobody is asked."""
        self._customers[conversation] = await self._stream(on_customers_side=True)
        await self._customers[conversation].join(conversation, "customer")
        await self._agent(conversation).join(conversation, "agent")

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:  # noqa: FBT001
        """To everybody in the room."""
        stream = self._customers[conversation] if by_customer else self._agent(conversation)
        stream.say(
            f"<message to='c{conversation}@conference.localhost' type='groupchat' id='{text[:12]}'>"
            f"<body>{text}</body></message>"
        )

    async def close(self, conversation: int) -> None:
        """The agent leaves the room, the customer hangs up."""
        room = f"c{conversation}@conference.localhost/agent"
        self._agent(conversation).say(f"<presence type='unavailable' to='{room}'/>")
        self._customers.pop(conversation).socket.close()

    async def step(self, agent: int, away: bool) -> None:  # noqa: FBT001
        """Said in each of the agent's rooms."""
        show = "<show>away</show>" if away else ""
        for one in self._customers:
            if one % len(self._agents) == agent:
                self._agents[agent].say(f"<presence to='c{one}@conference.localhost/agent'>{show}</presence>")

    def watch(self, watching: bool) -> None:  # noqa: FBT001
        """There is nothing to watch."""

    async def untrue(self) -> int:
        """Streams that were lost."""
        return sum(one.socket.lost for one in (*self._agents, *self._customers.values()))

    async def leave(self) -> None:
        """Everybody hangs up."""
        for stream in (*self._agents, *self._customers.values()):
            stream.socket.close()

    def _agent(self, conversation: int) -> Stream:
        return self._agents[conversation % len(self._agents)]

    async def _stream(self, *, on_customers_side: bool) -> Stream:
        def heard(conversation: int, text: str, at: float) -> None:
            self._ears.heard(conversation, on_customers_side, text, at)

        return await Stream.open(self._port, heard)
