import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Sink } from '@/live/connection'

import { useList } from './useList'

const live = vi.hoisted(() => ({ sink: undefined as Sink | undefined }))
vi.mock('@/live/index', () => ({
  watchTopic: (_topic: string, sink: Sink) => {
    live.sink = sink
    return () => (live.sink = undefined)
  },
}))

let asked: string[]
beforeEach(() => {
  asked = []
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address)
    const page = { items: [{ id: 'q1', name: `read ${asked.length}` }], next: null }
    return Promise.resolve(new Response(JSON.stringify(page), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

function say(op: 'snapshot' | 'changes', ...kinds: string[]): void {
  live.sink?.frame({ topic: 'settings', op, at: 1, data: kinds.map((kind) => ({ id: 'x', kind, position: 1 })) })
}

describe('a list of settings', () => {
  it('is read anew when something of its kind has changed, and never for nothing', async () => {
    const scope = effectScope()
    const list = scope.run(() => useList<{ name: string }>('/queues', ['queue', 'user']))
    const name = () => list?.items.value?.[0]?.name
    await vi.waitFor(() => expect(name()).toBe('read 1'))
    say('changes', 'token', 'queue')
    await vi.waitFor(() => expect(name()).toBe('read 2'))
    say('changes', 'token')
    await vi.advanceTimersByTimeAsync(120_000)
    expect(asked).toHaveLength(2)
    say('snapshot')
    await vi.waitFor(() => expect(name()).toBe('read 3'))
    scope.stop()
    expect(live.sink).toBeUndefined()
  })
})
