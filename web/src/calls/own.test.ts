import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Call, ConversationState, Participant } from '@/conversation/types'
import type { Sink, TopicFrame } from '@/live/connection'

import { FakeAudio, FakePeer, FakeStream, FakeTrack } from './fakes'
import type { AnswerFrame } from './frames'
import { OwnCall } from './own'

const house = vi.hoisted(() => ({
  sink: null as Sink | null,
  answered: null as ((frame: AnswerFrame) => void) | null,
  said: [] as { op: string; conversation: string }[],
  stopped: 0,
  known: null as { call: Call; agent: null; participants: [] } | null,
}))
vi.mock('@/api/client', () => ({ api: { get: async (path: string) => (path === '/calls/ice' ? { ice_servers: [] } : house.known) } }))
vi.mock('@/live', () => ({
  sendLive: (frame: { op: string; conversation: string }) => void house.said.push(frame),
  whenAnswered: (act: (frame: AnswerFrame) => void) => {
    house.answered = act
    return () => (house.stopped += 1)
  },
  watchTopic: (_: string, sink: Sink) => {
    house.sink = sink
    return () => (house.stopped += 1)
  },
}))

const CALL: Call = { id: 'call', mode: 'voice', state: 'on', since: '', held_since: null, coached_by: [], recording: null }
const AGENT = { agent: { id: 'me', name: 'Eino' }, participants: [] as Participant[] }
const LISTENER = { agent: { id: 'eino', name: 'Eino' }, participants: [{ id: 'me', name: 'Saara', role: 'monitor' as const, public: false }] }
const world = { asked: 0, permission: 'prompt', over: 0, version: 0, lines: [] as (string | null)[], heard: 0 }

function opened(resumed = false): OwnCall {
  return new OwnCall({ conversation: 'c', me: 'me', choice: { microphone: '', camera: '', speaker: '' }, muted: false, resumed, changed: () => undefined, rings: (line) => void world.lines.push(line), heard: () => void (world.heard += 1), over: () => (world.over += 1) })
}
async function becomes(call: Call | null, part: object = AGENT, version = (world.version += 1)): Promise<void> {
  const state = { kind: 'conversation', id: 'c', version, stage: 'accepted', call, ...part } as unknown as ConversationState
  house.sink?.frame({ op: 'changes', topic: 'conversation:c', at: 1, data: [state] } as unknown as TopicFrame)
  await vi.advanceTimersByTimeAsync(0)
}
const offers = () => house.said.filter((one) => one.op === 'call').length

beforeEach(() => {
  vi.useFakeTimers()
  Object.assign(house, { said: [], stopped: 0 })
  Object.assign(world, { asked: 0, permission: 'prompt', over: 0, version: 0, lines: [], heard: 0 })
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('Audio', FakeAudio)
  vi.stubGlobal('RTCPeerConnection', FakePeer)
  vi.stubGlobal('navigator', {
    permissions: { query: async () => ({ state: world.permission }) },
    mediaDevices: {
      getUserMedia: async () => {
        world.asked += 1
        return new FakeStream([new FakeTrack('audio')])
      },
    },
  })
})
afterEach(() => vi.useRealTimers())

describe('a call of mine', () => {
  it('waits for the customer who was asked, and comes in when they do', async () => {
    opened()
    await becomes({ ...CALL, state: 'asked' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect([world.over, world.asked, offers()]).toEqual([0, 0, 0])
    await becomes(CALL)
    expect([world.asked, offers()]).toEqual([1, 1])
    expect(house.said[0]).toMatchObject({ op: 'call', conversation: 'c' })
  })

  it('gives the conversation a while to show what was done, and then it is none', async () => {
    opened()
    await becomes(null)
    await vi.advanceTimersByTimeAsync(9_000)
    expect(world.over).toBe(0)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(world.over).toBe(1)
  })

  it('is over with the call, at once, and with my part in it', async () => {
    opened()
    await becomes(CALL)
    await becomes(null)
    expect(world.over).toBe(1)
    opened()
    await becomes(CALL)
    await becomes(CALL, { agent: { id: 'other', name: 'Onni' }, participants: [] })
    expect(world.over).toBe(2)
    house.sink?.refused?.({ op: 'refused', topic: 'conversation:c', problem: { type: '', status: 403, title: '' } })
    expect(world.over).toBe(3)
  })

  it('is not turned back by a state that is older than what is known', async () => {
    opened()
    await becomes(CALL, AGENT, 5)
    await becomes(null, AGENT, 4)
    expect(world.over).toBe(0)
  })

  it.each([
    ['prompt', 0, true],
    ['granted', 1, false],
  ] as const)('goes on in a page that was loaded anew where the browser need not ask (%s)', async (permission, count, waits) => {
    world.permission = permission
    const call = opened(true)
    await becomes(CALL)
    expect([world.asked, offers(), call.waits.value]).toEqual([count, count, waits])
    await call.come()
    await vi.advanceTimersByTimeAsync(0)
    expect([world.asked, offers(), call.waits.value]).toEqual([1, 1, false])
  })

  it('goes on listening in a page that was loaded anew, and asks nobody', async () => {
    opened(true)
    await becomes(CALL, LISTENER)
    expect([world.asked, offers()]).toEqual([0, 1])
  })

  it('takes answers to its own offers only, and lets go of everything', async () => {
    const call = opened()
    await becomes(CALL)
    house.answered?.({ op: 'answer', conversation: 'other', problem: { title: 'No' } })
    expect(call.view.value.problem).toBeNull()
    house.answered?.({ op: 'answer', conversation: 'c', problem: { title: 'No' } })
    await vi.advanceTimersByTimeAsync(0)
    expect(call.view.value.problem).toBe('No')
    call.close()
    expect(house.stopped).toBe(2)
  })

  it('says once that I am heard in it, each time that I am', async () => {
    const call = opened()
    await becomes(CALL, LISTENER)
    expect([world.heard, call.isHeard]).toEqual([0, false])
    await becomes(CALL)
    await becomes(CALL)
    expect([world.heard, call.isHeard]).toEqual([1, true])
    call.line.mute(true)
    expect([world.heard, call.isHeard]).toEqual([1, false])
    call.line.mute(false)
    expect([world.heard, call.isHeard]).toEqual([2, true])
    call.line.yield()
    expect(call.isHeard).toBe(false)
  })

  it('of somebody who is to be called, or was not reached, waits; and is over where it was missed', async () => {
    opened()
    await becomes({ ...CALL, state: 'wanted' })
    await vi.advanceTimersByTimeAsync(60_000)
    expect([world.over, offers()]).toEqual([0, 0])
    await becomes(CALL)
    expect(offers()).toBe(1)
    await becomes({ ...CALL, state: 'missed' })
    expect(world.over).toBe(1)
  })

  it('says how the telephone is that its agent has called, to nobody else, and where the call is elsewhere to nobody', async () => {
    const phone = (line: string) => ({ ...CALL, telephone: { number: '+358', line, tries: 1, why: null } }) as unknown as Call
    const call = opened()
    await becomes(phone('dialling'), LISTENER)
    expect(world.lines.filter(Boolean)).toEqual([])
    await becomes(phone('dialling'))
    expect(world.lines.at(-1)).toBe('dialling')
    call.line.yield()
    expect(world.lines.at(-1)).toBeNull()
    call.line.take()
    expect(world.lines.at(-1)).toBe('dialling')
    await becomes({ ...phone('missed'), state: 'missed' })
    expect([world.lines.at(-1), world.over]).toEqual(['missed', 1])
    call.close()
    expect(world.lines.at(-1)).toBeNull()
  })

  it('says so too where I may not read it any more, and nothing of what is lost in another way', async () => {
    const phone = (line: string, recall_at?: string) => ({ ...CALL, telephone: { number: '+358', line, tries: 1, why: null, recall_at } }) as unknown as Call
    for (const [known, told] of [[phone('wanted', '2026-11-30T14:05:00Z'), ['dialling', 'wanted']], [phone('dialling'), ['dialling']]] as const) {
      Object.assign(world, { lines: [], over: 0 })
      house.known = { call: known, agent: null, participants: [] }
      const call = opened()
      await becomes(phone('dialling'))
      house.sink?.refused?.({ op: 'refused', topic: 'conversation:c', problem: { type: '', status: 403, title: '' } })
      await vi.advanceTimersByTimeAsync(0)
      call.close()
      const lines = world.lines.filter(Boolean)
      expect(lines.filter((line, at) => line !== lines[at - 1])).toEqual(told)
      expect([world.lines.at(-1), world.over]).toEqual([null, 1])
    }
  })

  it.each(['here', 'elsewhere'])('says that nobody was reached to who called them, though they are theirs no more (%s)', async (where) => {
    const phone = (line: string, recall_at?: string) => ({ ...CALL, state: recall_at ? 'wanted' : 'on', telephone: { number: '+358', line, tries: 1, why: null, recall_at } }) as unknown as Call
    const call = opened()
    await becomes(phone('dialling'))
    if (where === 'elsewhere') call.line.yield()
    await becomes(phone('wanted', '2026-11-30T14:05:00Z'), { agent: null, participants: [] })
    expect([...new Set(world.lines.filter(Boolean))]).toEqual(where === 'here' ? ['dialling', 'wanted'] : ['dialling'])
    expect([world.lines.at(-1), world.over]).toEqual([null, 1])
    const told = world.lines.length
    await becomes(phone('wanted', '2026-11-30T14:05:00Z'), { agent: null, participants: [] })
    expect(world.lines.slice(told).filter(Boolean)).toEqual([])
  })

  it('shows what its customer has pressed, and forgets it with the call', async () => {
    const call = opened()
    const pressed = (keys: string, id = CALL.id) =>
      house.sink?.frame({ op: 'changes', topic: 'conversation:c', at: 1, data: [{ kind: 'call_keys', call: id, keys }] } as unknown as TopicFrame)
    pressed('9')
    await becomes(CALL)
    pressed('1')
    pressed('2#')
    pressed('7', 'another')
    expect(call.keys.value).toBe('12#')
    await becomes({ ...CALL, id: 'next' })
    expect(call.keys.value).toBe('')
  })
})
