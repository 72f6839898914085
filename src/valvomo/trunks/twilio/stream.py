"""One media stream: a call's sound in both directions, and the keys that are pressed in it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

from valvomo.trunks.port import Happening, Keys, Sound
from valvomo.trunks.twilio import ulaw
from valvomo.trunks.twilio.frames import (
    BadFrameError,
    Format,
    Frame,
    clear,
    frame_of,
    mark,
    media,
    sound_of,
)
from valvomo.trunks.twilio.tones import seconds, tones
from valvomo.trunks.webhooked import Socket

BEGIN_SECONDS = 10.0
"""Until a stream has said what it is."""
STILL_SECONDS = 30.0
"""Without any frame; there are fifty a second of one that lives."""
MOST_BAD = 25
"""Frames that are refused before the stream is."""
MARK_EVERY, MOST_BEHIND = 50, 3
"""Frames of sound after which a mark is sent, and marks that may wait before what is behind them is thrown away."""
FORMAT = Format(encoding="audio/x-mulaw", sample_rate=8_000, channels=1)
DIGITS = frozenset("0123456789*#ABCD")


class Stream:
    """Of the call `name`. `tell` is told what happens, `refused` counts what was not believed."""

    def __init__(
        self, name: str, socket: Socket, tell: Callable[[Happening], None], refused: Counter[str]
    ) -> None:
        self.name = name
        self.call_sid = ""
        self._socket = socket
        self._tell = tell
        self._refused = refused
        self._sid = ""
        self._number = self._bad = self._sent = self._behind = 0
        self._pressing_until = 0.0

    async def begin(self, account_sid: str, call_sid: str = "") -> bool:
        """Whether it is a stream of this account, and of this call where that is known."""
        try:
            async with asyncio.timeout(BEGIN_SECONDS):
                while True:
                    frame = self._read(await self._socket.receive())
                    if frame is not None and frame.event != "connected":
                        break
        except (ConnectionError, TimeoutError, BadFrameError):
            return False
        begun = frame.start
        if frame.event != "start" or begun is None or not frame.stream_sid:
            self._refused["start"] += 1
            return False
        theirs = begun.account_sid == account_sid and call_sid in ("", begun.call_sid)
        if not theirs or begun.media_format != FORMAT:
            self._refused["start"] += 1
            return False
        self._sid, self.call_sid = frame.stream_sid, begun.call_sid
        return True

    async def run(self) -> bool:
        """Until it stops, which it says when the call has ended; not so where its socket is gone or still before.

        The same where too much of it cannot be believed: that is nobody's wish.
        """
        while True:
            try:
                async with asyncio.timeout(STILL_SECONDS):
                    text = await self._socket.receive()
                frame = self._read(text)
                if frame is not None and not self._take(frame):
                    return True
            except (ConnectionError, TimeoutError, BadFrameError):
                return False

    async def sound(self, pcm: bytes) -> None:
        """20 ms to be heard. While keys are pressed nothing else is."""
        if not self._sid or asyncio.get_running_loop().time() < self._pressing_until:
            return
        await self._play(pcm)
        self._sent += 1
        if self._sent % MARK_EVERY == 0:
            if self._behind >= MOST_BEHIND:
                # They are seconds behind: nobody can talk like that.
                self._refused["behind"] += 1
                self._behind = 0
                await self._socket.send(clear(self._sid))
            self._behind += 1
            await self._socket.send(mark(self._sid, str(self._sent)))

    async def close(self) -> None:
        """Nothing goes or comes any more."""
        self._sid = ""
        await self._socket.close()

    async def press(self, keys: str) -> None:
        """Keys as tones."""
        if self._sid:
            now = asyncio.get_running_loop().time()
            self._pressing_until = max(now, self._pressing_until) + seconds(keys)
            await self._play(tones(keys))

    async def _play(self, pcm: bytes) -> None:
        await self._socket.send(media(self._sid, ulaw.encoded(pcm)))

    def _read(self, text: str) -> Frame | None:
        """The frame, None for one that is refused. Raises `BadFrameError` where that was one too many."""
        try:
            frame = frame_of(text)
            # Whatever is numbered comes in order: what came before is not said again.
            if frame.event != "connected" and frame.number <= self._number:
                raise BadFrameError("out of order")  # noqa: TRY301 - refused like any other
        except BadFrameError:
            self._refuse("frame")
            return None
        if frame.event == "connected":
            return frame
        if frame.number != self._number + 1:
            self._refused["jump"] += 1
        self._number = frame.number
        return frame

    def _refuse(self, what: str) -> None:
        self._refused[what] += 1
        self._bad += 1
        if self._bad > MOST_BAD:
            raise BadFrameError("too many that cannot be believed")

    def _take(self, frame: Frame) -> bool:
        """Whether it goes on."""
        match frame.event:
            case "media" if frame.media is not None and frame.media.track == "inbound":
                try:
                    self._tell(Sound(self.name, ulaw.decoded(sound_of(frame.media))))
                except BadFrameError:
                    self._refuse("frame")
            case "dtmf" if frame.dtmf is not None:
                if frame.dtmf.digit in DIGITS:
                    self._tell(Keys(self.name, frame.dtmf.digit))
                else:
                    self._refuse("frame")
            case "mark":
                self._behind = max(0, self._behind - 1)
            case "stop":
                return False
            case _:
                pass
        return True
