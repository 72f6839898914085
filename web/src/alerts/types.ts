import type { Named } from '@/conversation/types'

/** An alert as the server gives it (`protocol/alerts.py`). */
export interface Alert {
  id: string
  version: number
  rule: Named
  queue: Named
  conversation: Named | null
  state: 'raised' | 'acknowledged' | 'cleared'
  sound: boolean
  raised_at: string
  acknowledged_at: string | null
  acknowledged_by: Named | null
  assigned_to: Named | null
  cleared_at: string | null
  cleared_as: 'by_hand' | 'no_longer' | 'closed' | 'moved' | 'rule_changed' | null
}

export const KINDS = ['figure', 'attention', 'part', 'sentiment', 'event', 'survey'] as const
export const FIGURES = ['in_queue', 'longest_wait', 'active', 'waiting', 'wrap_up', 'orphans', 'abandoned', 'service_level', 'agents_available', 'csat'] as const
export const EVENTS = ['supervisor_asked', 'orphaned', 'offer_rejected', 'offer_expired', 'owner_disconnected', 'overflowed', 'conversation_started', 'queued', 'customer_disconnected', 'message_undelivered'] as const
/** Kinds of scores that customers give, with the lowest and highest of each. */
export const SURVEYS = { csat: [1, 5], nps: [0, 10] } as const
export const LEVELS = ['neutral', 'slightly_negative', 'negative', 'very_negative'] as const

export interface Condition {
  kind: (typeof KINDS)[number]
  name?: string | null
  at_least?: number | null
  at_most?: number | null
  level?: string | null
  falling?: boolean
  events?: readonly string[]
  within?: number
}

export interface AlertRule {
  id: string
  name: string
  conditions: readonly Condition[]
  queues: readonly string[]
  quiet_hours_id: string | null
  cool_down: number
  assign_to: string | null
  sound: boolean
  emails: readonly string[]
  webhook: boolean
  enabled: boolean
}

/** What a rule would have raised (`protocol/alert_trials.py`). */
export interface TrialRequest {
  conditions: readonly Condition[]
  queues: readonly string[]
  quiet_hours_id: string | null
  cool_down: number
  days: number
}
export interface TrialItem {
  queue: Named
  conversation: Named | null
  at: string
  already: boolean
  until: string | null
  cause: 'no_longer' | 'closed' | 'moved' | null
}
export interface TrialResult {
  kind: 'result'
  since: string
  until: string
  whole: boolean
  count: number
  items: readonly TrialItem[]
  unknown: readonly ('nobody_clears' | 'mood_of_then' | 'no_mood' | 'quiet_hours_now')[]
}
export type TrialLine = { kind: 'progress'; at: string; found: number } | TrialResult
