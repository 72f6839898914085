import type { AttentionPart, Heeded } from '@/conversation/types'

/** Rules live on the server; the page only lets the clock run over the linear parts it was given. */
const MOST = 100
const NONE: readonly AttentionPart[] = []

/** `begins` is `part.from` in milliseconds, for who has it at hand. */
export function partScore(part: AttentionPart, at: number, begins?: number): number {
  const minutes = part.from === null ? 0 : (at - (begins ?? Date.parse(part.from))) / 60_000
  if (minutes < 0) return 0
  const score = part.base + part.per_minute * minutes
  return part.cap === null ? score : Math.min(part.cap, score)
}

const begun = new WeakMap<readonly AttentionPart[], readonly number[]>()

/** When each part begins, in milliseconds, worked out once. */
export function beginsOf(parts: readonly AttentionPart[]): readonly number[] {
  const found = begun.get(parts) ?? parts.map((part) => (part.from === null ? NaN : Date.parse(part.from)))
  begun.set(parts, found)
  return found
}

/** Whether a supervisor has muted it; a mute that lasts until something changes is gone from the row when it has. */
export function isMuted(row: Pick<Heeded, 'muted'>, at: number): boolean {
  const until = row.muted?.until
  return Boolean(row.muted) && (!until || at < Date.parse(until))
}

/** 0 to 100: the row's own parts, and those of its agent (`theirs`) that count here; 0 while it is muted. */
export function attentionScore(row: Heeded, at: number, theirs: readonly AttentionPart[] = NONE): number {
  if (isMuted(row, at)) return 0
  return Math.round(Math.min(MOST, Math.max(0, sum(row.attention, at) + sum(theirs, at, row.agent_attention))))
}

function sum(parts: readonly AttentionPart[], at: number, factors?: Readonly<Record<string, number>>): number {
  if (parts.length === 0) return 0
  const begins = beginsOf(parts)
  let found = 0
  for (const [place, part] of parts.entries()) {
    const factor = factors ? (factors[part.name] ?? 0) : 1
    if (factor > 0) found += factor * partScore(part, at, begins[place])
  }
  return found
}

/** The row's parts and those of its agent that count here, with their weight in its queue. */
export function allParts(row: Heeded, theirs: readonly AttentionPart[] = NONE): AttentionPart[] {
  const counted = theirs.flatMap((part) => {
    const factor = row.agent_attention[part.name]
    if (!factor) return []
    return [{ ...part, base: part.base * factor, per_minute: part.per_minute * factor, cap: part.cap === null ? null : part.cap * factor }]
  })
  return [...row.attention, ...counted]
}

export interface Share {
  part: AttentionPart
  score: number
  /** It will not grow any more. */
  full: boolean
}

/** What adds to the score, the heaviest first. */
export function attentionReasons(parts: readonly AttentionPart[], at: number): Share[] {
  return parts
    .map((part) => {
      const score = partScore(part, at)
      return { part, score: Math.round(score), full: part.per_minute > 0 && part.cap !== null && score >= part.cap }
    })
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
}

/** Every part there is, in the order in which they are explained. */
export const PARTS = ['waiting', 'unanswered', 'asked', 'mood', 'orphaned', 'declined', 'transferred', 'undelivered', 'held', 'network', 'overtalk', 'overloaded', 'silent', 'handle', 'vip'] as const

export interface Missing {
  name: string
  /** Switched off in this queue, begins in so many milliseconds, or is not so. */
  because: 'unheeded' | 'later' | 'not'
  after?: number
}

/** Why it is not higher: parts that add nothing now, and why. */
export function attentionMissing(row: Heeded, parts: readonly AttentionPart[], at: number): Missing[] {
  const adding = new Set(attentionReasons(parts, at).map(({ part }) => part.name))
  return PARTS.filter((name) => !adding.has(name)).map((name) => {
    if (row.unheeded.includes(name)) return { name, because: 'unheeded' }
    const part = parts.find((one) => one.name === name)
    if (part?.from && Date.parse(part.from) > at) return { name, because: 'later', after: Date.parse(part.from) - at }
    return { name, because: 'not' }
  })
}
