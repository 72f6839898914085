import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Sink, TopicFrame } from '@/live/connection'

import { FakeAudio, FakePeer, FakeStream, FakeTrack } from './fakes'
import { useCalls } from './useCalls'

const house = vi.hoisted(() => ({ sinks: new Map<string, Sink>(), said: [] as { op: string; conversation: string; muted?: boolean }[], told: [] as string[] }))
vi.mock('@/api/client', () => ({ api: { get: async () => ({ ice_servers: [] }) } }))
vi.mock('@/live', () => ({
  sendLive: (frame: (typeof house.said)[number]) => void house.said.push(frame),
  whenAnswered: () => () => undefined,
  watchTopic: (topic: string, sink: Sink) => {
    house.sinks.set(topic, sink)
    return () => undefined
  },
}))
vi.mock('@/stores/session', () => ({ useSession: () => ({ me: { id: 'me' } }) }))
vi.mock('@/stores/sounds', () => ({ useSounds: () => ({ on: true }) }))
vi.mock('@/messages', () => ({ translate: (_: string, named: { name: string }) => named.name }))
vi.mock('@/ui/toasts', () => ({ toast: ({ title }: { title: string }) => void house.told.push(title) }))

let version = 0
async function becomes(id: string, role: 'agent' | 'listener'): Promise<void> {
  const call = { id: `call ${id}`, mode: 'voice', state: 'on', since: '', held_since: null, coached_by: [], recording: null }
  const mine = role === 'agent' ? { agent: { id: 'me', name: 'Eino' }, participants: [] } : { agent: { id: 'other', name: 'Aino' }, participants: [{ id: 'me', name: 'Eino', role: 'monitor', public: false }] }
  const state = { kind: 'conversation', id, version: (version += 1), stage: 'accepted', customer: { id: 'k', name: `Customer ${id}` }, call, ...mine }
  house.sinks.get(`conversation:${id}`)?.frame({ op: 'changes', topic: '', at: 1, data: [state] } as unknown as TopicFrame)
  await vi.advanceTimersByTimeAsync(0)
}

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  sessionStorage.clear()
  Object.assign(house, { said: [], told: [] })
  house.sinks.clear()
  vi.stubGlobal('MediaStream', FakeStream)
  vi.stubGlobal('Audio', FakeAudio)
  vi.stubGlobal('RTCPeerConnection', FakePeer)
  vi.stubGlobal('BroadcastChannel', undefined)
  vi.stubGlobal('navigator', { mediaDevices: { getUserMedia: async () => new FakeStream([new FakeTrack('audio')]) } })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('opens my microphone in one call at a time, whichever I speak in last, and says so', async () => {
  const calls = useCalls()
  const heard = () => [...calls.own.values()].filter((one) => one.isHeard).map((one) => one.conversation)
  calls.enter('a')
  await becomes('a', 'agent')
  expect(heard()).toEqual(['a'])
  calls.enter('b')
  await becomes('b', 'agent')
  expect([heard(), house.told]).toEqual([['b'], ['Customer a']])
  expect(house.said.filter((one) => one.op === 'mute')).toEqual([{ op: 'mute', conversation: 'a', muted: true }])
  calls.own.get('a')?.line.mute(false)
  expect([heard(), house.told]).toEqual([['a'], ['Customer a', 'Customer b']])
})

it('leaves the microphone where it is for whoever only listens to another call', async () => {
  const calls = useCalls()
  calls.enter('a')
  await becomes('a', 'agent')
  calls.enter('b')
  await becomes('b', 'listener')
  expect([calls.own.get('a')?.isHeard, calls.own.get('b')?.isHeard, house.told]).toEqual([true, false, []])
})
