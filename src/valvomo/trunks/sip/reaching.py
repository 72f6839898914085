"""Whether a SIP server answers at all: OPTIONS (RFC 3261 §11), to which every element of SIP has an answer."""

from __future__ import annotations

import asyncio
import secrets
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress

from valvomo.trunks.sip.forms import SipSettings

ANSWERS_WITHIN = 5.0
_TRIES = 5
_LONGEST = 4_096


async def answer_of(settings: SipSettings, addresses: Sequence[str]) -> str:
    """The first line of what the server answers, such as `200 OK`. Raises `OSError` where it does not, also in time."""
    async with asyncio.timeout(ANSWERS_WITHIN):
        if settings.transport == "udp":
            said = await _by_datagram(settings, addresses[0])
        else:
            said = await _by_stream(settings, addresses[0])
    line = said.decode("utf-8", "replace").partition("\r\n")[0]
    version, _, rest = line.partition(" ")
    if version != "SIP/2.0":
        raise OSError(f"what answers at {settings.server} speaks no SIP")
    return "".join(one for one in rest if one.isprintable())[:100]


async def _by_datagram(settings: SipSettings, address: str) -> bytes:
    loop = asyncio.get_running_loop()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as one:
        one.setblocking(False)
        if settings.local_address:
            one.bind((settings.local_address, 0))
        await loop.sock_connect(one, (address, settings.port))
        request = _request(settings, one.getsockname())
        for _ in range(_TRIES):
            await loop.sock_sendall(one, request)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWERS_WITHIN / _TRIES):
                    return await loop.sock_recv(one, _LONGEST)
    raise TimeoutError


async def _by_stream(settings: SipSettings, address: str) -> bytes:
    secured = ssl.create_default_context() if settings.transport == "tls" else None
    reader, writer = await asyncio.open_connection(
        address, settings.port, ssl=secured, server_hostname=settings.server if secured else None
    )
    try:
        writer.write(_request(settings, writer.get_extra_info("sockname")))
        return await reader.read(_LONGEST)
    finally:
        writer.close()


def _request(settings: SipSettings, here: tuple[str, int]) -> bytes:
    host = f"[{here[0]}]" if ":" in here[0] else here[0]
    place = f"{host}:{here[1]}"
    server = f"[{settings.server}]" if ":" in settings.server else settings.server
    lines = [
        f"OPTIONS sip:{server}:{settings.port} SIP/2.0",
        f"Via: SIP/2.0/{settings.transport.upper()} {place};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        f"From: <sip:valvomo@{place}>;tag={secrets.token_hex(8)}",
        f"To: <sip:{server}:{settings.port}>",
        f"Call-ID: {secrets.token_hex(16)}",
        "CSeq: 1 OPTIONS",
        f"Contact: <sip:valvomo@{place}>",
        "Accept: application/sdp",
        "Content-Length: 0",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()
