import { describe, expect, it } from 'vitest'

import { dateIn, daysOf, midnight, moved, periodOf, unitOf } from './periods'

const ZONE = 'Europe/Helsinki'
const hours = (day: string) => (midnight(moved(day, 1), ZONE).getTime() - midnight(day, ZONE).getTime()) / 3_600_000

describe('days of the organization', () => {
  it('begin at its midnight, wherever the reader is', () => {
    expect(midnight('2026-03-02', ZONE).toISOString()).toBe('2026-03-01T22:00:00.000Z')
    expect(midnight('2026-07-02', ZONE).toISOString()).toBe('2026-07-01T21:00:00.000Z')
    expect(midnight('2026-07-02', 'America/New_York').toISOString()).toBe('2026-07-02T04:00:00.000Z')
    expect(midnight('2026-07-02', 'Pacific/Auckland').toISOString()).toBe('2026-07-01T12:00:00.000Z')
  })
  it('have 23 and 25 hours when the clock is changed', () => {
    expect([hours('2026-03-29'), hours('2026-10-25'), hours('2026-06-01')]).toEqual([23, 25, 24])
  })
  it('are those of its calendar', () => {
    expect(dateIn(Date.parse('2026-03-01T22:30:00Z'), ZONE)).toBe('2026-03-02')
    const now = Date.parse('2026-03-02T10:00:00Z')
    expect(daysOf('yesterday', { from: '', to: '' }, now, ZONE)).toEqual({ from: '2026-03-01', to: '2026-03-01' })
    expect(daysOf('week', { from: '', to: '' }, now, ZONE)).toEqual({ from: '2026-02-24', to: '2026-03-02' })
  })
  it('are drawn neither too finely nor too coarsely', () => {
    const unit = (from: string, to: string) => unitOf(periodOf({ from, to }, ZONE))
    expect(unit('2026-10-25', '2026-10-25')).toBe('hour')
    expect(unit('2026-03-01', '2026-03-03')).toBe('hour')
    expect(unit('2026-03-01', '2026-03-28')).toBe('day')
    expect(unit('2026-01-01', '2026-06-30')).toBe('week')
    expect(unit('2026-01-01', '2026-12-31')).toBe('month')
  })
})
