/** Shapes of conversations as the server sends them: board rows, whole states, messages, timelines. */
import type { RecordDetails, RecordItem } from '@/records/types'

import type { Sentiment } from './sentiment'

export interface Named {
  id: string
  name: string
}

export type State = 'open' | 'active' | 'waiting' | 'wrap_up' | 'closed'
export type Stage = 'offered' | 'accepted'
export type Channel =
  | 'live_chat'
  | 'persistent_chat'
  | 'sms'
  | 'whatsapp'
  | 'messenger'
  | 'telegram'
  | 'email'
  | 'custom'
  | 'voice'
  | 'video'
  | 'record'
export type Mode = 'text' | 'voice' | 'video'

export interface Offer {
  id: string
  kind: 'assignment' | 'transfer' | 'consult'
  agent: Named
  by: Named | null
  by_role: string
  expires_at: string
  excess_units: number
  note: string | null
}

export interface Participant extends Named {
  role: 'primary' | 'consult' | 'monitor' | 'supervisor' | 'bot' | 'customer'
  public: boolean
  since?: string
}

/** One linear part of the attention score: 0 before `from`, then min(`cap`, `base` + `per_minute` × minutes since). */
export interface AttentionPart {
  name: string
  base: number
  per_minute: number
  from: string | null
  cap: number | null
  /** The fact behind it: since when, how often or how many, the seconds or units that are exceeded, who. */
  began?: string
  count?: number
  limit?: number
  by?: string
  level?: string
  trend?: string
  side?: 'customer' | 'agent' | 'both'
}

/** What row and state say of attention. */
export interface Heeded {
  attention: AttentionPart[]
  /** Parts of its agent's `attention` that count here too, and by which factor. */
  agent_attention: Readonly<Record<string, number>>
  /** Parts that are switched off in its queue. */
  unheeded: readonly string[]
  asked: { since: string; role: 'agent' | 'customer'; by: string; note: string | null } | null
  muted: { by: string; at: string; until: string | null; why: string | null } | null
  pinned: { by: string; at: string; why: string | null } | null
}

/** The telephone of a customer who is on one, or is to be called. */
export interface Telephone {
  /** Null where it is withheld. */
  number: string | null
  /** The trunk's account, and the number of ours that they have called; null where we call, or it is not known. */
  account: string
  account_name?: string | null
  called?: string | null
  line: 'wanted' | 'dialling' | 'up' | 'missed'
  /** How often they were called, and why the last time came to nothing. */
  tries: number
  why: string | null
  /** Until then nobody is asked to take who was not reached; who takes them before that calls them at once. */
  recall_at?: string | null
}

/** The call that a conversation is in, or that its customer is asked into, is to be called for, or has missed. */
export interface Call {
  id: string
  mode: 'voice' | 'video'
  state: 'asked' | 'on' | 'wanted' | 'missed'
  since: string
  held_since: string | null
  /** Supervisors whom the agent alone hears, for who may know of them. */
  coached_by: Named[]
  /** Whether what is said is kept; null where it is not. */
  recording: 'on' | 'paused' | null
  /** What of it: the words alone, or the sound too. */
  kept?: 'transcript' | 'recording' | null
  /** Whose network does badly now, or that both sides speak at once. */
  troubles?: readonly ('customer' | 'agent' | 'overtalk')[]
  /** Null where the customer has a window. */
  telephone?: Telephone | null
  /** Since when its agent has it; null while nobody has. So many calls count as *in calls*. */
  with_agent_since?: string | null
  /** The customer's window is gone: unless it is back by then it ends. */
  reconnect_by?: string | null
}

/** Compact in board rows (null: allowed; a code: why not); whole in `GET /conversations/{id}`. */
export type Act = string | null | { allowed: boolean; reason?: string | null; detail?: string | null }
export type Acts = Readonly<Record<string, Act | undefined>>

export interface BoardRow extends Heeded {
  id: string
  version: number
  at: string
  state: State
  stage: Stage | null
  channel: Channel
  mode: Mode
  queue: Named | null
  workstream: Named
  agent: Named | null
  bot: Named | null
  /** Which supervisor keeps the bot from speaking, and until when. */
  bot_paused?: { by: Named; until: string } | null
  /** The bot that had it before people, and why it let go: a code of the server's or the bot's own words. */
  escalation?: { bot: Named; reason: string; at: string } | null
  customer: Named
  subject: string
  preview: { text: string; author: string; role: string; at: string } | null
  /** Null while nothing was measured, and for those who may not know. */
  sentiment: Sentiment | null
  language: string
  tags: string[]
  vip: boolean
  /** Their site has signed who they are. */
  verified: boolean
  priority: number
  created_at: string
  queued_at: string
  /** Restarts in each queue, while `queued_at` keeps the place for life. */
  session_queued_at: string
  first_accepted_at: string | null
  accepted_at: string | null
  waiting_at: string | null
  wrap_up_at: string | null
  closed_at: string | null
  closed_as: string | null
  /** What was written was removed then, by the rule of the house. */
  erased_at?: string | null
  unanswered_since: string | null
  offers: Offer[]
  participants: Participant[]
  monitored_by: Named[]
  excess_units: number
  units: number
  orphaned: boolean
  customer_online: boolean | null
  consent: { policy: 'none' | 'notice' | 'consent'; answer: boolean | null; told: boolean }
  /** Null for what is no record. */
  record?: RecordItem | null
  call?: Call | null
  /** How the worst way into its calls that are over did, 0 to 4; null where none was measured. */
  call_grade?: number | null
  acts: Acts
  /** Set on a row that has left the list, where its order is held. */
  removed?: boolean
}

/** `GET /conversations/{id}` and the `conversation` item of its live topic. */
export interface ConversationState extends BoardRow {
  /** How many recordings there are of its calls. */
  recordings?: number
  /** How many messages people and bots wrote: without what a machine has written down of calls. */
  written?: number
  /** Number of its last message, internal ones included. */
  seq?: number
  disposition?: string | null
  /** What the bot told the agent about it. */
  bot_summary?: string | null
  /** What the customer was asked at the end, for whom it may be shown to. */
  survey?: {
    kind: string
    best: number
    asked_at: string
    score: number | null
    low: boolean
    answered_at: string | null
    questions: readonly { id: string; kind: string; words: string }[]
  } | null
  /** Why nothing goes out to the customer now: the account is `disabled`, or held with this problem of deliveries. */
  account_trouble?: { name: string; problem: string; since: string | null } | null
  answers?: Readonly<Record<string, string>>
  /** What came along with the customer, from a page or another system. */
  context?: Readonly<Record<string, string>>
  served_by?: readonly string[]
  deadlines?: Readonly<Record<string, string>>
  scheduled_transfer?: Named | null
  /** The rest of a record. */
  details?: RecordDetails | null
}

export type Visibility = 'public' | 'internal' | 'whisper' | 'instruction'

/** About what was said in a call: when in what is kept of it, and whether the customer was to hear it. */
export interface Spoken {
  recording: string
  began_ms: number
  ended_ms: number
  confidence: number
  heard: boolean
  by: string
  removed: boolean
}

export interface Message {
  id: string
  seq: number
  author: { id: string; name: string; role: string }
  visibility: Visibility | 'spoken'
  text: string
  at: string
  /** Of what was said in a call and written down by a machine. */
  spoken?: Spoken | null
  client_id?: string | null
  /** A line of the system's instead of somebody's words, by its code in the catalogues. */
  code?: string | null
  name?: string | null
  delivery?: 'queued' | 'sent' | 'delivered' | 'read' | 'failed' | null
  /** Why it came no further, or a remark: a code of the server's catalogue. */
  delivery_problem?: string | null
  attachments?: readonly Attachment[]
  /** What came with it over a channel and is not there: not yet, or not at all. */
  media?: readonly Medium[]
  /** What it looked like can be shown. */
  html?: boolean
}

/** A file that the provider has announced: what its sender says of it, and why it is not there. */
export interface Medium {
  id: string
  name: string
  media_type: string
  state: 'fetching' | 'failed'
  /** A code of the server's catalogue. */
  problem: string | null
  reason: string | null
  again: boolean
}

/** A file of a message; what it is, as its bytes say. How to open it is asked for apart (`attachments.ts`). */
export interface Attachment {
  id: string
  name: string
  media_type: string
  size: number
  width: number | null
  height: number | null
}

/** A message of ours that the server has not confirmed yet. */
export interface Outgoing {
  client_id: string
  text: string
  visibility: Visibility
  attachments: readonly Attachment[]
  /** The customer in whose conversation it is said. */
  to: string
  failed: string | null
}

export interface TimelineEntry {
  id: string
  position: number
  at: string
  kind: string
  actor: Named | null
  /** The event in a sentence, in the reader's language. */
  text: string
  facts: Readonly<Record<string, unknown>>
  /** True for what only supervisors may know, such as monitoring. */
  silent: boolean
}
