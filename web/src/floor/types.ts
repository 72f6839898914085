import type { AttentionPart, Named } from '@/conversation/types'
import type { Presence } from '@/ui/presence'

import type { LiveOccupancy } from './occupancy'

/** A row of the topic `agents`. `presence` is what everybody sees, `chosen` what was set at `since`. */
export interface AgentRow extends Named {
  presence: Presence
  chosen: Presence
  /** The custom presence that was chosen, if it was one. */
  status: Named | null
  since: string
  load: number
  capacity: number
  /** Conversations held now, by kind of channel. */
  held: Readonly<Record<string, number>>
  queues: readonly Named[]
  conversations: number
  skills?: readonly { name: string; level: number }[]
  /** False outside their working hours. */
  on_duty?: boolean
  /** What their conversations' scores get because they are theirs. */
  attention?: readonly AttentionPart[]
  removed?: boolean
}

/** Ratios between 0 and 1, null where nothing can be divided. */
export interface ServiceLevel {
  ratio: number | null
  of_accepted: number | null
  without_short_abandons: number | null
  within: number
  accepted: number
  abandoned: number
  short: number
  /** Closed by somebody else while they waited. */
  unserved?: number
  seconds: number | null
}

/** An item of the topic `figures`: `all`, or one queue by its id. */
export interface FiguresItem {
  id: string
  name: string | null
  since: string
  in_queue: number
  longest_wait_since: string | null
  active: number
  waiting: number
  wrap_up: number
  orphans: number
  /** That an agent has in a call now, and how many of their customers are on hold. */
  in_call: number
  on_hold: number
  /** Today; times in seconds, the quality from 1 to 4.4. */
  calls: number
  call_talk_time: number | null
  hold_time: number | null
  call_quality: number | null
  abandoned: number
  force_closed: number
  auto_closed: number
  completed: number
  service_level: ServiceLevel
  agents: Partial<Record<Presence, number>>
  /** Of the whole only. */
  occupancy?: LiveOccupancy | null
}
