import { afterEach, describe, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'

import { Problem } from '@/api/problem'

import { localTime, newChange, newLoad, newStream, ofAgent, ofQueue, requestOf, trouble } from './asking'
import { labelled, lines, marks, most, path } from './chart'
import { estimated, shown, verdict } from './figures'
import type { House, Slice } from './types'
import { useExperiment } from './useExperiment'

const RULE = { name: 'Swedish', queue_id: 'q2', conditions: [{ field: 'language', operator: 'is', values: ['sv'] }] } as const
const house = {
  agents: [{ id: 'a1', name: 'Aino', capacity: 5, queues: ['q1', 'q2'], skills: { s1: 2 }, hours: null }],
  queues: [{ id: 'q1', name: 'Support', kind: 'messaging', method: 'most_idle', match: 'closest', priority: 0, service_level_seconds: 60 }],
  workstreams: [{ id: 'w1', name: 'Web chat', channel: 'live_chat', kind: 'messaging', queue: 'q1', units: 1, queue_rules: [RULE], skill_rules: [] }],
  skills: [{ id: 's1', name: 'Finnish' }],
  hours: [],
} as unknown as House
const NOON = new Date(2026, 2, 4, 12, 30)
const recorded = newLoad(NOON, house)
const n = (value: number, options: Intl.NumberFormatOptions) => new Intl.NumberFormat('en-GB', options).format(value)

describe('what is asked for', () => {
  it('is yesterday, or tomorrow from eight, on the reader\'s own clock', () => {
    expect([recorded.since, recorded.until, recorded.start]).toEqual(['2026-03-03T00:00', '2026-03-04T00:00', '2026-03-05T08:00'])
    expect(localTime(NOON)).toBe('2026-03-04T12:30')
    expect(requestOf(recorded, [], house, 4)).toMatchObject({ from: new Date(2026, 2, 3).toISOString(), to: new Date(2026, 2, 4).toISOString(), replications: 4 })
  })

  it('has nothing of the other kind of load', () => {
    expect(requestOf(recorded, [], house, 4)).not.toHaveProperty('synthetic')
    const made = requestOf({ ...recorded, source: 'synthetic' }, [], house, 4)
    expect(made).not.toHaveProperty('from')
    expect(made.synthetic?.streams).toEqual([{ workstream: 'w1', queue: null, per_hour: 60, talk: 300, wrap_up: 30, patience: 180, answer: 5, rejected: 0, missed: 0, away: 60, passing: [] }])
  })

  it('has shares of what is declined and passed on', () => {
    const form = { ...newStream(house), rejected: '12.5', missed: 5, passed: 20, passedTo: 'q1', passedTalk: 90 }
    const made = requestOf({ ...recorded, source: 'synthetic', streams: [form] }, [], house, 1)
    expect(made.synthetic?.streams[0]).toMatchObject({ rejected: 0.125, missed: 0.05, passing: [{ queue: 'q1', share: 0.2, talk: 90 }] })
  })

  it('has rules as they would be saved, if they are others', () => {
    const condition = { field: ' answers.topic ', operator: 'is_set', values: ['left over'] } as const
    const rules = [{ name: ' Bills ', queue_id: 'q1', conditions: [condition] }]
    const changed = { ...newChange('workstream', house), queueRules: rules, fallback: 'q2' }
    expect(requestOf(recorded, [changed], house, 1).changes?.workstreams).toEqual({
      w1: { queue: 'q2', queue_rules: [{ name: 'Bills', queue_id: 'q1', conditions: [{ field: 'answers.topic', operator: 'is_set', values: [] }] }] },
    })
    expect(requestOf(recorded, [{ ...changed, fallback: 'q1', queueRules: [] }], house, 1).changes?.workstreams).toEqual({ w1: { queue_rules: [] } })
  })

  it('names only what differs from today', () => {
    const same = [ofAgent(newChange('agent', house), house, 'a1'), newChange('queue', house), newChange('workstream', house), newChange('agent', house)]
    expect(requestOf(recorded, same, house, 1).changes).toEqual({ agents: { add: [], remove: [], change: {} }, queues: {}, workstreams: {} })
    const changed = [
      { ...ofAgent(newChange('agent', house), house, 'a1'), queues: ['q2'], skills: {} },
      { ...newChange('agent', house), capacity: 4 },
      { ...ofQueue(newChange('queue', house), house, 'q1'), method: 'round_robin', goal: 30 },
      { ...newChange('workstream', house), units: '2' },
      { ...newChange('remove', house), agents: ['a1'] },
      { ...newChange('add', house), queues: ['q1'], count: '2', capacity: 1 },
    ]
    expect(requestOf(recorded, changed, house, 1).changes).toEqual({
      agents: {
        add: [{ queues: ['q1'], count: 2, capacity: 1, skills: {}, hours: null }],
        remove: ['a1'],
        change: { a1: { queues: ['q2'], skills: {} }, '*': { capacity: 4 } },
      },
      queues: { q1: { method: 'round_robin', service_level_seconds: 30 } },
      workstreams: { w1: { units: 2 } },
    })
  })

  it('says what is missing before it can be asked', () => {
    expect(trouble(recorded, [])).toBeNull()
    expect(trouble({ ...recorded, until: recorded.since }, [])).toBe('period')
    expect(trouble(recorded, [newChange('add', house)])).toBe('newAgents')
    const made = { ...recorded, source: 'synthetic' as const }
    expect(trouble({ ...made, hours: '' }, [])).toBe('hours')
    expect(trouble({ ...made, streams: [] }, [])).toBe('streams')
    expect(trouble({ ...made, streams: [{ ...newStream(house), talk: null }] }, [])).toBe('stream')
    expect(trouble({ ...made, streams: [{ ...newStream(house), rejected: 60, missed: 50 }] }, [])).toBe('offers')
    expect(trouble({ ...made, streams: [{ ...newStream(house), passed: 10 }] }, [])).toBe('passed')
  })
})

describe('figures in words', () => {
  it('have their units, and differences their sign', () => {
    expect([shown(12.34, 'time', n), shown(150, 'time', n), shown(0.1234, 'share', n), shown(7.25, 'count', n)]).toEqual(['12.3s', '2:30', '12.3%', '7.3'])
    expect([shown(-12, 'time', n, true), shown(-150, 'time', n, true), shown(150, 'time', n, true), shown(0.1, 'share', n, true)]).toEqual(['-12s', '-2:30', '+2:30', '+10%'])
    expect(estimated({ mean: 3, half: 0.5 }, 'count', n)).toEqual({ mean: '3', half: '± 0.5' })
    expect(estimated({ mean: 3, half: null }, 'count', n).half).toBeNull()
    expect(estimated(null, 'count', n).mean).toBe('–')
  })

  it('are better or worse only beyond the noise', () => {
    const less = { mean: -5, half: 2, beyond_noise: true }
    expect([verdict(less, 'less'), verdict(less, 'more'), verdict(less, 'none')]).toEqual(['better', 'worse', 'different'])
    expect(verdict({ ...less, beyond_noise: false }, 'less')).toBe('noise')
    expect(verdict({ mean: 0, half: 0, beyond_noise: false }, 'less')).toBe('same')
    expect(verdict({ mean: 1, half: null, beyond_noise: null }, 'less')).toBe('unknown')
    expect(verdict(null, 'less')).toBe('unknown')
  })
})

describe('the chart', () => {
  const slices = [10, null, 30, 40].map((today, place) => ({ at: `2026-03-0${place + 1}T00:00:00Z`, today, changed: null })) as Slice[]

  it('has round marks up to the highest wait', () => {
    expect(marks(most(slices))).toEqual([0, 10, 20, 30, 40])
    expect(marks(41)).toEqual([0, 15, 30, 45])
    expect(marks(0.4)).toEqual([0, 1])
    expect(marks(3 * 86_400).length).toBeLessThan(7)
  })

  it('breaks its line where nobody came', () => {
    const found = lines(slices, 'today', { width: 30, height: 100, most: 40 })
    expect(found).toEqual([[{ x: 0, y: 75 }], [{ x: 20, y: 25 }, { x: 30, y: 0 }]])
    expect(found.map(path)).toEqual(['M-2 75h4', 'M20 25L30 0'])
    expect(lines(slices, 'changed', { width: 30, height: 100, most: 40 })).toEqual([])
    expect(labelled(48, 6)).toEqual([0, 8, 16, 24, 32, 40])
  })
})

describe('an experiment', () => {
  const wanted = requestOf(recorded, [], house, 1)
  const inScope = () => effectScope().run(useExperiment) as ReturnType<typeof useExperiment>

  /** `parts` come at once, what is in `later` when it is let go. */
  function answers(parts: readonly string[], status = 200, later = ''): { signal: () => AbortSignal | undefined; go: () => void } {
    let signal: AbortSignal | undefined
    let go = () => undefined as void
    const gate = new Promise<void>((resolve) => (go = resolve))
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      signal = init.signal ?? undefined
      const body = new ReadableStream<Uint8Array>({
        async start(controller) {
          for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
          init.signal?.addEventListener('abort', () => controller.error(new DOMException('gone', 'AbortError')))
          await gate
          if (init.signal?.aborted) return
          if (later) controller.enqueue(new TextEncoder().encode(later))
          controller.close()
        },
      })
      return new Response(body, { status })
    })
    return { signal: () => signal, go: () => go() }
  }
  afterEach(() => vi.unstubAllGlobals())

  it('tells its progress, wherever the lines are cut, and keeps the result', async () => {
    const { go } = answers(['{"kind":"progress","done":0,"of":2}\n{"kind":"pro', 'gress","done":1,"of":2}\n'], 200, '{"kind":"result","seed":1}\n')
    const one = inScope()
    const over = one.run(wanted)
    await vi.waitFor(() => expect(one.progress.value).toEqual({ done: 1, of: 2 }))
    expect(one.running.value).toBe(true)
    go()
    await over
    expect(one.result.value).toMatchObject({ seed: 1 })
    expect([one.running.value, one.progress.value, one.problem.value]).toEqual([false, null, null])
  })

  it('says why there is no result', async () => {
    answers(['{"kind":"problem","type":"whatif/too-long","title":"Too long","detail":"d"}\n']).go()
    const one = inScope()
    await one.run(wanted)
    expect(one.problem.value?.type).toBe('whatif/too-long')
    answers(['{"type":"whatif/running","title":"Running"}'], 409).go()
    await one.run(wanted)
    expect(one.problem.value).toMatchObject({ type: 'whatif/running', status: 409 })
  })

  it('that breaks off is no result', async () => {
    answers(['{"kind":"progress","done":0,"of":2}\n']).go()
    const one = inScope()
    await one.run(wanted)
    expect(one.problem.value).toBeInstanceOf(Problem)
    expect(one.problem.value?.type).toBe('client/unreachable')
  })

  it('ends on the server when it is cancelled, without a complaint', async () => {
    const { signal } = answers(['{"kind":"progress","done":0,"of":2}\n'])
    const one = inScope()
    const over = one.run(wanted)
    await vi.waitFor(() => expect(one.progress.value).not.toBeNull())
    one.cancel()
    await over
    expect(signal()?.aborted).toBe(true)
    expect([one.problem.value, one.running.value]).toEqual([null, false])
  })
})
