import { situation } from '@/conversation/state'
import type { BoardRow } from '@/conversation/types'
import type { GroupLine } from '@/ui/table'

import { attentionScore } from './attention'
import { NOBODY, SITUATIONS, type FloorView } from './view'

/** Which rows, in which order. Pure: the clock and the words of the language come from outside. */
export interface Ranking {
  view: FloorView
  words: string
  at: number
  language: string
  nobody: string
}

export function agentName(row: BoardRow): string {
  return row.agent?.name ?? row.bot?.name ?? ''
}

function haystack(row: BoardRow): string {
  const parts = [row.customer.name, row.subject, row.preview?.text ?? '', agentName(row), row.queue?.name ?? '', row.id, ...row.tags]
  return parts.join('\n').toLocaleLowerCase()
}

export function passes(row: BoardRow, { view, words }: Pick<Ranking, 'view' | 'words'>): boolean {
  if (view.situations.length && !view.situations.includes(situation(row))) return false
  if (view.queues.length && !view.queues.includes(row.queue?.id ?? NOBODY)) return false
  if (view.agents.length && !view.agents.includes(row.agent?.id ?? NOBODY)) return false
  if (view.channels.length && !view.channels.includes(row.channel)) return false
  const wanted = words.trim().toLocaleLowerCase()
  if (!wanted) return true
  const text = haystack(row)
  return wanted.split(/\s+/).every((word) => text.includes(word))
}

/** From when to when the customer waits or waited; without an end while they still do (spec 1 §8 *wait*). */
export function waitOf(row: BoardRow): { since: string; until: string | null } {
  const waits = row.state === 'open' || row.stage === 'offered'
  if (waits) return { since: row.first_accepted_at ? row.session_queued_at : row.queued_at, until: null }
  return { since: row.queued_at, until: row.first_accepted_at }
}

/** Milliseconds that the customer waited or has waited by now. */
export function waited(row: BoardRow, at: number): number {
  const { since, until } = waitOf(row)
  return (until ? Date.parse(until) : at) - Date.parse(since)
}

/** Milliseconds since the present agent accepted; -1 while nobody has it. */
export function handled(row: BoardRow, at: number): number {
  return row.accepted_at && row.state !== 'open' ? at - Date.parse(row.accepted_at) : -1
}

type Key = (row: BoardRow) => number | string

function keyOf(column: string, at: number): Key {
  const keys: Record<string, Key> = {
    attention: (row) => attentionScore(row.attention, at),
    customer: (row) => row.customer.name,
    subject: (row) => row.subject,
    channel: (row) => row.channel,
    state: (row) => SITUATIONS.indexOf(situation(row)),
    queue: (row) => row.queue?.name ?? '',
    agent: agentName,
    wait: (row) => waited(row, at),
    handle: (row) => handled(row, at),
    language: (row) => row.language,
  }
  return keys[column] ?? (() => 0)
}

/** Rows that pass, sorted; equal ones by age, so that the order is the same on every screen. */
export function rank(rows: Iterable<BoardRow>, ranking: Ranking): BoardRow[] {
  const { column, direction } = ranking.view.sort
  const key = keyOf(column, ranking.at)
  const sign = direction === 'ascending' ? 1 : -1
  const collator = new Intl.Collator(ranking.language)
  const keyed: [number | string, BoardRow][] = []
  for (const row of rows) if (passes(row, ranking)) keyed.push([key(row), row])
  keyed.sort(([one, first], [other, second]) => {
    const difference = typeof one === 'number' ? one - (other as number) : collator.compare(one, other as string)
    return difference * sign || (first.id < second.id ? -1 : 1)
  })
  return keyed.map(([, row]) => row)
}

/** The ranked rows with a line before each group; groups by name, within them the ranking stands. */
export function grouped(rows: readonly BoardRow[], { view, language, nobody }: Ranking): (BoardRow | GroupLine)[] {
  if (view.group === 'none') return [...rows]
  const groups = new Map<string, BoardRow[]>()
  for (const row of rows) {
    const name = (view.group === 'queue' ? row.queue?.name : agentName(row)) || nobody
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  const collator = new Intl.Collator(language)
  return [...groups.entries()]
    .sort(([one], [other]) => collator.compare(one, other))
    .flatMap(([label, members]) => [{ group: label, label, count: members.length }, ...members])
}

/** A held order: what is shown stays where it is, also what has ended; what is new comes at the end. */
export function heldOrder(shown: readonly BoardRow[], ranked: readonly BoardRow[]): { rows: BoardRow[]; added: number } {
  const here = new Set(shown.map((row) => row.id))
  const added = ranked.filter((row) => !here.has(row.id))
  return { rows: [...shown, ...added], added: added.length }
}

export function sameOrder(one: readonly BoardRow[], other: readonly BoardRow[]): boolean {
  return one.length === other.length && one.every((row, index) => row === other[index])
}
