import type { Ask } from './capture'
import type { CallFrame } from './frames'
import { CallLine } from './line'
import type { Leg, Wanted } from './rules'

/** A browser and a house for tests of lines. */
export const AGENT: Wanted = { call: 'one', mode: 'voice', part: 'agent' }
export const ME: Leg = { you: true, name: 'Eino', part: 'agent', connected: true, muted: false, speaking: false, quality: 4 }

export class FakeAudio {
  srcObject = null
  sinkId = ''
  play = async (): Promise<void> => undefined
  pause = () => undefined
}

export class FakeTrack extends EventTarget {
  enabled = true
  readyState = 'live'
  onended: (() => void) | null = null
  constructor(readonly kind: 'audio' | 'video') {
    super()
  }
  stop(): void {
    this.readyState = 'ended'
  }
}

export class FakeStream {
  constructor(private readonly tracks: FakeTrack[] = []) {}
  getTracks = () => this.tracks
  getAudioTracks = () => this.tracks.filter((one) => one.kind === 'audio')
  getVideoTracks = () => this.tracks.filter((one) => one.kind === 'video')
}

export class FakePeer {
  connectionState = 'new'
  localDescription: { sdp: string } | null = null
  ontrack: ((event: { track: FakeTrack }) => void) | null = null
  onconnectionstatechange: (() => void) | null = null
  answers: string[] = []
  offers: string[] = []
  readonly sections: string[] = []
  readonly sent: (FakeTrack | null)[] = []
  addTransceiver(kind: string, { direction }: { direction: string }) {
    const index = this.sections.push(`${kind} ${direction}`) - 1
    return { setCodecPreferences: () => undefined, sender: { replaceTrack: async (track: FakeTrack | null) => void (this.sent[index] = track) } }
  }
  async setLocalDescription(): Promise<void> {
    await Promise.resolve()
    if (this.connectionState === 'closed') throw new Error('closed')
    this.localDescription = { sdp: this.offers.length > 0 ? `answer to ${this.offers.at(-1)}` : `offer of ${this.sections.join(', ')}` }
  }
  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    if (sdp === 'nonsense') throw new Error(sdp)
    if (type === 'offer') this.offers.push(sdp)
    else this.answers.push(sdp)
  }
  getTransceivers() {
    return this.sections.map((one) => ({ currentDirection: one.endsWith('sendrecv') ? 'sendonly' : 'inactive' }))
  }
  become(state: string): void {
    this.connectionState = state
    this.onconnectionstatechange?.()
  }
  close(): void {
    this.connectionState = 'closed'
  }
}

/** A line whose clock, house and browser are the test's. */
export function lined(ask?: Ask, muted = false) {
  const peers: FakePeer[] = []
  const frames: CallFrame[] = []
  const asked: MediaStreamConstraints[] = []
  const given: FakeTrack[] = []
  let now = 1000
  let due: { act: () => void; at: number } | null = null
  const usual: Ask = async (wanted) => {
    asked.push(wanted)
    const track = new FakeTrack(wanted.audio ? 'audio' : 'video')
    given.push(track)
    return new FakeStream([track]) as unknown as MediaStream
  }
  const line = new CallLine(
    {
      send: (frame) => void frames.push(frame),
      ice: async () => [],
      changed: () => undefined,
      peer: () => (peers.push(new FakePeer()), peers.at(-1) as unknown as RTCPeerConnection),
      ask: ask ?? usual,
      now: () => now,
      later: (act, ms) => {
        due = { act, at: now + ms }
        return () => (due = null)
      },
      random: () => 1,
    },
    { muted },
  )
  const settled = () => new Promise((resolve) => setTimeout(resolve))
  const said = (legs: readonly Leg[], call = 'one') => line.heard({ kind: 'call_status', call, legs })
  return {
    line,
    peers,
    frames,
    asked,
    given,
    settled,
    said,
    offers: () => frames.filter((one) => one.op === 'call').length,
    peer: () => peers.at(-1) as FakePeer,
    async pass(ms: number) {
      now += ms
      if (due && due.at <= now) {
        const { act } = due
        due = null
        act()
      }
      await settled()
    },
    async answered() {
      await line.answer({ op: 'answer', answer: 'yes' })
      peers.at(-1)?.become('connected')
    },
    async isIn(wanted = AGENT) {
      line.know(wanted)
      await settled()
      await this.answered()
      now += 3000
      said([{ ...ME, part: wanted.part, muted }])
    },
  }
}
