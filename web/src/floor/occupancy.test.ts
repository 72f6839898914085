import { describe, expect, it } from 'vitest'

import { occupancyAt } from './occupancy'

const SINCE = '2026-03-02T00:00:00Z'
const at = (seconds: number) => Date.parse(SINCE) + seconds * 1000

describe('occupancy', () => {
  it('grows and falls while nothing is said', () => {
    // One of two has handled something for 50 of 100 seconds, and goes on with it; both stay.
    const lines = { busy_ms: -50_000, busy: 1, present_ms: 0, present: 2 }
    expect(occupancyAt(lines, SINCE, at(100))).toBe(0.25)
    expect(occupancyAt(lines, SINCE, at(200))).toBe(0.375)
    expect(occupancyAt({ ...lines, busy_ms: 50_000, busy: 0 }, SINCE, at(200))).toBe(0.125)
  })

  it('is nothing where nobody was there, and between nothing and all where clocks differ', () => {
    expect(occupancyAt(null, SINCE, at(1))).toBeNull()
    expect(occupancyAt(undefined, undefined, at(1))).toBeNull()
    expect(occupancyAt({ busy_ms: 0, busy: 0, present_ms: 0, present: 0 }, SINCE, at(5))).toBeNull()
    expect(occupancyAt({ busy_ms: -10_000, busy: 1, present_ms: -9_000, present: 1 }, SINCE, at(9.5))).toBe(0)
  })
})
