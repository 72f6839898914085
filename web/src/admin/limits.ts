import type { Channel } from '@/conversation/types'

import { CHANNELS, type User } from './types'

/** Most conversations of a kind at a time, as they are written: nothing means no limit. */
export type LimitTexts = Partial<Record<Channel, string>>
export const MOST = 1000

/** The kinds that can arrive here, and whatever else this account already has a limit for. */
export function limitedChannels(limits: User['limits']): Channel[] {
  return [...new Set<Channel>([...CHANNELS, ...(Object.keys(limits) as Channel[])])]
}

/** Null for nothing written, undefined for what is no whole number from 0 to `MOST`. */
export function parseLimit(text: string): number | null | undefined {
  const written = text.trim()
  if (!written) return null
  return /^\d{1,4}$/.test(written) && Number(written) <= MOST ? Number(written) : undefined
}

/** The limits that are meant; null when one of them is none. */
export function limitsOf(texts: LimitTexts): User['limits'] | null {
  const limits: User['limits'] = {}
  for (const [channel, text] of Object.entries(texts) as [Channel, string][]) {
    const limit = parseLimit(text)
    if (limit === undefined) return null
    if (limit !== null) limits[channel] = limit
  }
  return limits
}
