import type { Tone } from '@/ui/tones'

import type { BoardRow, Offer } from './types'

const SPOKEN = new Set(['voice', 'video'])

type Situated = Pick<BoardRow, 'state' | 'stage' | 'channel' | 'mode' | 'bot' | 'orphaned' | 'offers' | 'call'>

/** What the state pill says: the state, sharpened by who has it and what is pending; nobody is asked to take what is `postponed`; `gone` has left the list. */
export type Situation = 'queued' | 'postponed' | 'orphaned' | 'offered' | 'active' | 'bot' | 'waiting' | 'wrap_up' | 'closed' | 'gone'

export function situation(row: Situated): Situation {
  if (row.state === 'open') return recallAt(row) ? 'postponed' : row.orphaned ? 'orphaned' : 'queued'
  if (row.state !== 'active') return row.state
  if (row.stage === 'offered') return 'offered'
  return row.bot ? 'bot' : 'active'
}

export const situationTone: Record<Situation, Tone> = {
  queued: 'warn',
  postponed: 'quiet',
  orphaned: 'bad',
  offered: 'info',
  active: 'good',
  bot: 'accent',
  waiting: 'quiet',
  wrap_up: 'quiet',
  closed: 'quiet',
  gone: 'quiet',
}

/** The one pending offer to become primary: an assignment or a transfer. */
export function pendingOffer(row: Pick<BoardRow, 'offers'>): Offer | null {
  return row.offers.find((offer) => offer.kind !== 'consult') ?? null
}

/** From when on a customer who was not reached is called again by itself; null where that is not so. */
export function recallAt({ call }: Pick<BoardRow, 'call'>): string | null {
  return call?.telephone?.recall_at ?? null
}

export type Sign = 'asked' | 'wanted' | 'again' | 'dialling' | 'missed' | 'gone' | 'held' | 'network' | 'overtalk' | 'voice' | 'video'

/** What is shown of a conversation's call: that the customer is asked into one, is to be called, or called again later, has lost the connection, waits on hold, what goes wrong, or what it is. */
export function callSign({ call, mode, channel }: Pick<BoardRow, 'call' | 'channel' | 'mode'>): Sign | null {
  if (recallAt({ call })) return 'again'
  if (call && call.state !== 'on') return call.state
  if (call?.telephone?.line === 'dialling') return 'dialling'
  if (call?.reconnect_by) return 'gone'
  if (call?.held_since) return 'held'
  const [trouble] = call?.troubles ?? []
  if (trouble) return trouble === 'overtalk' ? 'overtalk' : 'network'
  if (call) return call.mode
  return isElevated({ channel, mode }) && mode !== 'text' ? mode : null
}

/** The number at which the customer is, where their name does not say it already. */
export function numberBeside({ call, customer }: Pick<BoardRow, 'call' | 'customer'>): string | null {
  const number = call?.telephone?.number
  return number && number !== customer.name ? number : null
}

/** The line of ours over which the customer is on the telephone, and its number where they have called that. */
export function lineOf({ call }: Pick<BoardRow, 'call'>): string | null {
  const { account_name: name, called } = call?.telephone ?? {}
  return [name, called].filter(Boolean).join(' ') || null
}

/** The text that names the way by which the customer is here. */
export function wayKey({ call, channel }: Pick<BoardRow, 'call' | 'channel'>): string {
  return call?.telephone ? 'calls.telephone.title' : `conversation.channel.${channel}`
}

/** A text conversation that is in a call right now. */
export function isElevated(row: Pick<BoardRow, 'channel' | 'mode'>): boolean {
  return row.mode !== 'text' && !SPOKEN.has(row.channel)
}
