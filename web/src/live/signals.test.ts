import { effectScope } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'

import type { Sink } from './connection'
import { oneAtATime, useSignal, type Signal } from './signals'

const watched = vi.hoisted(() => ({ sinks: [] as Sink[], left: 0 }))
vi.mock('./index', () => ({
  watchTopic: (_topic: string, sink: Sink) => {
    watched.sinks.push(sink)
    return () => (watched.left += 1)
  },
}))

const changed: Signal = { id: 'q1', kind: 'queue', position: 7 }
beforeEach(() => Object.assign(watched, { sinks: [], left: 0 }))

describe('a signal', () => {
  it('is watched once for all who listen, and left with the last of them', () => {
    const scopes = [effectScope(), effectScope()]
    const told: unknown[] = []
    for (const scope of scopes) scope.run(() => useSignal('settings', (what) => told.push(what)))
    expect(watched.sinks).toHaveLength(1)
    const say = (op: 'snapshot' | 'changes', data: readonly unknown[]) => watched.sinks[0]?.frame({ topic: 'settings', op, at: 7, data } as never)
    say('snapshot', [])
    say('changes', [changed])
    expect(told).toEqual([null, null, [changed], [changed]])
    scopes[0]?.stop()
    say('changes', [changed])
    expect([told.length, watched.left]).toEqual([5, 0])
    scopes[1]?.stop()
    expect(watched.left).toBe(1)
  })
})

describe('reading anew', () => {
  it('goes on one at a time, and once more for all who asked meanwhile', async () => {
    const answers: (() => void)[] = []
    const load = vi.fn(() => new Promise<void>((resolve) => answers.push(resolve)))
    const anew = oneAtATime(load)
    const [first, second, third] = [anew(), anew(), anew()]
    let done = false
    void third.then(() => (done = true))
    expect(load).toHaveBeenCalledTimes(1)
    answers[0]?.()
    await vi.waitFor(() => expect(load).toHaveBeenCalledTimes(2))
    expect(done).toBe(false)
    answers[1]?.()
    await Promise.all([first, second, third])
    expect(load).toHaveBeenCalledTimes(2)
    void anew()
    expect(load).toHaveBeenCalledTimes(3)
  })
})
