import { describe, expect, it } from 'vitest'

import { Capture, troubleOf } from './capture'
import { loudness } from './sound'

describe('what keeps a microphone from us', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['SecurityError', 'insecure'],
    ['NotReadableError', 'taken'],
    ['AbortError', 'taken'],
    ['NotFoundError', 'missing'],
    ['OverconstrainedError', 'missing'],
  ] as const)('%s is %s', (name, trouble) => {
    expect(troubleOf(new DOMException('', name))).toBe(trouble)
  })

  it('is missing where the error says nothing', () => {
    expect(troubleOf('what')).toBe('missing')
  })
})

describe('capture', () => {
  it('asks once for who asks twice, and for the device that was chosen', async () => {
    const asked: MediaStreamConstraints[] = []
    const track = { readyState: 'live', stop: () => undefined }
    const capture = new Capture(
      async (wanted) => {
        asked.push(wanted)
        return { getAudioTracks: () => [track], getVideoTracks: () => [] } as unknown as MediaStream
      },
      () => undefined,
      { microphone: 'desk', camera: '', speaker: '' },
    )
    const both = await Promise.all([capture.start('audio'), capture.start('audio')])
    expect(both).toEqual([track, track])
    expect(asked).toEqual([{ audio: expect.objectContaining({ deviceId: { ideal: 'desk' }, echoCancellation: true }) as unknown }])
    expect(await capture.start('video')).toBeNull()
    expect(capture.trouble('video')).toBe('missing')
    capture.stop('video')
    expect(capture.trouble('video')).toBeNull()
  })
})

describe('a meter', () => {
  it('is empty in silence, full when it is loud, and grows between', () => {
    const tone = (size: number) => Float32Array.from({ length: 512 }, (_, index) => size * Math.sin(index / 3))
    expect(loudness(new Float32Array(512))).toBe(0)
    expect(loudness(tone(1))).toBe(1)
    const [quiet, middle] = [loudness(tone(0.01)), loudness(tone(0.1))]
    expect(quiet).toBeGreaterThan(0)
    expect(middle).toBeGreaterThan(quiet)
    expect(middle).toBeLessThan(1)
  })
})
