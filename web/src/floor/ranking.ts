import { attentionScore } from '@/attention/score'
import type { AttentionPart, BoardRow } from '@/conversation/types'
import { GroupLine } from '@/ui/table'

import { agentName, factsOf, plainly, textOf, type Facts } from './facts'
import { worstOf, type CallGrade } from './grades'
import { NOBODY, SITUATIONS, type FloorView } from './view'

/** Which rows, in which order. Pure: the clock and the words of the language come from outside. */
export interface Ranking {
  view: FloorView
  words: string
  at: number
  language: string
  nobody: string
  /** What an agent's conversations get because they are theirs. */
  theirs?: (agentId: string) => readonly AttentionPart[] | undefined
  /** How its call does now. */
  graded?: (id: string) => CallGrade | undefined
}

export function passes(row: BoardRow, ranking: Pick<Ranking, 'view' | 'words'>): boolean {
  return sieve(ranking)(row, factsOf(row))
}

/** The same for many rows. */
function sieve({ view, words }: Pick<Ranking, 'view' | 'words'>): (row: BoardRow, facts: Facts) => boolean {
  const situations = new Set<string>(view.situations)
  const queues = new Set(view.queues)
  const agents = new Set(view.agents)
  const channels = new Set<string>(view.channels)
  const wanted = words.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return (row, facts) => {
    if (situations.size > 0 && !situations.has(facts.situation)) return false
    // Counted as in calls by the same: the server says of both since when an agent has it.
    if (view.inCall && !row.call?.with_agent_since) return false
    if (view.onHold && !row.call?.held_since) return false
    if (queues.size > 0 && !queues.has(row.queue?.id ?? NOBODY)) return false
    if (agents.size > 0 && !agents.has(row.agent?.id ?? NOBODY)) return false
    if (channels.size > 0 && !channels.has(row.channel)) return false
    if (wanted.length === 0) return true
    const text = textOf(row, facts)
    return wanted.every((word) => text.includes(word))
  }
}

/** Milliseconds that the customer waited or has waited by now. */
export function waited({ since, until }: Pick<Facts, 'since' | 'until'>, at: number): number {
  return (until ?? at) - since
}

const TEXTS = new Set(['customer', 'subject', 'channel', 'queue', 'agent', 'language'])
const NOT_GRADED = 5
type Key = (row: BoardRow, facts: Facts) => number | string

/** Above every score: what is pinned stands first, whichever way the scores go. */
const PINNED = 1000

function keyOf(column: string, { at, theirs, graded }: Ranking, sign: number): Key {
  const keys: Record<string, Key> = {
    attention: (row) => attentionScore(row, at, row.agent ? theirs?.(row.agent.id) : undefined) - (row.pinned ? sign * PINNED : 0),
    customer: (row) => row.customer.name,
    subject: (row) => row.subject,
    channel: (row) => row.channel,
    state: (_, facts) => SITUATIONS.indexOf(facts.situation),
    queue: (row) => row.queue?.name ?? '',
    agent: agentName,
    wait: (_, facts) => waited(facts, at),
    // Since the present agent accepted; whom nobody has is before all others.
    handle: (_, facts) => (facts.accepted === null ? -1 : at - facts.accepted),
    // The worst first; whom nothing is known of is after all others.
    sentiment: (row) => row.sentiment?.score ?? 2,
    // The worst first; what is in no call, or not measured yet, is after all others.
    quality: (row) => worstOf(graded?.(row.id)) ?? NOT_GRADED,
    language: (row) => row.language,
  }
  return keys[column] ?? (() => 0)
}

let round = 0

/**
 * Rows that pass, sorted; equal ones by age, so that the order is the same on every screen. `before` is the order until
 * now: little of it changes from one second to the next, and what is nearly sorted is sorted in no time.
 */
export function rank(rows: Iterable<BoardRow>, ranking: Ranking, before: readonly BoardRow[] = []): BoardRow[] {
  const { column, direction } = ranking.view.sort
  const sign = direction === 'ascending' ? 1 : -1
  const key = keyOf(column, ranking, sign)
  const lets = sieve(ranking)
  const found: Facts[] = []
  round += 1
  for (const row of rows) {
    const plain = plainly(row)
    const facts = factsOf(plain)
    if (!lets(plain, facts)) continue
    facts.key = key(plain, facts)
    facts.round = round
    facts.row = row
    found.push(facts)
  }
  const sorted: Facts[] = []
  for (const row of before) {
    const facts = factsOf(plainly(row))
    if (facts.round !== round) continue
    facts.round = -round
    sorted.push(facts)
  }
  for (const facts of found) if (facts.round === round) sorted.push(facts)
  sorted.sort(TEXTS.has(column) ? byText(ranking.language, sign) : byNumber(sign))
  return sorted.map((facts) => facts.row)
}

type Comparing = (one: Facts, other: Facts) => number

const byNumber =
  (sign: number): Comparing =>
  (one, other) =>
    ((one.key as number) - (other.key as number)) * sign || (one.id < other.id ? -1 : 1)

function byText(language: string, sign: number): Comparing {
  const { compare } = collatorOf(language)
  return (one, other) =>
    one.key === other.key ? (one.id < other.id ? -1 : 1) : compare(one.key as string, other.key as string) * sign || (one.id < other.id ? -1 : 1)
}

const collators = new Map<string, Intl.Collator>()
function collatorOf(language: string): Intl.Collator {
  const found = collators.get(language) ?? new Intl.Collator(language)
  collators.set(language, found)
  return found
}

/** The ranked rows with a line before each group; groups by name, within them the ranking stands. */
export function grouped(rows: readonly BoardRow[], { view, language, nobody }: Ranking): (BoardRow | GroupLine)[] {
  if (view.group === 'none') return [...rows]
  const groups = new Map<string, BoardRow[]>()
  for (const row of rows) {
    const plain = plainly(row)
    const name = (view.group === 'queue' ? plain.queue?.name : agentName(plain)) || nobody
    const group = groups.get(name)
    if (group) group.push(row)
    else groups.set(name, [row])
  }
  const { compare } = collatorOf(language)
  return [...groups.entries()]
    .sort(([one], [other]) => compare(one, other))
    .flatMap(([label, members]) => [new GroupLine(label, label, members.length), ...members])
}

/** A held order: what is shown stays where it is, also what has ended; what is new comes at the end. */
export function heldOrder(shown: readonly BoardRow[], ranked: readonly BoardRow[]): { rows: BoardRow[]; added: number } {
  const here = new Set(shown.map((row) => plainly(row).id))
  const added = ranked.filter((row) => !here.has(plainly(row).id))
  return { rows: [...shown, ...added], added: added.length }
}

export function sameOrder(one: readonly BoardRow[], other: readonly BoardRow[]): boolean {
  return one.length === other.length && one.every((row, index) => row === other[index])
}
