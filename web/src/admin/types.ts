import type { Level } from '@/conversation/sentiment'
import type { Channel, Named } from '@/conversation/types'
import type { Role } from '@/stores/session'
import type { Presence } from '@/ui/presence'

import type { MATCHES, METHODS, OverflowRule, QueueRule, SkillRule } from './rules'

/** Settings as the server gives them (`protocol/settings.py`). */
export const RIGHTS = ['supervisor_monitor', 'supervisor_assign', 'supervisor_transfer', 'force_close'] as const
export type Right = (typeof RIGHTS)[number]
export type Narrowing = Readonly<Record<string, readonly Right[]>>

export type Supervision = Readonly<Record<Right, boolean>> & {
  show_agents_monitored: boolean
  /** Who sees figures of individual agents. */
  agent_figures: 'off' | 'team_lead' | 'all'
  show_agents_sentiment: boolean
  show_agents_surveys: boolean
  denied_to: Narrowing
  denied_in: Narrowing
}

/** After how many days what was written in closed conversations goes, and what is due by that. */
export interface Retention {
  written_days: number | null
  contact_days: number | null
  due: Due
}
export interface Due {
  conversations: number
  oldest_closed_at: string | null
  /** Customers. */
  contacts: number
}

export interface AttentionSettings {
  parts: readonly string[]
  weights: Readonly<Record<string, number>>
  in_queues: Readonly<Record<string, Readonly<Record<string, number>>>>
  vip_tags: readonly string[]
  vip_priority: number
  phrases: Readonly<Record<string, readonly string[]>>
  default_phrases: Readonly<Record<string, readonly string[]>>
}

export interface User {
  id: string
  email: string
  name: string
  roles: Role[]
  language: string
  capacity: number
  limits: Partial<Record<Channel, number>>
  /** Levels from 1 to 5, by id of the skill. */
  skills: Readonly<Record<string, number>>
  /** Working hours; always on duty without. */
  hours_id: string | null
  queues: string[]
  supervised: string[]
  supervises_all: boolean
  disabled: boolean
  second_factor: boolean
  sign_in_link: { issuer: string; linked_at: string } | null
  locked_until: string | null
  created_at: string
}

/** Queues hold one kind of work. */
export function kindOf(channel: string): Queue['kind'] {
  if (channel === 'record') return 'record'
  return channel === 'voice' || channel === 'video' ? 'voice' : 'messaging'
}

export const QUEUE_KINDS = ['messaging', 'voice', 'record'] as const
export interface Queue {
  id: string
  name: string
  kind: (typeof QUEUE_KINDS)[number]
  priority: number
  service_level_seconds: number
  short_abandon_seconds: number
  method: (typeof METHODS)[number]
  match: (typeof MATCHES)[number]
  hours_id: string | null
  overflow: readonly OverflowRule[]
  open: boolean
  opens_at: string | null
  members: string[]
  supervisors: string[]
  /** From which sentiment on, or at worse ones, the agent is hinted at it and supervisors are alerted. */
  sentiment_alert_agent: Level | null
  sentiment_alert_supervisor: Level | null
}

export interface Timers {
  offer: number
  reconnect: number
  agent_gone: number
  auto_close_open: number | null
  auto_close_wrap_up: number | null
  auto_close_waiting: number | null
  auto_end_active: number | null
  wrap_up_block: number
}

export const CHANNELS = ['live_chat', 'persistent_chat', 'sms', 'whatsapp', 'messenger', 'telegram', 'email', 'custom', 'voice', 'video', 'record'] as const
/** Where customers can be shown a text before they write: in a window of ours. */
export const SHOWN_A_TEXT: readonly string[] = ['live_chat', 'persistent_chat', 'voice', 'video']
/** Where that window is a chat. */
export const HAS_WIDGET: readonly string[] = ['live_chat', 'persistent_chat']
export const CALLS_KEPT = ['off', 'transcript', 'recording'] as const
export const CONSENTS = ['none', 'notice', 'consent'] as const
export const WRAP_UPS = ['always', 'never', 'seconds'] as const

export interface Workstream {
  id: string
  name: string
  channel: Channel
  key: string
  queue_id: string
  units: number
  allowed_presences: Presence[]
  auto_accept: boolean
  wrap_up: (typeof WRAP_UPS)[number]
  timers: Timers
  consent: (typeof CONSENTS)[number]
  origins: string[]
  queue_rules: readonly QueueRule[]
  skill_rules: readonly SkillRule[]
  affinity: boolean
  template_id: string | null
  bot_id: string | null
  attachments: FileLimits
  /** Lines that customers are told over a channel of what happens. */
  announced: readonly string[]
  place_minutes: number
  survey_minutes: number
  calls_kept: string
  calls_days: number
  /** The trunk's account over which who waits in a call may be called back. */
  callback_account: string | null
}

export type FileKind = 'image' | 'audio' | 'video' | 'document' | 'archive' | 'other'

export interface SideLimits {
  allowed: boolean
  kinds: readonly FileKind[]
  /** Bytes of a file, and of all in a conversation. */
  largest: number
  total: number
}

/** What each side may send; `most` files go with a message. */
export interface FileLimits {
  house: SideLimits
  customer: SideLimits
  most: number
}

export interface TextVersion {
  subject: string
  kind: string
  language: string
  version: number
  text: string
  created_at: string
}

export interface Token {
  id: string
  name: string
  user: Named
  created_at: string
  expires_at: string | null
  revoked_at: string | null
}

export interface BotModel {
  url: string
  model: string
  instructions: string
  greeting: Readonly<Record<string, string>>
  asks_for_human: boolean
  topics: readonly string[]
  mood: Level | null
  puzzled: number
  least_confidence: number
  most_tokens: number
  answer_tokens: number
  seconds: number
  snippets: number
}

export interface Bot {
  id: string
  name: string
  kind: 'webhook' | 'model'
  enabled: boolean
  url: string | null
  webhook_id: string | null
  patience: number
  idle: number
  model: BotModel | null
  has_key: boolean
  token_at: string | null
  created_at: string
}

export interface Snippet {
  id: string
  title: string
  text: string
  language: string
}

export interface Webhook {
  id: string
  url: string
  kinds: string[]
  disabled: boolean
  /** `failing` where nothing arrived for days and the house disabled it. */
  disabled_for: string | null
  failing_since: string | null
  former_until: string | null
  created_at: string
}

export interface Delivery {
  id: string
  kind: string
  attempts: number
  created_at: string
  due: string | null
  delivered_at: string | null
  given_up_at: string | null
  problem: string | null
  status: number | null
  ms: number | null
  answer: string | null
  replays: number
}

export interface Letter extends Delivery {
  body: Readonly<Record<string, unknown>>
  log: readonly { number: number; at: string; status: number | null; ms: number; answer: string; problem: string | null }[]
}
