import { reasonText } from '@/messages/problems'

import type { Acts } from './types'

/** Reasons for which an act is not shown at all: it is not this person's to do, now or later. */
const HIDING = new Set(['supervision/switched-off', 'access/role-needed', 'access/integration-account'])

/** Code of why not; null when it is allowed; undefined when the server did not speak of it. */
export function refusalCode(acts: Acts | undefined, act: string): string | null | undefined {
  const answer = acts?.[act]
  if (answer === undefined || answer === null || typeof answer === 'string') return answer
  return answer.allowed ? null : (answer.reason ?? '')
}

export function isAllowed(acts: Acts | undefined, act: string): boolean {
  return refusalCode(acts, act) === null
}

/** An act that is switched off for the organization is hidden; any other no is shown with its reason. */
export function isShown(acts: Acts | undefined, act: string): boolean {
  const code = refusalCode(acts, act)
  return code !== undefined && (code === null || !HIDING.has(code))
}

/** Why not, in words of the reader's language; null when it is allowed. */
export function refusalText(acts: Acts | undefined, act: string): string | null {
  const answer = acts?.[act]
  if (typeof answer === 'object' && answer !== null && !answer.allowed && answer.detail) return answer.detail
  const code = refusalCode(acts, act)
  return code === null || code === undefined ? null : reasonText(code)
}

/** Either of two acts, as in "assign to an agent or to a queue": allowed if one is. */
export function eitherCode(acts: Acts | undefined, one: string, other: string): string | null | undefined {
  const first = refusalCode(acts, one)
  if (first === null || first === undefined) return first
  const second = refusalCode(acts, other)
  return second === null ? null : first
}
