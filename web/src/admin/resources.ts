import type { Presence } from '@/ui/presence'

/** Skills, hours, presences, templates and words as the server gives them (`protocol/routing_settings.py`). */
export interface Skill {
  id: string
  name: string
  agents: number
}

/** From, to, as `HH:MM`; `24:00` is the midnight that ends the day. */
export type Span = readonly [string, string]

export interface Hours {
  id: string
  name: string
  time_zone: string
  region: string
  /** By weekday, `0` Monday. */
  weekly: Readonly<Record<string, readonly Span[]>>
  special: Readonly<Record<string, readonly Span[]>>
  open: boolean
  changes_at: string | null
  holidays: readonly { date: string; name: string }[]
}

export interface CustomPresence {
  id: string
  name: string
  names: Readonly<Record<string, string>>
  presence: Presence
}

export interface Template {
  id: string
  name: string
  seconds: number
  auto_accept: boolean
  reject_reasons: readonly string[]
  sound: boolean
  desktop: boolean
}

export interface QuickReply {
  id: string
  name: string
  queue_id: string | null
  texts: Readonly<Record<string, string>>
}

export interface Disposition {
  id: string
  name: string
  queue_id: string | null
  names: Readonly<Record<string, string>>
}
