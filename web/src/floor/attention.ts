import type { AttentionPart } from '@/conversation/types'

/** Rules live on the server; the page only lets the clock run over the linear parts it was given. */
const MOST = 100

/** `begins` is `part.from` in milliseconds, for who has it at hand. */
export function partScore(part: AttentionPart, at: number, begins?: number): number {
  const minutes = part.from === null ? 0 : (at - (begins ?? Date.parse(part.from))) / 60_000
  if (minutes < 0) return 0
  const score = part.base + part.per_minute * minutes
  return part.cap === null ? score : Math.min(part.cap, score)
}

/** 0 to 100. */
export function attentionScore(parts: readonly AttentionPart[], at: number, begins: readonly number[] = []): number {
  let sum = 0
  for (const [place, part] of parts.entries()) sum += partScore(part, at, begins[place])
  return Math.round(Math.min(MOST, Math.max(0, sum)))
}

/** What adds to the score, the heaviest first. */
export function attentionReasons(parts: readonly AttentionPart[], at: number): { part: AttentionPart; score: number }[] {
  return parts
    .map((part) => ({ part, score: Math.round(partScore(part, at)) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
}
