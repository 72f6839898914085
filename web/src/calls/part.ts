import type { BoardRow } from '@/conversation/types'

import type { Part, Wanted } from './rules'

type Seen = Pick<BoardRow, 'call' | 'agent' | 'participants' | 'stage'>

const PARTS = { consult: 'consult', supervisor: 'speaker' } as const

/** As what somebody of the house is in the call of a conversation; null where they have no part in it. */
export function partOf({ call, agent, participants, stage }: Seen, me: string): Part | null {
  if (agent?.id === me && stage !== 'offered') return 'agent'
  const roles = participants.filter((one) => one.id === me).map((one) => one.role)
  for (const role of ['supervisor', 'consult'] as const) if (roles.includes(role)) return PARTS[role]
  if (!roles.includes('monitor')) return null
  return call?.coached_by.some((one) => one.id === me) ? 'whisperer' : 'listener'
}

/** The call that somebody is to be in, as the conversation stands. */
export function wantedOf(seen: Seen, me: string): Wanted | null {
  const part = partOf(seen, me)
  return part && seen.call?.state === 'on' ? { call: seen.call.id, mode: seen.call.mode, part } : null
}
