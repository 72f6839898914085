import { ANY, askBrowser, Capture, type Ask, type Choice, type Kind } from './capture'
import type { AnswerFrame, CallFrame, LineView } from './frames'
import { isElsewhere, isSeen, NEVER, offerAt, pauseAfter, speaks, type CallStatus, type Offered, type Standing, type Wanted } from './rules'
import { Sound } from './sound'
import { Way } from './way'

export interface Hooks {
  send(frame: CallFrame): void
  /** Servers by which media comes through where nothing else does; asked for anew each time, for they are good for a while. */
  ice(): Promise<RTCIceServer[]>
  /** Something that is shown has changed. */
  changed(): void
  peer?: (settings: RTCConfiguration) => RTCPeerConnection
  ask?: Ask
  now?: () => number
  later?: (act: () => void, ms: number) => () => void
  random?: () => number
}

const RESAY_MS = 1000

function timer(act: () => void, ms: number): () => void {
  const id = setTimeout(act, ms)
  return () => clearTimeout(id)
}

/** One person's way into one call at a time: a connection that is made anew whenever how things stand asks for it (`rules.ts`). */
export class CallLine {
  readonly #hooks: Required<Hooks>
  readonly #capture: Capture
  readonly #sound: Sound
  #way: Way | null = null
  #wanted: Wanted | null = null
  #offered: Offered | null = null
  #status: (CallStatus & { at: number }) | null = null
  #failed: number | null = null
  #yielded = false
  #failures = 0
  #notBefore = 0
  #muted: boolean
  #said = 0
  #problem: string | null = null
  #pictures: readonly MediaStream[] = []
  #own: MediaStream | null = null
  #cancel = (): void => undefined

  constructor(hooks: Hooks, { choice = ANY, muted = false }: { choice?: Choice; muted?: boolean } = {}) {
    this.#hooks = { peer: (settings) => new RTCPeerConnection(settings), ask: askBrowser, now: Date.now, later: timer, random: Math.random, ...hooks }
    this.#capture = new Capture(this.#hooks.ask, () => this.#hooks.changed(), choice)
    this.#sound = new Sound(() => this.#hooks.changed(), choice.speaker)
    this.#muted = muted
  }

  /** Opens the microphone of who is about to call; false where there is none to be had. */
  async prepare(): Promise<boolean> {
    return (await this.#opened()) !== null
  }

  /** The call that I am to be in now, and as what; null is none, and then everything is off at once. */
  know(wanted: Wanted | null): void {
    if (this.#wanted && wanted?.call !== this.#wanted.call) this.#end()
    this.#wanted = wanted
    if (!wanted || !speaks(wanted.part)) this.#capture.stop('audio')
    if (!wanted || !isSeen(wanted)) this.#dark()
    this.#look()
  }

  heard(status: CallStatus): void {
    if (status.call !== this.#wanted?.call) return
    const now = this.#hooks.now()
    this.#status = { ...status, at: now }
    const mine = status.legs.find((leg) => leg.you)
    if (mine?.connected && this.#failed === null) this.#failures = 0
    // What the house takes for my silence is what I say, also after it has forgotten.
    if (mine && mine.muted !== this.#muted && this.#way?.connected && now - this.#said > RESAY_MS) this.#say(this.#muted)
    this.#look()
  }

  async answer({ answer, offer, problem }: AnswerFrame): Promise<void> {
    const [offered, way] = [this.#offered, this.#way]
    if (!way || !offered || offered.sent === null || offered.answered !== null) return
    if (answer === undefined) {
      this.#problem = problem?.detail ?? problem?.title ?? `#${problem?.type ?? ''}`
      this.#drop()
      this.#offered = null
    } else {
      offered.answered = this.#hooks.now()
      this.#problem = null
      // Whoever comes anew is not muted for the house until they say so.
      if (this.#muted) this.#say(true)
      await this.#agree(way, answer, offer).catch(() => this.#lost(way))
    }
    this.#look()
  }

  async #agree(way: Way, answer: string, offer?: string): Promise<void> {
    const back = await way.answered(answer, offer)
    if (back !== null && this.#way === way) this.#hooks.send({ op: 'agree', answer: back })
  }

  mute(muted: boolean): void {
    this.#muted = muted
    const track = this.#capture.track('audio')
    if (track) track.enabled = !muted
    this.#say(muted)
    this.#hooks.changed()
  }

  /** Shows me, or no longer: the camera's own light goes out with it. */
  async camera(on: boolean): Promise<void> {
    if (on) await this.#give('video')
    else this.#dark()
    this.#hooks.changed()
  }

  /** Asks for the microphone, also after it was forbidden or not there; false where there is none to be had. */
  async microphone(): Promise<boolean> {
    return (await this.#give('audio')) !== null
  }

  async choose(choice: Choice): Promise<void> {
    const before = this.#capture.choice
    this.#capture.choice = choice
    await this.#sound.choose(choice.speaker)
    if (before.microphone !== choice.microphone && this.#capture.track('audio')) await this.#give('audio', true)
    if (before.camera !== choice.camera && this.#own) await this.#give('video', true)
  }

  /** Plays what the browser held back; to be called where somebody clicks. */
  play(): Promise<void> {
    return this.#sound.play()
  }

  /** Another tab has taken the call: this one is silent, and does not take it back by itself. */
  yield(): void {
    this.#yielded = true
    this.#end()
    this.#hooks.changed()
  }

  /** Takes the call to here. */
  take(): void {
    this.#end()
    this.#yielded = false
    this.#look()
  }

  /** I go: whatever there was of sound and picture is stopped. */
  close(): void {
    if (this.#way) this.#hooks.send({ op: 'hang_up' })
    this.#wanted = null
    this.#end()
    this.#sound.close()
  }

  /** How loud my microphone and what I hear are at this moment, from 0 to 1. */
  levels(): { own: number; heard: number } {
    const own = this.#sound.own(this.#capture.track('audio'))
    return { own: this.#muted ? 0 : own, heard: this.#sound.heard() }
  }

  view(): LineView {
    const trouble = { audio: this.#capture.trouble('audio'), video: this.#capture.trouble('video') }
    const away = this.#yielded || isElsewhere(this.#standing())
    const on = this.#way?.connected && this.#offered?.answered
    return {
      phase: !this.#wanted ? 'off' : away ? 'elsewhere' : on ? 'on' : 'connecting',
      legs: this.#status?.legs ?? [],
      announcing: this.#status?.announcing ?? false,
      muted: this.#muted,
      camera: this.#own !== null,
      microphone: this.#capture.track('audio') !== null,
      asking: this.#capture.isAsking('audio') || this.#capture.isAsking('video'),
      trouble,
      blocked: this.#sound.blocked,
      problem: this.#problem,
      pictures: this.#pictures,
      own: this.#own,
    }
  }

  #standing(): Standing {
    const mine = this.#status?.legs.find((leg) => leg.you)
    const status = this.#status && { at: this.#status.at, here: mine !== undefined, connected: mine?.connected ?? false }
    return { wanted: this.#wanted, offered: this.#offered, status, failed: this.#failed, notBefore: this.#notBefore }
  }

  #look(): void {
    this.#cancel()
    const at = this.#yielded ? NEVER : offerAt(this.#standing())
    const wait = at - this.#hooks.now()
    if (wait <= 0) void this.#offer()
    else if (at !== NEVER) this.#cancel = this.#hooks.later(() => this.#look(), wait)
    this.#hooks.changed()
  }

  async #offer(): Promise<void> {
    if (!this.#wanted) return
    const offered: Offered = { ...this.#wanted, sent: null, answered: null }
    this.#offered = offered
    this.#notBefore = this.#hooks.now() + pauseAfter(this.#failures, this.#hooks.random())
    this.#failures += 1
    const [iceServers, sound] = await Promise.all([this.#hooks.ice().catch(() => []), speaks(offered.part) ? this.#opened() : null])
    if (this.#offered !== offered) return
    this.#drop()
    const way: Way = new Way(() => this.#hooks.peer({ iceServers }), offered, { track: (track) => this.#hear(track), state: () => this.#changed(way) })
    this.#way = way
    const given = Promise.all([way.give('audio', sound), way.give('video', this.#own?.getVideoTracks()[0] ?? null)])
    const offer = await given.then(() => way.offer()).catch((problem: unknown) => {
      // A call that is over meanwhile has closed its connection; there is nothing to say of that.
      if (this.#offered === offered) throw problem
      return null
    })
    if (offer === null || this.#offered !== offered) return
    offered.sent = this.#hooks.now()
    this.#hooks.send({ op: 'call', offer })
    this.#look()
  }

  async #opened(): Promise<MediaStreamTrack | null> {
    const track = await this.#capture.start('audio')
    if (track) {
      track.enabled = !this.#muted
      // A microphone that was pulled out gives way to another.
      track.onended = () => void this.#give('audio', true)
    }
    return track
  }

  async #give(kind: Kind, again = false): Promise<MediaStreamTrack | null> {
    if (!this.#wanted || !speaks(this.#wanted.part) || (kind === 'video' && !isSeen(this.#wanted))) return null
    if (again) this.#capture.stop(kind)
    const track = kind === 'audio' ? await this.#opened() : await this.#capture.start('video')
    if (kind === 'video') this.#seen(track)
    await this.#way?.give(kind, track)
    this.#hooks.changed()
    return track
  }

  #seen(track: MediaStreamTrack | null): void {
    this.#own = track && new MediaStream([track])
    // Of a camera that was pulled out, or taken back, nobody goes on as seen; and no other one looks on unasked.
    if (track) track.onended = () => (this.#dark(), this.#hooks.changed())
  }

  #dark(): void {
    this.#capture.stop('video')
    this.#own = null
    void this.#way?.give('video', null)
  }

  #hear(track: MediaStreamTrack): void {
    if (track.kind === 'audio') this.#sound.hear(track)
    else this.#pictures = [...this.#pictures, new MediaStream([track])]
    this.#hooks.changed()
  }

  #changed(way: Way): void {
    if (way.failed) this.#lost(way)
    else this.#hooks.changed()
  }

  #lost(way: Way): void {
    if (this.#way !== way) return
    this.#failed = this.#hooks.now()
    this.#look()
  }

  #say(muted: boolean): void {
    this.#said = this.#hooks.now()
    this.#hooks.send({ op: 'mute', muted })
  }

  /** What was heard by the way that there was is over. */
  #drop(): void {
    this.#way?.close()
    this.#way = null
    this.#failed = null
    this.#sound.hush()
    for (const stream of this.#pictures) for (const track of stream.getTracks()) track.stop()
    this.#pictures = []
  }

  /** All is off: no microphone, no camera, no connection. */
  #end(): void {
    this.#cancel()
    this.#drop()
    this.#offered = this.#status = this.#problem = null
    this.#failures = this.#notBefore = 0
    this.#capture.stop('audio')
    this.#dark()
  }
}
