import { beforeEach, describe, expect, it, vi } from 'vitest'

import { AGENT, FakeAudio, FakeStream, FakeTrack, lined, ME } from './fakes'
import { SILENCE_MS, type Wanted } from './rules'

const LISTENER: Wanted = { ...AGENT, part: 'listener' }

beforeEach(() => {
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('Audio', FakeAudio)
})

describe('coming in', () => {
  it('offers what is sent and what is heard, with the microphone', async () => {
    const house = lined()
    house.line.know(AGENT)
    await house.settled()
    expect(house.peer().sections).toEqual(['audio sendrecv', 'audio recvonly', 'audio recvonly'])
    expect(house.peer().sent[0]).toBe(house.given[0])
    expect(house.frames).toEqual([{ op: 'call', offer: 'offer of audio sendrecv, audio recvonly, audio recvonly' }])
    expect(house.line.view().phase).toBe('connecting')
    await house.answered()
    expect(house.peer().answers).toEqual(['yes'])
    expect(house.line.view()).toMatchObject({ phase: 'on', microphone: true, muted: false })
  })

  it('goes without a word where the call is over before the offer is made', async () => {
    for (let steps = 0; steps < 12; steps += 1) {
      const house = lined()
      house.line.know(AGENT)
      for (let step = 0; step < steps; step += 1) await Promise.resolve()
      house.line.know(null)
      await house.settled()
      expect(house.peers.every((peer) => peer.connectionState === 'closed')).toBe(true)
    }
  })

  it('never asks for a microphone as a listener, and does when I may speak; then it is off again', async () => {
    const house = lined()
    await house.isIn(LISTENER)
    expect(house.asked).toEqual([])
    expect(house.peer().sections).toEqual(['audio recvonly', 'audio recvonly', 'audio recvonly'])
    house.line.know({ ...AGENT, part: 'whisperer' })
    await house.settled()
    expect(house.asked).toHaveLength(1)
    expect(house.peer().sections[0]).toBe('audio sendrecv')
    await house.answered()
    house.line.know(LISTENER)
    expect(house.given[0]?.readyState).toBe('ended')
    await house.settled()
    expect(house.peer().sections[0]).toBe('audio recvonly')
    expect(house.asked).toHaveLength(1)
  })

  it('lets me hear without a microphone, and says why there is none', async () => {
    let answer: DOMException | null = new DOMException('', 'NotAllowedError')
    const track = new FakeTrack('audio')
    const house = lined(async () => {
      if (answer) throw answer
      return new FakeStream([track]) as unknown as MediaStream
    })
    await house.isIn()
    expect(house.line.view()).toMatchObject({ phase: 'on', microphone: false, trouble: { audio: 'denied' } })
    answer = null
    expect(await house.line.microphone()).toBe(true)
    expect(house.peer().sent[0]).toBe(track)
    expect(house.line.view().trouble.audio).toBeNull()
    expect(house.offers()).toBe(1)
  })

  it('plays after a click what the browser held back before', async () => {
    let held = true
    vi.stubGlobal(
      'Audio',
      class extends FakeAudio {
        override play = async (): Promise<void> => {
          if (held) throw new DOMException('', 'NotAllowedError')
        }
      },
    )
    const house = lined()
    await house.isIn(LISTENER)
    house.peer().ontrack?.({ track: new FakeTrack('audio') })
    await house.settled()
    expect(house.line.view().blocked).toBe(true)
    held = false
    await house.line.play()
    expect(house.line.view().blocked).toBe(false)
  })

  it('stops a microphone that comes when nobody wants it any more', async () => {
    const track = new FakeTrack('audio')
    let give = (): void => undefined
    const house = lined(() => new Promise((resolve) => (give = () => resolve(new FakeStream([track]) as unknown as MediaStream))))
    house.line.know(AGENT)
    house.line.know(null)
    give()
    await house.settled()
    expect(track.readyState).toBe('ended')
    expect(house.frames).toEqual([])
  })
})

describe('staying in', () => {
  it('offers anew when the house has put me out, and when it is silent', async () => {
    const house = lined()
    await house.isIn()
    house.said([{ ...ME, you: false }])
    await house.settled()
    expect(house.offers()).toBe(2)
    expect(house.peers[0]?.connectionState).toBe('closed')
    await house.answered()
    house.said([ME])
    await house.pass(SILENCE_MS - 1)
    expect(house.offers()).toBe(2)
    await house.pass(1)
    expect(house.offers()).toBe(3)
  })

  it('tries again less and less often while it is refused, and says why', async () => {
    const house = lined()
    house.line.know(AGENT)
    await house.settled()
    await house.line.answer({ op: 'answer', problem: { type: 'busy', title: 'Too many calls' } })
    expect(house.line.view().problem).toBe('Too many calls')
    await house.pass(499)
    expect(house.offers()).toBe(1)
    await house.pass(1)
    expect(house.offers()).toBe(2)
    await house.line.answer({ op: 'answer', problem: { type: 'busy' } })
    expect(house.line.view().problem).toBe('#busy')
    await house.pass(999)
    expect(house.offers()).toBe(2)
    await house.pass(1)
    expect(house.offers()).toBe(3)
    await house.answered()
    expect(house.line.view().problem).toBeNull()
  })

  it('offers anew where an answer is nonsense or does not come', async () => {
    const house = lined()
    house.line.know(AGENT)
    await house.settled()
    await house.pass(5000)
    expect(house.offers()).toBe(2)
    await house.line.answer({ op: 'answer', answer: 'nonsense' })
    await house.pass(SILENCE_MS)
    expect(house.offers()).toBe(3)
  })

  it('answers what the house offers for its part, and is in the call when both connections are there', async () => {
    const house = lined()
    house.line.know(AGENT)
    await house.settled()
    await house.line.answer({ op: 'answer', answer: 'yes', offer: 'more' })
    const [own, back] = house.peers
    expect(own?.answers).toEqual(['yes'])
    expect(back?.offers).toEqual(['more'])
    expect(house.frames.at(-1)).toEqual({ op: 'agree', answer: 'answer to more' })
    own?.become('connected')
    expect(house.line.view().phase).toBe('connecting')
    back?.become('connected')
    expect(house.line.view().phase).toBe('on')
    back?.become('failed')
    await house.pass(10_000)
    expect(house.offers()).toBe(2)
    expect([own?.connectionState, back?.connectionState]).toEqual(['closed', 'closed'])
  })

  it("has one connection, the house's, where it sends nothing", async () => {
    const house = lined()
    house.line.know({ ...AGENT, part: 'listener' })
    await house.settled()
    await house.line.answer({ op: 'answer', answer: 'yes', offer: 'more' })
    const [own, back] = house.peers
    expect(own?.connectionState).toBe('closed')
    back?.become('connected')
    expect(house.line.view().phase).toBe('on')
  })

  it('offers anew where what the house offers is nonsense', async () => {
    const house = lined()
    house.line.know(AGENT)
    await house.settled()
    await house.line.answer({ op: 'answer', answer: 'yes', offer: 'nonsense' })
    await house.pass(10_000)
    expect(house.offers()).toBe(2)
    expect(house.frames.some((one) => one.op === 'agree')).toBe(false)
  })

  it('does not take back a call that went on in another tab', async () => {
    const house = lined()
    await house.isIn()
    house.peer().become('failed')
    await house.pass(2000)
    house.said([ME])
    await house.pass(SILENCE_MS)
    house.said([ME])
    expect(house.offers()).toBe(1)
    expect(house.line.view().phase).toBe('elsewhere')
    house.line.take()
    await house.settled()
    expect(house.offers()).toBe(2)
  })

  it('is silent from the moment at which it yields', async () => {
    const house = lined()
    await house.isIn()
    house.line.yield()
    expect(house.given[0]?.readyState).toBe('ended')
    expect(house.peer().connectionState).toBe('closed')
    expect(house.line.view().phase).toBe('elsewhere')
    await house.pass(60_000)
    expect(house.offers()).toBe(1)
    house.line.take()
    await house.settled()
    expect(house.offers()).toBe(2)
    expect(house.line.view().phase).toBe('connecting')
  })

  it('keeps me muted, also where the house has forgotten it', async () => {
    const house = lined(undefined, true)
    await house.isIn()
    expect(house.given[0]?.enabled).toBe(false)
    expect(house.frames.filter((one) => one.op === 'mute')).toEqual([{ op: 'mute', muted: true }])
    house.said([{ ...ME, muted: false }])
    expect(house.frames.filter((one) => one.op === 'mute')).toHaveLength(2)
    house.line.mute(false)
    expect(house.given[0]?.enabled).toBe(true)
    expect(house.frames.at(-1)).toEqual({ op: 'mute', muted: false })
  })
})

describe('pictures', () => {
  const SEEN: Wanted = { ...AGENT, mode: 'video' }

  it('shows me only after I have switched the camera on, without a new offer', async () => {
    const house = lined()
    await house.isIn(SEEN)
    expect(house.peer().sections.filter((one) => one.startsWith('video'))).toEqual(['video sendrecv', 'video recvonly', 'video recvonly'])
    expect(house.asked.filter((one) => one.video)).toEqual([])
    await house.line.camera(true)
    expect(house.line.view().camera).toBe(true)
    expect(house.peer().sent[3]).toBe(house.given[1])
    await house.line.camera(false)
    expect(house.given[1]?.readyState).toBe('ended')
    expect(house.peer().sent[3]).toBeNull()
    expect(house.offers()).toBe(1)
  })

  it('does not open the camera of who is not to be seen', async () => {
    const house = lined()
    await house.isIn({ ...SEEN, part: 'whisperer' })
    await house.line.camera(true)
    expect(house.asked.filter((one) => one.video)).toEqual([])
  })
})

describe('the end', () => {
  it.each(['know', 'close', 'other'] as const)('stops every track and the connection at once (%s)', async (how) => {
    const house = lined()
    await house.isIn({ ...AGENT, mode: 'video' })
    await house.line.camera(true)
    const heard = new FakeTrack('audio')
    const seen = new FakeTrack('video')
    house.peer().ontrack?.({ track: heard })
    house.peer().ontrack?.({ track: seen })
    expect(house.line.view().pictures).toHaveLength(1)
    const peer = house.peer()
    if (how === 'know') house.line.know(null)
    else if (how === 'close') house.line.close()
    else house.line.know({ ...AGENT, call: 'two' })
    expect([...house.given.slice(0, 2), heard, seen].map((track) => track.readyState)).toEqual(['ended', 'ended', 'ended', 'ended'])
    expect(peer.connectionState).toBe('closed')
    expect(house.line.view().pictures).toEqual([])
    expect(house.frames.filter((one) => one.op === 'hang_up')).toHaveLength(how === 'close' ? 1 : 0)
  })

  it('hears nothing of another call', async () => {
    const house = lined()
    await house.isIn()
    house.said([{ ...ME, you: false }], 'other')
    await house.settled()
    expect(house.offers()).toBe(1)
  })
})
