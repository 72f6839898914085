import type { components } from '@/api/schema'

export type Recording = components['schemas']['RecordingItem']
export type Track = components['schemas']['TrackItem']

/** How many lines a track is drawn with. */
export const LINES = 160

/** How long a recording is, in seconds: to the end of its last track. */
export function lengthOf(tracks: readonly Pick<Track, 'began' | 'seconds'>[]): number {
  return Math.max(0, ...tracks.map((one) => one.began + one.seconds))
}

/**
 * A track as lines from 0 to 1 over the whole recording, the loudest of it being 1: where it has not begun, and after its
 * end, there is nothing.
 */
export function linesOf(samples: Float32Array, rate: number, began: number, length: number, count = LINES): number[] {
  const found = Array<number>(count).fill(0)
  if (length <= 0 || rate <= 0) return found
  for (let at = 0; at < samples.length; at++) {
    const line = Math.floor(((began + at / rate) / length) * count)
    if (line >= 0 && line < count) found[line] = Math.max(found[line] ?? 0, Math.abs(samples[at] ?? 0))
  }
  const loudest = Math.max(...found)
  return loudest > 0 ? found.map((one) => one / loudest) : found
}

/** Plays tracks in step. */
export class Player {
  readonly #context = new AudioContext()
  readonly #tracks: readonly { began: number; sound: AudioBuffer }[]
  #playing: AudioBufferSourceNode[] = []
  #from = 0
  #since: number | null = null

  constructor(tracks: readonly { began: number; sound: AudioBuffer }[]) {
    this.#tracks = tracks
  }

  get playing(): boolean {
    return this.#since !== null
  }

  /** Where it is, in seconds from the recording's beginning. */
  get at(): number {
    return this.#since === null ? this.#from : this.#from + this.#context.currentTime - this.#since
  }

  async play(from: number): Promise<void> {
    this.pause()
    await this.#context.resume()
    const now = this.#context.currentTime
    for (const { began, sound } of this.#tracks) {
      if (from >= began + sound.duration) continue
      const source = new AudioBufferSourceNode(this.#context, { buffer: sound })
      source.connect(this.#context.destination)
      source.start(now + Math.max(0, began - from), Math.max(0, from - began))
      this.#playing.push(source)
    }
    this.#from = from
    this.#since = now
  }

  pause(): void {
    this.#from = this.at
    this.#since = null
    for (const one of this.#playing) one.stop()
    this.#playing = []
  }

  close(): void {
    this.pause()
    void this.#context.close()
  }
}
