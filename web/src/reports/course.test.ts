import { describe, expect, it } from 'vitest'

import { BAR_MINUTES, HOUR, LEVEL_MINUTES, bars, linesOf, type Course, type CourseItem } from './course'

const LENGTH = HOUR + LEVEL_MINUTES
const zeros = () => new Array<number>(LENGTH).fill(0)
function queue(id: string, part: Partial<CourseItem> = {}): CourseItem {
  return { queue: id, waiting: zeros(), longest: zeros().map(() => null), started: zeros(), answered: zeros(), within: zeros(), offered: zeros(), abandoned: zeros(), ...part }
}
const at = Array.from({ length: LENGTH }, (_, place) => new Date(Date.UTC(2026, 0, 1, 10, place)).toISOString())
const course = (...items: CourseItem[]): Course => ({ at, items })
const set = <T>(list: readonly T[], place: number, value: T) => list.map((one, index) => (index === place ? value : one))

describe('the last hour', () => {
  it('is of the chosen queues together, and of the hour alone', () => {
    const first = queue('a', { waiting: zeros().map(() => 2), longest: set(zeros(), LENGTH - 1, 30) })
    const second = queue('b', { waiting: set(zeros(), LENGTH - 1, 5), longest: set(zeros(), LENGTH - 1, 90) })
    const all = linesOf(course(first, second), null)
    expect([all.waiting.length, all.waiting[0], all.waiting.at(-1)]).toEqual([HOUR, 2, 7])
    expect(all.longest.at(-1)).toBe(90)
    expect(linesOf(course(first, second), ['a']).waiting.at(-1)).toBe(2)
  })

  it('has a service level of some minutes, and none where nothing was offered in them', () => {
    const place = LENGTH - 1 - LEVEL_MINUTES
    const one = queue('a', { within: set(zeros(), place, 3), offered: set(zeros(), place, 4) })
    const { level } = linesOf(course(one), null)
    const here = level.length - 1 - LEVEL_MINUTES
    expect(level.slice(here - 1, here + 2)).toEqual([null, 0.75, 0.75])
    expect(level.at(-2)).toBe(0.75)
    expect(level.at(-1)).toBe(null)
  })

  it('counts each minute once, in the bar that it belongs to', () => {
    const minutes = Array.from({ length: HOUR }, (_, place) => place)
    const found = bars(minutes)
    expect(found).toHaveLength(HOUR / BAR_MINUTES)
    expect(found.reduce((sum, one) => sum + one, 0)).toBe(minutes.reduce((sum, one) => sum + one, 0))
    expect(found.at(-1)).toBe(55 + 56 + 57 + 58 + 59)
    expect(bars([1, 2, 3, 4, 5, 6, 7])).toEqual([3, 25])
  })
})
