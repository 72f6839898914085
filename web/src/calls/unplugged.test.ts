import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Ask } from './capture'
import { AGENT, FakeAudio, FakeStream, FakeTrack, lined } from './fakes'

beforeEach(() => {
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('Audio', FakeAudio)
})

function pulledOut(track: FakeTrack | undefined): void {
  track?.stop()
  track?.onended?.()
}

describe('a device that is pulled out', () => {
  it('gives way to another microphone, muted as I was', async () => {
    const house = lined(undefined, true)
    await house.isIn()
    pulledOut(house.given[0])
    await house.settled()
    expect(house.asked).toHaveLength(2)
    expect(house.peer().sent[0]).toBe(house.given[1])
    expect(house.given[1]?.enabled).toBe(false)
    expect(house.offers()).toBe(1)
  })

  it('says so where there is no other microphone, and lets me ask again', async () => {
    const track = new FakeTrack('audio')
    let there = true
    const ask: Ask = async () => {
      if (!there) throw new DOMException('', 'NotFoundError')
      return new FakeStream([track]) as unknown as MediaStream
    }
    const house = lined(ask)
    await house.isIn()
    there = false
    pulledOut(track)
    await house.settled()
    expect(house.line.view()).toMatchObject({ microphone: false, trouble: { audio: 'missing' }, phase: 'on' })
    expect(house.peer().sent[0]).toBeNull()
    there = true
    expect(await house.line.microphone()).toBe(true)
    expect(house.line.view().trouble.audio).toBeNull()
  })

  it('shows me no longer where it was the camera, and no other camera looks on unasked', async () => {
    const house = lined()
    await house.isIn({ ...AGENT, mode: 'video' })
    await house.line.camera(true)
    const camera = house.given.at(-1)
    expect(house.line.view().camera).toBe(true)
    pulledOut(camera)
    await house.settled()
    expect(house.line.view()).toMatchObject({ camera: false, own: null })
    expect(house.peer().sent[3]).toBeNull()
    expect(house.given.at(-1)).toBe(camera)
    await house.line.camera(true)
    expect(house.line.view().camera).toBe(true)
  })
})
