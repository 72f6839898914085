"""Browsers in a call: each hears others by real WebRTC, and says which tones it hears and how loudly."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page
from sample_telephone import MUSIC, TONES, Telephone

from valvomo.domain.calls.hearing import SENDING, Leg, Part, hearing, recorded
from valvomo.media.port import Engine, Kind, Quality, WebLeg

HEARD, SILENT = -60, -80
"""dB: what is heard is about -24, what is not is below -90."""

SCRIPT = """() => {
  const people = (window.people = {})
  window.offered = async (name, hertz, streams, video) => {
    const pc = new RTCPeerConnection(window.relays)
    const ctx = new AudioContext({ sampleRate: 48000 })
    const one = (people[name] = { pc, back: null, ctx, ears: [], seen: null })
    if (hertz) {
      const tone = ctx.createOscillator()
      const out = ctx.createMediaStreamDestination()
      const gain = ctx.createGain()
      tone.frequency.value = hertz
      gain.gain.value = 0.3
      tone.connect(gain).connect(out)
      tone.start()
      pc.addTransceiver(out.stream.getAudioTracks()[0], { direction: 'sendrecv' })
    }
    for (let i = hertz ? 1 : 0; i < streams; i++) pc.addTransceiver('audio', { direction: 'recvonly' })
    if (video) {
      const canvas = document.createElement('canvas')
      canvas.width = 320
      canvas.height = 240
      const paint = canvas.getContext('2d')
      let turn = 0
      setInterval(() => {
        paint.fillStyle = video
        paint.fillRect(0, 0, 320, 240)
        paint.fillStyle = 'white'
        paint.fillRect((turn++ * 7) % 300, 0, 9, 9)
      }, 60)
      pc.addTransceiver(canvas.captureStream(15).getVideoTracks()[0], { direction: 'sendrecv' })
    }
    pc.ontrack = ({ track }) => {
      const stream = new MediaStream([track])
      const shown = document.createElement(track.kind)
      shown.srcObject = stream
      shown.muted = true
      shown.play().catch(() => undefined)
      if (track.kind === 'video') return void (one.seen = shown)
      const ear = ctx.createAnalyser()
      ear.fftSize = 4096
      ear.smoothingTimeConstant = 0
      ctx.createMediaStreamSource(stream).connect(ear)
      one.ears.push(ear)
    }
    await pc.setLocalDescription()
    return pc.localDescription.sdp
  }
  window.answered = (name, sdp) => people[name].pc.setRemoteDescription({ type: 'answer', sdp })
  window.takes = async (name, sdp) => {
    const one = people[name]
    if (!one.back) {
      one.back = new RTCPeerConnection(window.relays)
      one.back.ontrack = one.pc.ontrack
    }
    await one.back.setRemoteDescription({ type: 'offer', sdp })
    await one.back.setLocalDescription()
    return one.back.localDescription.sdp
  }
  window.again = async (name) => {
    const { pc } = people[name]
    pc.restartIce()
    await pc.setLocalDescription()
    return pc.localDescription.sdp
  }
  window.loudness = (name, hertz) => {
    const { ears, ctx } = people[name]
    return hertz.map((wanted) => Math.max(-200, ...ears.map((ear) => {
      const bins = new Float32Array(ear.frequencyBinCount)
      ear.getFloatFrequencyData(bins)
      const bin = Math.round((wanted * ear.fftSize) / ctx.sampleRate)
      return Math.max(bins[bin - 1], bins[bin], bins[bin + 1])
    })))
  }
  window.sending = (name) => people[name].pc.getTransceivers().filter((one) => /send/.test(one.currentDirection)).length
  window.colour = (name) => {
    const { seen } = people[name]
    if (!seen || !seen.videoWidth) return null
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = 3
    const paint = canvas.getContext('2d')
    paint.drawImage(seen, 100, 100, 3, 3, 0, 0, 3, 3)
    const [red, green, blue] = paint.getImageData(1, 1, 1, 1).data
    return red > 128 && green < 100 ? 'red' : blue > 128 && red < 100 ? 'blue' : 'other'
  }
  window.frames = (name) => people[name].seen?.getVideoPlaybackQuality().totalVideoFrames ?? 0
  window.canPress = (name) => people[name].pc.getSenders()[0].dtmf.canInsertDTMF
  window.press = (name, keys) => {
    const [sender] = people[name].pc.getSenders()
    sender.dtmf.insertDTMF(keys, 100, 50)
  }
  window.hangUp = (name) => [people[name].pc, people[name].back].forEach((one) => one?.close())
}"""


@dataclass(frozen=True)
class Meeting:
    """A call of an engine, and a page in which everybody's browser is."""

    engine: Engine
    page: Page
    call: str = "call"
    telephones: dict[str, Telephone] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)
    """What was heard when it was last looked at, for who reads of a failure."""

    async def come(self, who: str, part: Part, video: str = "") -> None:
        """Somebody comes in; who may not send makes an offer that would all the same."""
        offer = await self.page.evaluate(
            "([who, hertz, video]) => offered(who, hertz, 3, video)", [who, TONES[who], video]
        )
        kinds = {Kind.AUDIO, Kind.VIDEO} if video else {Kind.AUDIO}
        sends = frozenset(kinds if part in SENDING else ())
        await self.agree(WebLeg(call_id=self.call, leg_id=who, offer=offer, sends=sends))

    async def agree(self, leg: WebLeg) -> None:
        """The offer of a leg is answered, and the browser does what it is answered."""
        agreed = await self.engine.add_web_leg(leg)
        await self.page.evaluate("([who, sdp]) => answered(who, sdp)", [leg.leg_id, agreed.answer])
        if agreed.offer:
            answer = await self.page.evaluate("([who, sdp]) => takes(who, sdp)", [leg.leg_id, agreed.offer])
            await self.engine.take_answer(self.call, leg.leg_id, answer)

    async def come_again(self, who: str, sends: frozenset[Kind] = frozenset({Kind.AUDIO})) -> None:
        """The browser makes a new way for the same session, as when its network has changed."""
        offer = await self.page.evaluate("(who) => again(who)", who)
        await self.agree(WebLeg(call_id=self.call, leg_id=who, offer=offer, sends=sends))

    async def route(
        self, parts: dict[str, Part], *, held: bool = False, muted: Iterable[str] = (), private: str = ""
    ) -> None:
        """Who hears whom and who may be recorded, by the house's table."""
        legs = [
            Leg(id=who, part=part, muted=who in muted, private=who == private) for who, part in parts.items()
        ]
        await self.engine.set_routes(self.call, hearing(legs, held=held), kept=recorded(legs, held=held))

    async def heard(self, who: str) -> str:
        """Whose tones somebody hears at this moment; `?` for one that is neither heard nor silent."""
        if who in self.telephones:
            return self.telephones[who].heard()
        levels = await self.page.evaluate("([who, hertz]) => loudness(who, hertz)", [who, [*TONES.values()]])
        tunes = await self.page.evaluate("([who, hertz]) => loudness(who, hertz)", [who, [*MUSIC]])
        names = dict(zip(TONES, levels, strict=True)) | {"music": max(tunes)}
        # Music is quieter than a tone, and not every note sounds at every moment.
        return " ".join(
            name if level > HEARD else f"{name}?" for name, level in sorted(names.items()) if level > SILENT
        )

    async def until(self, **wanted: str) -> None:
        """Until everybody named hears just these; as the test's patience is, so long it waits."""

        async def all_do() -> bool:
            self.found.update({who: await self.heard(who) for who in wanted})
            return self.found.items() >= wanted.items()

        await self.eventually(all_do)

    async def eventually(self, holds: Callable[[], Awaitable[bool]]) -> None:
        """Until something holds."""
        while not await holds():
            await self.page.wait_for_timeout(50)

    async def sees(self, who: str, pictures: int) -> None:
        """Until somebody has been shown so many more pictures of whoever they see."""
        before: int = await self.page.evaluate("(who) => frames(who)", who)

        async def shown() -> bool:
            frames: int = await self.page.evaluate("(who) => frames(who)", who)
            return frames >= before + pictures

        await self.eventually(shown)

    async def says(self, who: str, packets: int) -> None:
        """Until so many more packets have come from somebody."""
        before = (await self.quality(who)).up

        async def said() -> bool:
            return (await self.quality(who)).up >= before + packets

        await self.eventually(said)

    async def quality(self, who: str) -> Quality:
        """How somebody's leg does."""
        return (await self.engine.quality(self.call))[who]


async def met(engine: Engine, browser: Browser, call: str, parts: Mapping[str, Part]) -> Meeting:
    """These people in a call of their own, in which they hear each other."""
    page = await browser.new_page()
    await page.evaluate(SCRIPT)
    await engine.open_call(call)
    found = Meeting(engine, page, call)
    for who, part in parts.items():
        await found.come(who, part)
    await found.route(dict(parts))
    return found
