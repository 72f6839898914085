"""What browsers tell and wish by RTCP: how our streams come to them, what they have missed, whole pictures."""

from __future__ import annotations

from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)

from valvomo.media.embedded.leg import Leg
from valvomo.media.port import Kind

PICTURE_EVERY = 0.5
"""Seconds between two requests for a whole picture."""


def wanted(leg: Leg, data: bytes, now: float, epoch: float) -> list[str]:
    """Take what a browser tells; whose whole pictures it asks for, by their legs' ids."""
    try:
        packets = RtcpPacket.parse(data)
    except ValueError:
        return []
    sources: list[str] = []
    for packet in packets:
        if isinstance(packet, RtcpSrPacket) and packet.ssrc in leg.ups:
            leg.ups[packet.ssrc].reception.heard(packet.sender_info, now)
        if isinstance(packet, RtcpSrPacket | RtcpRrPacket):
            leg.reported(packet.reports, epoch)
        if isinstance(packet, RtcpRtpfbPacket):
            leg.resend(packet.media_ssrc, packet.lost)
        sources += _pictures(leg, packet)
    return sources


def _pictures(leg: Leg, packet: AnyRtcpPacket) -> list[str]:
    if not isinstance(packet, RtcpPsfbPacket) or packet.fmt not in {RTCP_PSFB_PLI, RTCP_PSFB_FIR}:
        return []
    slot = leg.slot_of(packet.media_ssrc or int.from_bytes(packet.fci[:4]))
    return [slot.source] if slot and slot.source else []


def ask_for_picture(leg: Leg, now: float) -> None:
    """Ask a browser for a whole picture, unless that has just been done."""
    for ssrc, up in leg.ups.items():
        if up.kind is Kind.VIDEO and now - up.asked >= PICTURE_EVERY:
            up.asked = now
            leg.secured.give(bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=leg.own, media_ssrc=ssrc)))
