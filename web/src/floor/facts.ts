import { toRaw } from 'vue'

import { recallAt, situation, type Situation } from '@/conversation/state'
import type { BoardRow } from '@/conversation/types'

/**
 * What the ranking asks of a row, worked out once for each state of it. Ten thousand rows are ranked every second: dates
 * that are read anew each time, and rows that are looked at through Vue's proxies, would take all of that second.
 */
export interface Facts {
  version: number
  removed: boolean
  situation: Situation
  /** Milliseconds; `until` is null while the wait goes on, `since` infinite before it begins. */
  since: number
  until: number | null
  accepted: number | null
  /** In small letters, made when it is first searched. */
  text: string | null
  id: string
  /** The row as it is drawn. */
  row: BoardRow
  /** By what it is sorted, and in which ranking that was: notes of whoever ranks. */
  key: number | string
  round: number
}

const known = new WeakMap<BoardRow, Facts>()

/** The row as it is, for whoever does not draw it. */
export const plainly = (row: BoardRow): BoardRow => toRaw(row)

export function factsOf(row: BoardRow): Facts {
  const found = known.get(row)
  if (found && found.version === row.version && found.removed === Boolean(row.removed)) return found
  const { since, until } = waitOf(row)
  const made: Facts = {
    version: row.version,
    removed: Boolean(row.removed),
    situation: situation(row),
    since: since === null ? Infinity : Date.parse(since),
    until: until === null ? null : Date.parse(until),
    accepted: row.accepted_at && row.state !== 'open' ? Date.parse(row.accepted_at) : null,
    text: null,
    id: row.id,
    row,
    key: 0,
    round: 0,
  }
  known.set(row, made)
  return made
}

/** From when to when the customer waits or waited; without an end while they still do, without a beginning before they are called again (spec 1 §8 *wait*). */
export function waitOf(row: BoardRow): { since: string | null; until: string | null } {
  const waits = row.state === 'open' || row.stage === 'offered'
  if (waits && recallAt(row)) return { since: null, until: null }
  if (waits) return { since: row.first_accepted_at ? row.session_queued_at : row.queued_at, until: null }
  return { since: row.queued_at, until: row.first_accepted_at }
}

export function agentName(row: BoardRow): string {
  return row.agent?.name ?? row.bot?.name ?? ''
}

export function textOf(row: BoardRow, facts: Facts): string {
  facts.text ??= [row.customer.name, row.subject, row.preview?.text ?? '', agentName(row), row.queue?.name ?? '', row.id, ...row.tags]
    .join('\n')
    .toLocaleLowerCase()
  return facts.text
}
