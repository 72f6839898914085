import type { BoardRow, Offer } from '@/conversation/types'
import type { Presence } from '@/ui/presence'

/** Items of the topic `me`. */
export interface MyConversation extends BoardRow {
  kind: 'conversation'
  /** As what I am in it. */
  role: 'primary' | 'consult' | 'supervisor' | 'monitor'
  /** Number of its last message, internal ones included. */
  seq: number
}

export interface MyOffer {
  kind: 'offer'
  id: string
  offer: Offer & { made_at: string }
  conversation: BoardRow
  expires_at: string
}

export interface MyPresence {
  kind: 'presence'
  id: string
  presence: Presence
  chosen: Presence
  since: string
  load: number
  capacity: number
}

export type MyItem = MyConversation | MyOffer | MyPresence | { kind: 'notice'; id: string }
