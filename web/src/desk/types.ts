import type { BoardRow, Named, Offer } from '@/conversation/types'
import type { Presence } from '@/ui/presence'

/** Items of the topic `me`. */
export interface MyConversation extends BoardRow {
  kind: 'conversation'
  /** As what I am in it. */
  role: 'primary' | 'consult' | 'supervisor' | 'monitor'
  /** Number of its last message, internal ones included. */
  seq: number
  /** How many of them people and bots wrote: without what a machine has written down of calls. */
  written: number
}

export interface MyOffer {
  kind: 'offer'
  id: string
  /** With reasons to reject, one of them must be given; `sound` and `desktop` are how it may be brought to me. */
  offer: Offer & { made_at: string; reject_reasons: readonly string[]; sound: boolean; desktop: boolean }
  conversation: BoardRow
  expires_at: string
}

export interface MyPresence {
  kind: 'presence'
  id: string
  presence: Presence
  chosen: Presence
  status: Named | null
  since: string
  load: number
  capacity: number
}

export type MyItem = MyConversation | MyOffer | MyPresence | { kind: 'notice'; id: string }
