"""A stand-in for ClamAV's daemon that speaks its protocol as clamd(8) documents it, and knows one virus."""

import asyncio
import struct
from dataclasses import dataclass, field

from sample_files import EICAR


@dataclass
class Clamd:
    """`largest` is its StreamMaxLength; `mood` what it does: `well`, `silent`, `nonsense`, `hangs up`."""

    largest: int = 1_000_000
    mood: str = "well"
    seen: list[bytes] = field(default_factory=list)
    server: asyncio.Server | None = None

    async def start(self) -> str:
        """Its address."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return f"tcp://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        """No more of it."""
        if self.server is not None:
            self.server.close()
            await self.server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            command = await reader.readuntil(b"\0")
            if self.mood == "silent":
                await reader.read()
            elif self.mood == "nonsense":
                writer.write(b"what?\0")
            elif self.mood == "well":
                writer.write(await self._answer(command, reader) + b"\0")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, command: bytes, reader: asyncio.StreamReader) -> bytes:
        if command == b"zPING\0":
            return b"PONG"
        assert command == b"zINSTREAM\0", command
        data = b""
        while length := struct.unpack("!I", await reader.readexactly(4))[0]:
            data += await reader.readexactly(length)
            if len(data) > self.largest:
                return b"INSTREAM size limit exceeded. ERROR"
        self.seen.append(data)
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"
