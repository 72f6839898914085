import type { Slot, Timeline } from './types'

/** Stretches of the past that can be looked at together, in milliseconds. */
export const SPANS = { hour: 3_600_000, sixHours: 21_600_000, day: 86_400_000, week: 604_800_000, month: 2_592_000_000 } as const
export type Span = keyof typeof SPANS

export const MARKS = ['alert_raised', 'force_closed', 'orphaned', 'abandoned'] as const

export interface Stretch {
  since: number
  until: number
}

/** The stretch of this length around a moment; none of it lies in the future. */
export function around(at: number, length: number, present: number): Stretch {
  const until = Math.min(present, at + length / 2)
  return { since: until - length, until }
}

/** The stretch that is shown, moved only when the moment has left it. */
export function following(shown: Stretch, at: number, present: number): Stretch {
  return at >= shown.since && at <= shown.until ? shown : around(at, shown.until - shown.since, present)
}

/** Where a moment stands, from 0 to 1. */
export function placeOf(at: number, { since, until }: Stretch): number {
  return Math.min(1, Math.max(0, (at - since) / (until - since)))
}

export function momentAt(place: number, { since, until }: Stretch): number {
  return Math.round(since + Math.min(1, Math.max(0, place)) * (until - since))
}

export interface Bar {
  x: number
  width: number
  height: number
  slot: Slot
}

/** Bars in a box from 0 to 1 each way; heights by square root, so that quiet hours are seen beside busy ones. */
export function bars(timeline: Timeline, stretch: Stretch): Bar[] {
  const most = Math.max(1, ...timeline.slots.map((slot) => slot.facts))
  const width = (timeline.step * 1000) / (stretch.until - stretch.since)
  return timeline.slots.map((slot) => ({
    x: (Date.parse(slot.at) - stretch.since) / (stretch.until - stretch.since),
    width,
    height: Math.sqrt(slot.facts / most),
    slot,
  }))
}

export interface Mark {
  kind: string
  count: number
  at: number
  x: number
}

/** What is marked, each kind once in a slot, at its first. */
export function marks(timeline: Timeline, stretch: Stretch): Mark[] {
  return timeline.slots.flatMap((slot) =>
    MARKS.flatMap((kind) => {
      const count = slot.marks[kind]
      const at = Date.parse(slot.first[kind] ?? slot.at)
      return count ? [{ kind, count, at, x: placeOf(at, stretch) }] : []
    }),
  )
}

/** Moments for labels below the bars: round ones, about `wanted` of them. */
export function ticks({ since, until }: Stretch, wanted: number): number[] {
  const steps = [300, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 172_800, 432_000].map((one) => one * 1000)
  const step = steps.find((one) => (until - since) / one <= wanted) ?? steps.at(-1)!
  // Local midnight is where people look for the beginning of a day.
  const shift = new Date(since).getTimezoneOffset() * 60_000
  const first = Math.ceil((since - shift) / step) * step + shift
  return Array.from({ length: Math.max(0, Math.ceil((until - first) / step)) }, (_, place) => first + place * step)
}
