import type { Query } from '@/api/client'
import { LEVEL_PARTS } from '@/reports/figures'

/** What has been counted today has left the floor: the lists that each such figure of the strip is made of. */
export const TODAY_LISTS = {
  service_level: LEVEL_PARTS,
  abandoned: ['abandoned'],
  calls: ['calls', 'call_talk', 'call_hold', 'call_quality'],
} as const
export type TodayFigure = keyof typeof TODAY_LISTS

/** From the beginning of the day until now, or until a moment of the past (milliseconds): that moment is part of it. */
export function dayUntil(since: string, moment: number | undefined): Query {
  return { from: since, ...(moment !== undefined && { to: new Date(moment).toISOString().replace('Z', '001Z') }) }
}

/** Whose time occupancy is worked out of, as the presence board shows them: who is there, seen or not. */
export const THERE = ['available', 'busy', 'do_not_disturb', 'inactive'] as const
