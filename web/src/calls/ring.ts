import type { Telephone } from '@/conversation/types'

type Line = Telephone['line']

/** As networks in Europe do it (ITU-T E.180, ETSI TR 101 041): seconds of tone and of silence, again and again. */
const HERTZ = 425
const RINGS = { on: 1, off: 4 }
const BUSY = { on: 0.5, off: 0.5 }
const BUSY_SECONDS = 2
const LOUDNESS = 0.1
/** A tone that begins or ends at once is a click. */
const EDGE_SECONDS = 0.005
const RATE = 8000

/** One round of a tone. */
export function cadence({ on, off }: { on: number; off: number }): Float32Array<ArrayBuffer> {
  const samples = new Float32Array(Math.round((on + off) * RATE))
  const [long, edge] = [on * RATE, EDGE_SECONDS * RATE]
  for (let at = 0; at < long; at += 1) {
    samples[at] = LOUDNESS * Math.min(1, at / edge, (long - at) / edge) * Math.sin((2 * Math.PI * HERTZ * at) / RATE)
  }
  return samples
}

/** What whoever has a telephone called hears meanwhile: that it rings, and that nobody was reached. */
export class Ring {
  readonly #lines = new Map<string, Line>()
  readonly #speaker: () => string
  #stop: (() => void) | null = null
  #silent = false

  constructor(speaker: () => string) {
    this.#speaker = speaker
  }

  /** How the telephone of a conversation is that I have called here; null is none, or not here any more. */
  follow(conversation: string, line: Line | null): void {
    const before = this.#lines.get(conversation) ?? null
    if (line === before) return
    if (line) this.#lines.set(conversation, line)
    else this.#lines.delete(conversation)
    this.#look()
    if (before === 'dialling' && (line === 'missed' || line === 'wanted') && !this.#silent) play(BUSY, this.#speaker(), BUSY_SECONDS)
  }

  /** As I want to hear what happens, or not. */
  mute(silent: boolean): void {
    this.#silent = silent
    this.#look()
  }

  #look(): void {
    const rings = !this.#silent && [...this.#lines.values()].includes('dialling')
    if (rings) this.#stop ??= play(RINGS, this.#speaker())
    else {
      this.#stop?.()
      this.#stop = null
    }
  }
}

function play(tone: { on: number; off: number }, speaker: string, seconds?: number): () => void {
  const context = new AudioContext()
  const out = context.createMediaStreamDestination()
  const source = context.createBufferSource()
  const samples = cadence(tone)
  source.buffer = context.createBuffer(1, samples.length, RATE)
  source.buffer.copyToChannel(samples, 0)
  source.loop = true
  source.connect(out)
  const element = new Audio()
  element.srcObject = out.stream
  source.onended = () => {
    element.srcObject = null
    void context.close()
  }
  source.start()
  if (seconds) source.stop(context.currentTime + seconds)
  void Promise.resolve(speaker && element.setSinkId?.(speaker))
    .catch(() => undefined)
    .then(() => element.play())
    .catch(() => undefined)
  return () => source.stop()
}
