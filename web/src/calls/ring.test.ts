import { beforeEach, describe, expect, it, vi } from 'vitest'

import { cadence, Ring } from './ring'

const world = { playing: [] as string[], speaker: [] as string[], until: [] as number[] }

class FakeSource {
  buffer: { length: number } | null = null
  loop = false
  onended: (() => void) | null = null
  readonly connect = () => undefined
  name = ''
  start(): void {
    this.name = this.buffer?.length === 40_000 ? 'rings' : 'busy'
    world.playing.push(this.name)
  }
  stop(at?: number): void {
    if (at !== undefined) {
      world.until.push(at)
      return
    }
    world.playing.splice(world.playing.indexOf(this.name), 1)
    this.onended?.()
  }
}
class FakeContext {
  currentTime = 7
  closed = false
  createMediaStreamDestination = () => ({ stream: {} })
  createBufferSource = () => new FakeSource()
  createBuffer = (_: number, length: number) => ({ length, copyToChannel: () => undefined })
  close = async (): Promise<void> => undefined
}
class FakeAudio {
  srcObject: unknown = null
  setSinkId = async (id: string): Promise<void> => void world.speaker.push(id)
  play = async (): Promise<void> => Promise.reject(new Error('nobody has clicked'))
}

beforeEach(() => {
  Object.assign(world, { playing: [], speaker: [], until: [] })
  vi.stubGlobal('AudioContext', FakeContext)
  vi.stubGlobal('Audio', FakeAudio)
})

describe('that it rings', () => {
  it('is 425 Hz for a second and silence for four', () => {
    const samples = cadence({ on: 1, off: 4 })
    expect(samples.length).toBe(40_000)
    const tone = samples.subarray(0, 8000)
    const crossings = tone.reduce((count, one, at) => count + Number(at > 0 && one >= 0 && (tone[at - 1] ?? 0) < 0), 0)
    expect(Math.abs(crossings - 425)).toBeLessThanOrEqual(1)
    expect(Math.max(...tone)).toBeCloseTo(0.1)
    expect(samples.subarray(8000).every((one) => one === 0)).toBe(true)
    expect(Math.abs(tone[1] ?? 1)).toBeLessThan(0.01)
    expect(Math.abs(tone[7999] ?? 1)).toBeLessThan(0.01)
  })

  it.each(['up', 'missed', 'wanted', null] as const)('is over when the telephone is %s', (line) => {
    const ring = new Ring(() => '')
    ring.follow('c', 'dialling')
    ring.follow('c', 'dialling')
    expect(world.playing).toEqual(['rings'])
    ring.follow('c', line)
    expect(world.playing).not.toContain('rings')
  })

  it('goes on while it rings at another one', () => {
    const ring = new Ring(() => '')
    ring.follow('c', 'dialling')
    ring.follow('d', 'dialling')
    ring.follow('c', 'up')
    expect(world.playing).toEqual(['rings'])
    ring.follow('d', null)
    expect(world.playing).toEqual([])
  })

  it('comes from the loudspeaker that was chosen', async () => {
    new Ring(() => 'headset').follow('c', 'dialling')
    await Promise.resolve()
    expect(world.speaker).toEqual(['headset'])
  })

  it('is not heard by whoever wants to hear nothing, from that moment on', () => {
    const ring = new Ring(() => '')
    ring.follow('c', 'dialling')
    ring.mute(true)
    expect(world.playing).toEqual([])
    ring.mute(false)
    expect(world.playing).toEqual(['rings'])
    ring.mute(true)
    ring.follow('c', 'missed')
    expect(world.playing).toEqual([])
  })
})

describe('that nobody was reached', () => {
  it.each(['missed', 'wanted'] as const)('is heard for two seconds once it has rung (%s)', (line) => {
    const ring = new Ring(() => '')
    ring.follow('c', line)
    expect(world.playing).toEqual([])
    ring.follow('c', 'dialling')
    ring.follow('c', line)
    expect([world.playing, world.until]).toEqual([['busy'], [9]])
    // The conversation is left at once; what is heard of it ends by itself.
    ring.follow('c', null)
    expect(world.playing).toEqual(['busy'])
  })

  it('is not heard where the agent has ended it, or was answered', () => {
    const ring = new Ring(() => '')
    for (const line of [null, 'up'] as const) {
      ring.follow('c', 'dialling')
      ring.follow('c', line)
    }
    expect(world.playing).toEqual([])
  })
})
