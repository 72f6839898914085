"""How browsers come in: what their offers are answered, and the handshake that follows."""

from __future__ import annotations

import asyncio

import structlog
from aiortc.rtcdtlstransport import RTCCertificate

from valvomo.media.embedded import ice, sdp
from valvomo.media.embedded.board import Switchboard
from valvomo.media.embedded.ice import Address, Credentials
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.secure import Secured
from valvomo.media.embedded.wire import Wire
from valvomo.media.port import Connected, Lost, WebLeg

SUMMONS = 0.1
"""Seconds between two checks of ours, until they have led to something."""

log = structlog.get_logger(__name__)


class Door:
    """Of one process, whose certificate it has."""

    def __init__(self, place: Place, wire: Wire, board: Switchboard, tasks: asyncio.TaskGroup) -> None:
        self._place = place
        self._wire = wire
        self._board = board
        self._tasks = tasks
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprints = [
            one for one in self._certificate.getFingerprints() if one.algorithm == "sha-256"
        ]

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where browsers reach it."""
        return tuple((host, self._wire.port) for host in self._place.public or (self._place.host,))

    def come(self, wanted: WebLeg, offer: sdp.Offer) -> str:
        """A browser comes; the answer to its offer."""
        leg = self._leg(wanted, offer)
        answered = sdp.answer(leg.offer, self._terms(leg))
        self._board.put(leg)
        self._tasks.create_task(self._meet(leg))
        return answered

    def invite(self, call_id: str, leg_id: str) -> str:
        """Another engine is to come; our offer to it."""
        wanted = WebLeg(call_id=call_id, leg_id=leg_id, offer="", sends=frozenset())
        leg = self._leg(wanted, sdp.ONE_WAY)
        offered = sdp.invitation(self._terms(leg))
        self._board.put(leg)
        return offered

    def accepted(self, leg: Leg, answer: str) -> None:
        """It has answered; raises `OfferError`."""
        leg.offer, theirs, address = sdp.accepted(answer)
        self._tasks.create_task(self._meet(leg))
        self._tasks.create_task(self._summon(leg, theirs, address))

    async def _summon(self, leg: Leg, theirs: Credentials, address: Address) -> None:
        while not leg.secured.ready and not leg.lost and self._board.find(leg.call_id, leg.id) is leg:
            self._wire.summon(leg, address, theirs)
            await asyncio.sleep(SUMMONS)

    def _leg(self, wanted: WebLeg, offer: sdp.Offer) -> Leg:
        leg = Leg(
            id=wanted.leg_id,
            call_id=wanted.call_id,
            name=wanted.name,
            sends=wanted.sends,
            offer=offer,
            secured=Secured(
                self._certificate, lambda data: self._wire.send(leg, data), lambda: self._ended(leg)
            ),
            began=self._board.clock(),
        )
        self._wire.expect(leg)
        return leg

    def again(self, leg: Leg, offer: sdp.Offer) -> str:
        """The browser comes from elsewhere: other names for its checks, and everything else goes on as it was."""
        leg.offer, leg.credentials = offer, Credentials()
        self._wire.expect(leg)
        return sdp.answer(leg.offer, self._terms(leg))

    def _terms(self, leg: Leg) -> sdp.Terms:
        up = leg.agree()
        return sdp.Terms(
            candidates=ice.candidates(self.addresses),
            name=leg.credentials.name,
            password=leg.credentials.password,
            fingerprints=self._fingerprints,
            up=up,
            streams=leg.streams,
        )

    async def _meet(self, leg: Leg) -> None:
        try:
            if await leg.secured.shake_hands(leg.offer.certificate):
                leg.connected = True
                self._board.tell(Connected(leg.call_id, leg.id))
                return
        except Exception:
            log.exception("media.handshake", leg=leg.id, name=leg.name)
        self._ended(leg)

    def _ended(self, leg: Leg) -> None:
        if not leg.lost and self._board.find(leg.call_id, leg.id) is leg:
            leg.lost, leg.connected = True, False
            self._board.tell(Lost(leg.call_id, leg.id))

    async def close(self, leg: Leg) -> None:
        """Nothing comes from the browser or goes to it any more."""
        await leg.close()
        self._wire.forget(leg)
