"""People of a system whose chats are WebSockets to a room: one for each side of each conversation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from floor_wire import Listener
from workload.people import Ears

SIDES = ("agent", "customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """Where they are: `path` of a room and a side, `pack` and `unpack` of a text, `board` where all are told of."""

    port: int
    path: str
    board: str = ""
    pack: Callable[[str], bytes] = str.encode
    unpack: Callable[[bytes], str] = bytes.decode


class RoomPeople:
    """Nobody is asked and nobody has a presence: an agent's page opens the room of each customer who comes."""

    def __init__(self, rooms: Rooms, ears: Ears) -> None:
        self.watches = bool(rooms.board)
        self._rooms = rooms
        self._ears = ears
        self._sockets: dict[tuple[int, bool], Listener] = {}
        self._supervisors: list[Listener] = []
        self._watching = False

    async def gather(self, agents: int, supervisors: int) -> None:  # noqa: ARG002 - agents come with their rooms
        """Supervisors open the page with everything."""
        for number in range(supervisors if self.watches else 0):
            self._supervisors.append(await self._open(self._rooms.board, self._shown_to(number)))

    async def arrive(self, conversation: int) -> None:
        """Both sides open the room."""
        for by_customer in (True, False):
            path = self._rooms.path.format(room=conversation, side=SIDES[by_customer])
            heard = self._heard_by(conversation, by_customer=by_customer)
            self._sockets[conversation, by_customer] = await self._open(path, heard)

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:  # noqa: FBT001
        """Sent; nothing answers."""
        socket = self._sockets[conversation, by_customer]
        if socket.lost:
            raise OSError(f"the socket of {SIDES[by_customer]} {conversation} is gone")
        socket.send(self._rooms.pack(text))

    async def close(self, conversation: int) -> None:
        """Both leave."""
        for by_customer in (True, False):
            self._sockets.pop((conversation, by_customer)).close()

    async def step(self, agent: int, away: bool) -> None:  # noqa: FBT001
        """There is no presence."""

    def watch(self, watching: bool) -> None:  # noqa: FBT001
        """They are told all the time; whether they look is up to them."""
        self._watching = watching

    async def untrue(self) -> int:
        """Sockets that were lost."""
        return sum(one.lost for one in (*self._sockets.values(), *self._supervisors))

    async def leave(self) -> None:
        """Everybody hangs up."""
        for socket in (*self._sockets.values(), *self._supervisors):
            socket.close()

    async def _open(self, path: str, heard: Callable[[bytes, float], None]) -> Listener:
        return await Listener.connect(self._rooms.port, path, {}, heard)

    def _heard_by(self, conversation: int, *, by_customer: bool) -> Callable[[bytes, float], None]:
        def heard(payload: bytes, at: float) -> None:
            self._ears.heard(conversation, by_customer, self._rooms.unpack(payload), at)

        return heard

    def _shown_to(self, number: int) -> Callable[[bytes, float], None]:
        def shown(payload: bytes, at: float) -> None:
            if self._watching:
                self._ears.shown(number, self._rooms.unpack(payload), at)

        return shown
