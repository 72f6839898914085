import type { BoardRow, Message } from '@/conversation/types'

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

/** Messages that came after what was on the screen; what a machine writes down of a call is no message to read. */
export function unreadOf(row: Pick<MyConversation, 'id' | 'written'>, seen: Readonly<Record<string, number>>): number {
  return Math.max(0, row.written - (seen[row.id] ?? 0))
}

/** How many messages are read once the last of these is; null while the state counts some that are not here yet. */
export function readOf({ seq, written }: Partial<Pick<MyConversation, 'seq' | 'written'>>, messages: readonly Pick<Message, 'seq' | 'visibility'>[]): number | null {
  if (seq === undefined || written === undefined || (messages.at(-1)?.seq ?? 0) < seq) return null
  return written + messages.filter((one) => one.seq > seq && one.visibility !== 'spoken').length
}

/** What was seen of conversations that are still here: the rest need not be kept. */
export function stillHere(seen: Readonly<Record<string, number>>, ids: ReadonlySet<string>): Record<string, number> {
  return Object.fromEntries(Object.entries(seen).filter(([id]) => ids.has(id)))
}
