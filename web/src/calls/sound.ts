/** What is heard: each stream of others by an element of its own, and how loud it all is. */
const BLOCK = 512
/** Decibels from which on a meter shows anything, and at which it is full. */
const QUIET_DB = -60
const FULL_DB = -10

/** Loudness of samples from -1 to 1, as a meter shows it: 0 to 1. */
export function loudness(samples: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < samples.length; index += 1) sum += (samples[index] ?? 0) ** 2
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length) + 1e-12)
  return Math.min(1, Math.max(0, (decibels - QUIET_DB) / (FULL_DB - QUIET_DB)))
}

interface Ear {
  track: MediaStreamTrack
  element: HTMLAudioElement
  meter: Meter | null
}

interface Meter {
  track: MediaStreamTrack
  source: MediaStreamAudioSourceNode
  ear: AnalyserNode
}

/** Meters of tracks; a browser that lets no page listen before a click shows them flat until then. */
export class Meters {
  #context: AudioContext | null = null
  readonly #block = new Float32Array(BLOCK)

  open(track: MediaStreamTrack): Meter | null {
    if (typeof AudioContext === 'undefined') return null
    this.#context ??= new AudioContext()
    const source = this.#context.createMediaStreamSource(new MediaStream([track]))
    const ear = this.#context.createAnalyser()
    ear.fftSize = BLOCK
    source.connect(ear)
    return { track, source, ear }
  }

  level(meter: Meter | null): number {
    if (!meter) return 0
    if (this.#context?.state === 'suspended') void this.#context.resume().catch(() => undefined)
    meter.ear.getFloatTimeDomainData(this.#block)
    return loudness(this.#block)
  }

  close(): void {
    void this.#context?.close().catch(() => undefined)
    this.#context = null
  }
}

/** Others' voices, and the meters of theirs and one's own. */
export class Sound {
  readonly #meters = new Meters()
  #ears: Ear[] = []
  #own: Meter | null = null
  /** The browser plays nothing before somebody has clicked on the page. */
  blocked = false

  constructor(
    private readonly changed: () => void,
    private speaker = '',
  ) {}

  hear(track: MediaStreamTrack): void {
    const element = new Audio()
    element.srcObject = new MediaStream([track])
    const ear = { track, element, meter: this.#meters.open(track) }
    this.#ears.push(ear)
    void this.#lead(ear)
    void this.#play(ear)
  }

  /** Plays what the browser held back; to be called where somebody clicks. */
  async play(): Promise<void> {
    this.blocked = false
    await Promise.all(this.#ears.map((ear) => this.#play(ear)))
    this.changed()
  }

  /** By which device others are heard; empty is the usual one. */
  async choose(speaker: string): Promise<void> {
    this.speaker = speaker
    await Promise.all(this.#ears.map((ear) => this.#lead(ear)))
  }

  /** How loud whoever is heard is at this moment, from 0 to 1. */
  heard(): number {
    return Math.max(0, ...this.#ears.map((ear) => this.#meters.level(ear.meter)))
  }

  /** How loud one's own track is, from 0 to 1. */
  own(track: MediaStreamTrack | null): number {
    if (track !== (this.#own?.track ?? null)) {
      this.#own?.source.disconnect()
      this.#own = track && this.#meters.open(track)
    }
    return this.#meters.level(this.#own)
  }

  /** Nothing is heard any more of what was heard until now. */
  hush(): void {
    for (const { track, element, meter } of this.#ears) {
      meter?.source.disconnect()
      element.pause()
      element.srcObject = null
      track.stop()
    }
    this.#ears = []
  }

  close(): void {
    this.hush()
    this.#own = null
    this.#meters.close()
  }

  async #play({ element }: Ear): Promise<void> {
    try {
      await element.play()
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return
      this.blocked = true
      this.changed()
    }
  }

  async #lead({ element }: Ear): Promise<void> {
    // Not every browser lets a page choose; then it is heard where all else is.
    if (this.speaker || element.sinkId) await element.setSinkId?.(this.speaker).catch(() => undefined)
  }
}
