"""Browsers whose microphone is a tone of their own, and which say whose tones they hear."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page
from sample_call import HEARD, SILENT
from sample_telephone import MUSIC, TONES

ARGUMENTS = (
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream",
)
"""Of Chromium. Whoever is to be heard or seen is given the permission; all others are forbidden."""

EARS = """(hertz) => {
  const kept = { asked: 0, live: [], peers: [], ears: [] }
  window.kept = kept
  const later = []
  let ctx = null
  const context = () => (ctx ??= new AudioContext({ sampleRate: 48000 }))
  const real = navigator.mediaDevices?.getUserMedia.bind(navigator.mediaDevices)
  if (real) {
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      kept.asked += 1
      const given = await real(wanted)
      if (!wanted.audio) {
        kept.live.push(...given.getTracks())
        return given
      }
      // The browser's own question was asked; what it would send is a beep, which one can't tell from another's.
      for (const track of given.getTracks()) track.stop()
      const tone = context().createOscillator()
      const gain = context().createGain()
      const out = context().createMediaStreamDestination()
      tone.frequency.value = hertz
      gain.gain.value = 0.3
      tone.connect(gain).connect(out)
      tone.start()
      kept.live.push(...out.stream.getTracks())
      return out.stream
    }
  }
  const Real = window.RTCPeerConnection
  window.RTCPeerConnection = class extends Real {
    constructor(...settings) {
      super(...settings)
      kept.peers.push(this)
      this.addEventListener('track', ({ track }) => {
        if (track.kind !== 'audio') return
        const ear = context().createAnalyser()
        ear.fftSize = 4096
        ear.smoothingTimeConstant = 0
        const source = context().createMediaStreamSource(new MediaStream([track]))
        source.connect(ear)
        kept.ears.push({ ear, peer: this, source, track })
      })
    }
  }
  window.loudness = (wanted) => {
    const heard = kept.ears.filter((one) => one.peer.connectionState !== 'closed')
    return wanted.map((tone) => Math.max(-200, ...heard.map(({ ear }) => {
      const bins = new Float32Array(ear.frequencyBinCount)
      ear.getFloatFrequencyData(bins)
      const bin = Math.round((tone * ear.fftSize) / context().sampleRate)
      return Math.max(bins[bin - 1], bins[bin], bins[bin + 1])
    })))
  }
  window.atEnd = () => ({
    microphones: kept.live.filter((one) => one.readyState === 'live').length,
    connections: kept.peers.filter((one) => one.connectionState !== 'closed').length,
  })
  window.sending = () => kept.peers.filter((one) => one.connectionState !== 'closed')
    .flatMap((one) => one.getTransceivers()).filter((one) => /send/.test(one.currentDirection ?? '')).length
}"""


def with_ears(who: str, *, allowed: bool = True, **how: Any) -> dict[str, Any]:
    """How somebody's browser is opened whose microphone is a tone of their own."""
    permissions = {"permissions": ["microphone", "camera"]} if allowed else {}
    return {"ears": True, "script": f"({EARS})({TONES[who]})", **permissions, **how}


@dataclass
class Ear:
    """What somebody's page hears, and what it sends."""

    page: Page
    found: str = ""
    """What was heard when it was last looked at, for who reads of a failure."""

    async def heard(self) -> str:
        """Whose tones are heard at this moment; `?` for one that is neither heard nor silent."""
        levels: list[float] = await self.page.evaluate(
            "(hertz) => loudness(hertz)", [*TONES.values(), *MUSIC]
        )
        tones = dict(zip(TONES, levels[: len(TONES)], strict=True)) | {"music": max(levels[len(TONES) :])}
        return " ".join(
            name if level > HEARD else f"{name}?" for name, level in sorted(tones.items()) if level > SILENT
        )

    async def hears(self, *wanted: str) -> None:
        """Until just these are heard."""

        async def does() -> bool:
            self.found = await self.heard()
            return self.found == " ".join(sorted(wanted))

        await self.until(does)

    async def until(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Until something holds."""
        while not await holds():
            await self.page.wait_for_timeout(50)

    async def asked(self) -> int:
        """How often the page has asked for microphone or camera."""
        return int(await self.page.evaluate("kept.asked"))

    async def sending(self) -> int:
        """Streams that the page sends, or could."""
        return int(await self.page.evaluate("sending()"))

    async def is_over(self) -> None:
        """No microphone is on and no connection is there any more."""

        async def all_ended() -> bool:
            left: Any = await self.page.evaluate("atEnd()")
            self.found = str(left)
            return bool(left == {"microphones": 0, "connections": 0})

        await self.until(all_ended)
