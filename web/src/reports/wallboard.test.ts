import { describe, expect, it } from 'vitest'

import type { AgentRow } from '@/floor/types'

import { chosen, pageOf, presences, type WallItem } from './wallboard'

/** What was counted in a queue; 30 of 40 who were accepted were so in time. */
const queue = (id: string, level: Partial<WallItem['service_level']>, agents: Record<string, number> = {}) =>
  ({
    id, in_queue: 1, active: 2, waiting: 3, wrap_up: 4, orphans: 0, abandoned: 5, answered: 40, started: 60, longest_wait_since: null, abandonment: null,
    agents: { available: 0, away: 0, ...agents },
    service_level: { ratio: null, of_accepted: null, without_short_abandons: null, within: 30, accepted: 40, abandoned: 0, short: 0, unserved: 0, seconds: 20, ...level },
  }) as unknown as WallItem
const agent = (id: string, presence: string, ...queues: string[]) => ({ id, presence, queues: queues.map((one) => ({ id: one, name: one })) }) as unknown as AgentRow

describe('several queues together', () => {
  it('have the service level of all who were offered, those whom somebody closed while they waited among them', () => {
    const found = chosen([queue('all', {}), queue('a', { abandoned: 10, short: 4 }), queue('b', { unserved: 10 })], ['a', 'b'], [])
    expect(found?.service_level).toMatchObject({ within: 60, accepted: 80, abandoned: 10, short: 4, unserved: 10, seconds: 20 })
    expect(found?.service_level.ratio).toBeCloseTo(60 / 100)
    expect(found?.service_level.of_accepted).toBeCloseTo(60 / 80)
    expect(found?.service_level.without_short_abandons).toBeCloseTo(60 / 96)
    expect(found?.abandonment).toBeCloseTo(10 / 90)
    expect([found?.in_queue, found?.answered]).toEqual([2, 80])
  })

  it('have everybody once who serves in any of them', () => {
    const agents = [agent('1', 'available', 'a', 'b'), agent('2', 'available', 'a'), agent('3', 'available', 'b'), agent('4', 'away', 'b', 'c'), agent('5', 'available', 'c')]
    expect(presences(agents, ['a', 'b'])).toEqual({ available: 3, away: 1 })
    const items = [queue('all', {}), queue('a', {}, { available: 2 }), queue('b', { seconds: 60 }, { available: 2, away: 1 })]
    const found = chosen(items, ['a', 'b'], agents)
    expect(found?.agents).toEqual({ available: 3, away: 1 })
    expect(found?.service_level.seconds).toBe(null)
    expect(chosen(items, ['a', 'b'], [])?.agents).toEqual({ available: 0, away: 0 })
  })

  it('are the whole where none is chosen, one where only one is there, and nothing where none is', () => {
    const items = [queue('all', {}), queue('a', {}, { available: 2 })]
    expect(chosen(items, [], [])?.id).toBe('all')
    expect(chosen(items, ['a', 'gone'], [])?.agents).toMatchObject({ available: 2 })
    expect(chosen(items, ['gone'], [])).toBe(null)
  })
})

describe('queues that do not fit', () => {
  it('come page by page, each of them once, round and round', () => {
    const items = Array.from({ length: 7 }, (_, place) => queue(String(place), {}))
    const turns = [0, 1, 2, 3].map((turn) => pageOf(items, 3, turn))
    expect(turns.map((one) => one.items.map(({ id }) => id).join(''))).toEqual(['012', '345', '6', '012'])
    expect(turns.map((one) => `${one.number}/${one.pages}`)).toEqual(['1/3', '2/3', '3/3', '1/3'])
  })
})
