"""Plain sound of one call in the process of a trunk: what was heard is read, what is to be heard is given, at 8 kHz.

The stack sends what it is given by a clock of its own, and silence where it has nothing. What it is given comes through
two pipes and as many processes, a little early or late; so when it has run dry, it gets a small stock first. Where the
stock grows, because somebody was held up and the rest came at once, it is begun anew: nobody is to talk with the past.
"""

from __future__ import annotations

from contextlib import suppress

from baresip import AudioInfo, AudioNotActive, AudioRestarted, CallAudio

from valvomo.trunks.port import FRAME_BYTES, RATE
from valvomo.trunks.sip.resampling import Resampler

STOCK_SECONDS, MOST_SECONDS = 0.04, 0.16
SILENT_AFTER = 0.1
"""Seconds without anything from the other side, after which they are heard as silent: a call on hold sends nothing."""
_AT_ONCE = 1 << 16
_SILENCE = bytes(FRAME_BYTES)


class Speech:
    """Of one call."""

    def __init__(self, audio: CallAudio, now: float) -> None:
        self._audio = audio
        self._heard = now
        self._down: Resampler | None = None
        self._up: Resampler | None = None

    def read(self, now: float) -> bytes:
        """What has been heard since it was last asked: any length, silence where nothing comes."""
        pcm = b""
        with suppress(AudioNotActive, AudioRestarted):
            pcm = self._audio.read(_AT_ONCE)
        if not pcm:
            return _SILENCE if now - self._heard >= SILENT_AFTER else b""
        self._heard = now
        info = self._info()
        if info is None:
            return b""
        if self._down is None or self._down.source != (info.rx_sample_rate, info.rx_channels):
            self._down = Resampler((info.rx_sample_rate, info.rx_channels), (RATE, 1))
        return self._down.made(pcm)

    def write(self, pcm: bytes) -> None:
        """Let them hear this; what cannot be sent is dropped."""
        info = self._info()
        if info is None or not info.tx_ready:
            return
        if self._up is None or self._up.target != (info.tx_sample_rate, info.tx_channels):
            self._up = Resampler((RATE, 1), (info.tx_sample_rate, info.tx_channels))
        second = info.tx_sample_rate * info.tx_channels * 2
        stock = bytes(int(STOCK_SECONDS * second))
        with suppress(AudioNotActive, AudioRestarted):
            if info.tx_buffered > MOST_SECONDS * second:
                self._audio.flush_tx()
                self._audio.write(stock)
            elif not info.tx_buffered:
                self._audio.write(stock)
            self._audio.write(self._up.made(pcm))

    def _info(self) -> AudioInfo | None:
        try:
            return self._audio.info()
        except AudioNotActive:
            return None
