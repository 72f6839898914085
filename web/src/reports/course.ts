import { onScopeDispose, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import { isStale } from '@/live'
import { oneAtATime } from '@/live/signals'
import { now } from '@/ui/clock'

/** A queue in `GET /metrics/course`: one number for each minute. */
export interface CourseItem {
  queue: string
  waiting: readonly number[]
  longest: readonly (number | null)[]
  started: readonly number[]
  answered: readonly number[]
  within: readonly number[]
  offered: readonly number[]
  abandoned: readonly number[]
}
export interface Course {
  at: readonly string[]
  items: readonly CourseItem[]
}

export const HOUR = 60
/** A service level is of so many minutes: of one minute it would only jump. */
export const LEVEL_MINUTES = 15
/** Counts are drawn for so many minutes each. */
export const BAR_MINUTES = 5
/** Read so long after the minute is over, for the clocks of page and server are never quite the same. */
const AFTER_MS = 2000

const added = (lists: readonly (readonly number[])[], length: number) => Array.from({ length }, (_, place) => lists.reduce((sum, one) => sum + (one[place] ?? 0), 0))

/** The lines of some queues together, of the last hour: oldest first. */
export function linesOf(course: Course, queues: readonly string[] | null) {
  const mine = course.items.filter((one) => queues === null || queues.includes(one.queue))
  const length = course.at.length
  const sum = (of: (one: CourseItem) => readonly number[]) => added(mine.map(of), length)
  const hour = <T>(list: readonly T[]) => list.slice(-HOUR)
  const within = sum((one) => one.within)
  const offered = sum((one) => one.offered)
  const last = (list: readonly number[], place: number) => list.slice(Math.max(0, place + 1 - LEVEL_MINUTES), place + 1).reduce((all, one) => all + one, 0)
  const level = course.at.map((_, place) => (last(offered, place) > 0 ? last(within, place) / last(offered, place) : null))
  const longest = course.at.map((_, place) => Math.max(0, ...mine.map((one) => one.longest[place] ?? 0)))
  return {
    waiting: hour(sum((one) => one.waiting)),
    longest: hour(longest),
    level: hour(level),
    started: bars(hour(sum((one) => one.started))),
    answered: bars(hour(sum((one) => one.answered))),
    abandoned: bars(hour(sum((one) => one.abandoned))),
  }
}

/** Counts of minutes as counts of several minutes each; the newest bar is always whole. */
export function bars(minutes: readonly number[]): number[] {
  const found: number[] = []
  for (let end = minutes.length; end > 0; end -= BAR_MINUTES) found.unshift(minutes.slice(Math.max(0, end - BAR_MINUTES), end).reduce((sum, one) => sum + one, 0))
  return found
}

/** The last hour, read when a minute is over and when the page knows again what is. What was read stays while it cannot be. */
export function useCourse() {
  const course = shallowRef<Course | null>(null)
  let over = false
  const read = oneAtATime(async () => {
    const found = await api.get<Course>('/metrics/course', { minutes: HOUR + LEVEL_MINUTES }).catch(() => null)
    if (found && !over) course.value = found
  })
  watch([() => Math.floor((now.value - AFTER_MS) / 60_000), isStale], () => void read(), { immediate: true })
  onScopeDispose(() => (over = true))
  return course
}
