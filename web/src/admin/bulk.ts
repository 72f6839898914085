import type { User } from './types'

/** What is sent to change many accounts at once: what is left alone is left out (`protocol/bulk.py`). */
export interface BulkDraft {
  /** A field for numbers gives a number once something was written into it. */
  capacity: string | number
  /** `same` leaves them, `` is always on duty, else the id of the hours. */
  hours: string
  addSkills: Readonly<Record<string, number>>
  removeSkills: readonly string[]
  addQueues: readonly string[]
  removeQueues: readonly string[]
}

export const UNCHANGED: BulkDraft = { capacity: '', hours: 'same', addSkills: {}, removeSkills: [], addQueues: [], removeQueues: [] }
export const MOST_AT_ONCE = 1000

/** Null where nothing would change. */
export function sentBulk(draft: BulkDraft, ids: readonly string[]): Record<string, unknown> | null {
  const capacity = String(draft.capacity).trim()
  const body = {
    ...(capacity && { capacity: Math.trunc(Number(capacity)) }),
    ...(draft.hours !== 'same' && { hours_id: draft.hours || null }),
    ...(Object.keys(draft.addSkills).length && { add_skills: draft.addSkills }),
    ...(draft.removeSkills.length && { remove_skills: draft.removeSkills }),
    ...(draft.addQueues.length && { add_queues: draft.addQueues }),
    ...(draft.removeQueues.length && { remove_queues: draft.removeQueues }),
  }
  return Object.keys(body).length ? { ids, ...body } : null
}

/** Only what some of them have can be taken away. */
export function idsOf(users: readonly User[], of: (user: User) => Iterable<string>): Set<string> {
  return new Set(users.flatMap((user) => [...of(user)]))
}
