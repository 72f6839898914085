import type { Channel, Named } from '@/conversation/types'

/** `GET /search` (`protocol/searching.py`). */
export interface Hit {
  conversation: string
  message: string
  seq: number
  at: string
  author: { id: string; name: string; role: string }
  visibility: 'public' | 'internal' | 'whisper' | 'instruction' | 'spoken'
  /** Plain text each; `hit` is what was searched for. */
  pieces: readonly { text: string; hit: boolean }[]
  customer: Named
  queue: Named | null
  channel: Channel
  state: string
  subject: string
  agent: Named | null
  closed_at: string | null
}

export const PERIODS = ['any', 'day', 'week', 'month', 'year'] as const
export type Period = (typeof PERIODS)[number]
const DAYS: Record<Exclude<Period, 'any'>, number> = { day: 1, week: 7, month: 30, year: 365 }

/** From when on, for a period that ends now. */
export function since(period: Period, now: number): string | null {
  return period === 'any' ? null : new Date(now - DAYS[period] * 86_400_000).toISOString()
}
