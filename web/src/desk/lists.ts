import type { BoardRow } from '@/conversation/types'

import type { MyConversation } from './types'

/** Where a conversation stands on the desk. */
export type Group = 'active' | 'waiting' | 'wrap_up' | 'helping'
export const GROUPS: readonly Group[] = ['active', 'wrap_up', 'waiting', 'helping']

export function groupOf(row: Pick<MyConversation, 'role' | 'state'>): Group {
  if (row.role !== 'primary') return 'helping'
  if (row.state === 'wrap_up' || row.state === 'waiting') return row.state
  return 'active'
}

/** The customer who has waited longest for an answer first, then those who wait for nothing, newest word first. */
export function byUrgency(one: MyConversation, other: MyConversation): number {
  const [mine, theirs] = [one.unanswered_since, other.unanswered_since]
  if (mine && theirs) return Date.parse(mine) - Date.parse(theirs)
  if (mine || theirs) return mine ? -1 : 1
  return Date.parse(other.at) - Date.parse(one.at)
}

/** As the router serves them: priority, then time of queueing. */
export function byTurn(one: BoardRow, other: BoardRow): number {
  return other.priority - one.priority || Date.parse(one.queued_at) - Date.parse(other.queued_at)
}

/** Messages after the last one that was on the screen. */
export function unreadOf(row: Pick<MyConversation, 'id' | 'seq'>, seen: Readonly<Record<string, number>>): number {
  return Math.max(0, row.seq - (seen[row.id] ?? 0))
}

/** What was seen of conversations that are still here: the rest need not be kept. */
export function stillHere(seen: Readonly<Record<string, number>>, ids: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries(Object.entries(seen).filter(([id]) => ids.has(id)))
}
