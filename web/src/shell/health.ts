import type { Tone } from '@/ui/tones'

export type CheckName = 'chain' | 'state' | 'messages' | 'future' | 'load'

/** One thing that is wrong, and what it is about. */
export interface Finding {
  check: CheckName
  name: string | null
  conversation_id: string | null
  agent_id: string | null
  fact: number | null
}

/** What has been proved of the house, when, and what is wrong (the topic `health`). */
export interface Health {
  id: string
  inspected_at: string
  checks: readonly { name: CheckName; proved_at: string | null; findings: number }[]
  findings: readonly Finding[]
  elsewhere: number
  orphans: number
  behind: number
  walked_at: string | null
}

/** How measuring of sentiment goes: conversations that wait, and the oldest message for how long. */
export interface Measuring {
  id: string
  backend: string | null
  processes: number
  waiting: number
  lag_ms: number
  at: string | null
}

/** Messages that wait to be sent over channels for longer than usual, by account; accounts that are held also without any. */
export interface Waiting {
  id: string
  accounts: readonly WaitingAccount[]
}
export interface WaitingAccount {
  account_id: string
  name: string
  messages: number
  /** Null where nothing waits. */
  since: string | null
  problem: string | null
  held_since: string | null
}
export const waitingIn = (waiting: Waiting | undefined): number => waiting?.accounts.reduce((sum, one) => sum + one.messages, 0) ?? 0
export const heldIn = (waiting: Waiting | undefined): number => waiting?.accounts.filter((one) => one.held_since !== null).length ?? 0

/** From here on the floor says how far behind the sentiment is that it shows. */
export const BEHIND_MS = 1000

/** Whoever looks less often than this can't call it proved. */
export const LATE_MS = 120_000

export const wrongIn = (health: Health): number => health.findings.length + health.elsewhere

/** Calm while all is proved; orphans, neglect, and messages that wait or would, ask for a look, anything wrong for more. */
export function toneOf(health: Health | undefined, now: number, waiting = 0): Tone {
  if (health && wrongIn(health) > 0) return 'bad'
  if (!health) return waiting > 0 ? 'warn' : 'quiet'
  return waiting > 0 || health.orphans > 0 || now - Date.parse(health.inspected_at) > LATE_MS ? 'warn' : 'good'
}

/** Which unit to say an age in, and how many of it: `3 s ago`, `4 min ago`. */
export function ageOf(at: string, now: number): { unit: 'seconds' | 'minutes' | 'hours'; count: number } {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000))
  if (seconds < 100) return { unit: 'seconds', count: seconds }
  if (seconds < 6000) return { unit: 'minutes', count: Math.round(seconds / 60) }
  return { unit: 'hours', count: Math.round(seconds / 3600) }
}

const keyOf = (one: Finding): string => `${one.check} ${one.conversation_id ?? one.agent_id ?? String(one.fact)}`

/**
 * Tells how much is wrong whenever something is that was not before. What is so already when the page begins stands
 * in the light.
 */
export function healthWatch(say: (wrong: number) => void): (health: Health) => void {
  let known: Set<string> | null = null
  let elsewhere = 0
  return (health) => {
    const now = new Set(health.findings.map(keyOf))
    const before = known
    const isNew = before && ([...now].some((one) => !before.has(one)) || health.elsewhere > elsewhere)
    known = now
    elsewhere = health.elsewhere
    if (isNew) say(wrongIn(health))
  }
}
