import { wallTime as shown } from '@/messages/moments'

/** Periods of the organization's calendar: which moments its days begin with, wherever the reader is. */
export const PERIODS = ['today', 'yesterday', 'week', 'month', 'custom'] as const
export type PeriodName = (typeof PERIODS)[number]
export const UNITS = ['quarter_hour', 'hour', 'day', 'week', 'month'] as const
export type Unit = (typeof UNITS)[number]

/** Calendar days, both included, as `2026-03-02`. */
export interface Days {
  from: string
  to: string
}
export interface Period {
  since: Date
  until: Date
}

const DAY_MS = 86_400_000
/** The date that the zone's calendar shows. */
export function dateIn(at: number, zone: string): string {
  return new Date(shown(at, zone)).toISOString().slice(0, 10)
}

/** When a day begins there: the first moment of its date, also where midnight is skipped. */
export function midnight(date: string, zone: string): Date {
  const wall = Date.parse(`${date}T00:00:00Z`)
  const offsetAt = (at: number) => shown(at, zone) - at
  const before = wall - offsetAt(wall - DAY_MS / 2)
  const after = wall - offsetAt(before)
  const found = shown(after, zone) === wall ? Math.min(before, after) : Math.max(before, after)
  return new Date(shown(found, zone) >= wall ? found : after)
}

export function moved(date: string, days: number): string {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The days that a name stands for now. */
export function daysOf(name: PeriodName, custom: Days, now: number, zone: string): Days {
  const today = dateIn(now, zone)
  if (name === 'yesterday') return { from: moved(today, -1), to: moved(today, -1) }
  if (name === 'week') return { from: moved(today, -6), to: today }
  if (name === 'month') return { from: moved(today, -27), to: today }
  return name === 'custom' ? custom : { from: today, to: today }
}

export function periodOf(days: Days, zone: string): Period {
  const last = days.to < days.from ? days.from : days.to
  return { since: midnight(days.from, zone), until: midnight(moved(last, 1), zone) }
}

/** How finely a period is drawn: some ten to a hundred parts. */
export function unitOf({ since, until }: Period): Unit {
  const days = (until.getTime() - since.getTime()) / DAY_MS
  if (days <= 4) return 'hour'
  if (days <= 62) return 'day'
  return days <= 200 ? 'week' : 'month'
}
