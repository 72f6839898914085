"""A message centre on loopback, which speaks SMPP with the codec of Jasmin: another implementation than ours.

What it has for us it gives out until it is told that we have it, also over a later connection, as message centres do.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from smpp.pdu.operations import (
    BindReceiver,
    BindTransceiver,
    DeliverSM,
    EnquireLink,
    EnquireLinkResp,
    SubmitSM,
    Unbind,
    UnbindResp,
)
from smpp.pdu.pdu_encoding import PDUEncoder
from smpp.pdu.pdu_types import (
    AddrNpi,
    AddrTon,
    CommandStatus,
    DataCoding,
    DataCodingScheme,
    EsmClass,
    EsmClassGsmFeatures,
    EsmClassMode,
    EsmClassType,
)

Answering = Callable[[Any], CommandStatus | None]
"""The status of a submitted message; None for no answer at all."""


class Centre:
    """`answer` may be changed at any time; `bind_status` answers binds; `down` it takes no connections."""

    def __init__(self, *, context: ssl.SSLContext | None = None) -> None:
        self.answer: Answering = lambda _submitted: CommandStatus.ESME_ROK
        self.bind_status = CommandStatus.ESME_ROK
        self.submitted: list[Any] = []
        self.binds: list[Any] = []
        self.answers: list[Any] = []
        self.silent = False
        self.enquired = 0
        self.port = 0
        self.message_id: Callable[[int], bytes] = lambda number: b"id-%d" % number
        self._context = context
        self._owed: dict[int, Any] = {}
        self._number = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._receivers: list[asyncio.StreamWriter] = []
        self._changed = asyncio.Event()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Centre]:
        await self.up()
        try:
            yield self
        finally:
            await self.down()

    async def up(self) -> None:
        """On the same port as before, if it has been up."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Nobody answers any more."""
        if self._server is not None:
            self._server.close()
            self.hang_up()
            await self._server.wait_closed()
            self._server = None

    def hang_up(self) -> None:
        """Connections end, as networks end them."""
        self._receivers.clear()
        for writer in list(self._writers):
            writer.transport.abort()

    @property
    def connections(self) -> int:
        return len(self._writers)

    @property
    def owed(self) -> int:
        """How much it has for us that we have not said to have."""
        return len(self._owed)

    async def until(self, so: Callable[[], bool]) -> None:
        """Until it is so."""
        async with asyncio.timeout(90):
            while not so():
                self._changed.clear()
                await self._changed.wait()

    def deliver(
        self, content: bytes, *, source: bytes = b"358401234567", coding: int = 0, **more: Any
    ) -> None:
        """A message for us, from a customer. `header`: the content begins with one."""
        header = more.pop("header", False)
        kind = more.pop("kind", EsmClassType.DEFAULT)
        features = [EsmClassGsmFeatures.UDHI_INDICATOR_SET] if header else []
        self._number += 1
        self._owed[self._number] = DeliverSM(
            seqNum=self._number,
            source_addr_ton=more.pop("ton", AddrTon.INTERNATIONAL),
            source_addr_npi=AddrNpi.ISDN,
            source_addr=source,
            destination_addr=b"16400",
            esm_class=EsmClass(EsmClassMode.DEFAULT, kind, features),
            data_coding=DataCoding(DataCodingScheme.RAW, coding),
            short_message=content,
            **more,
        )
        self._give(self._number)

    def receipt(self, text: str = "", **more: Any) -> None:
        """How far a message of ours has come."""
        self.deliver(text.encode(), kind=EsmClassType.SMSC_DELIVERY_RECEIPT, source=b"358409999999", **more)

    def say(self, raw: bytes) -> None:
        """Whatever it is."""
        for writer in self._writers:
            writer.write(raw)

    def take_leave(self) -> None:
        """An unbind."""
        self.say(PDUEncoder().encode(Unbind(seqNum=999)))

    def ask(self) -> None:
        """Whether we are there."""
        self.say(PDUEncoder().encode(EnquireLink(seqNum=998)))

    def _give(self, number: int) -> None:
        if self._receivers:
            self._receivers[-1].write(PDUEncoder().encode(self._owed[number]))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    length = await reader.readexactly(4)
                    rest = await reader.readexactly(int.from_bytes(length, "big") - 4)
                    self._take(PDUEncoder().decode(io.BytesIO(length + rest)), writer)
                    self._changed.set()
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            if writer in self._receivers:
                self._receivers.remove(writer)
            self._changed.set()
            writer.close()

    def _take(self, pdu: Any, writer: asyncio.StreamWriter) -> None:
        if not hasattr(pdu, "requireAck"):
            self.answers.append(pdu)
            if pdu.status == CommandStatus.ESME_ROK:
                self._owed.pop(pdu.seqNum, None)
            return
        if self.silent:
            return
        if isinstance(pdu, SubmitSM):
            self._submit(pdu, writer)
        elif isinstance(pdu, EnquireLink):
            self.enquired += 1
            self._reply(writer, EnquireLinkResp(seqNum=pdu.seqNum))
        elif isinstance(pdu, Unbind):
            self._reply(writer, UnbindResp(seqNum=pdu.seqNum))
        else:
            self._bind(pdu, writer)

    def _bind(self, pdu: Any, writer: asyncio.StreamWriter) -> None:
        self.binds.append(pdu)
        self._reply(writer, pdu.requireAck(seqNum=pdu.seqNum, status=self.bind_status, system_id=b"centre"))
        if self.bind_status == CommandStatus.ESME_ROK and isinstance(pdu, BindReceiver | BindTransceiver):
            self._receivers.append(writer)
            for number in list(self._owed):
                self._give(number)

    def _submit(self, pdu: Any, writer: asyncio.StreamWriter) -> None:
        status = self.answer(pdu)
        self.submitted.append(pdu)
        if status is not None:
            one = self.message_id(len(self.submitted))
            self._reply(writer, pdu.requireAck(seqNum=pdu.seqNum, status=status, message_id=one))

    def _reply(self, writer: asyncio.StreamWriter, pdu: Any) -> None:
        writer.write(PDUEncoder().encode(pdu))
