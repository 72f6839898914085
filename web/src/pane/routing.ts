import type { Named } from '@/conversation/types'
import { serverText } from '@/messages/server'
import type { Presence } from '@/ui/presence'

/** `GET /conversations/{id}/routing` (`protocol/routing.py`). */
export interface SkillLevel {
  name: string
  level: number
}

export interface Considered {
  agent: Named
  rank: number | null
  reason: string | null
  reason_text: string | null
  presence: Presence
  load: number
  capacity: number
  match: number | null
  skills: readonly SkillLevel[]
  idle_since: string
}

export interface Decision {
  id: string | null
  at: string
  outcome: 'offered' | 'waiting' | 'orphaned'
  cause: string | null
  agent: Named | null
  affinity: boolean
  rules: number
  algorithm: number
  considered: readonly Considered[]
  reasons: Readonly<Record<string, number>>
  /** Nobody was to be asked before. */
  postponed?: string | null
}

export interface Routing {
  queue: { id: string; name: string; method: string; match: string }
  rule: string | null
  needs: readonly SkillLevel[]
  why: readonly Decision[]
  now: Decision | null
  place: number | null
  estimate: { low: number; high: number } | null
}

/** Why members could not be asked, the most frequent first: `3 × Not available`. */
export function reasonCounts(decision: Pick<Decision, 'reasons'>): { text: string; count: number }[] {
  return Object.entries(decision.reasons)
    .map(([code, count]) => ({ text: serverText(`problem.${code}.title`) ?? code, count }))
    .sort((one, other) => other.count - one.count || one.text.localeCompare(other.text))
}
