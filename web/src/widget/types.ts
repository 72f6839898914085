import type { CallStatus, Mode } from '../calls/rules'

/** What the customer's side of the server speaks (spec 2, "Customer side"). Numbers are those of public messages. */
export interface Message {
  id: string
  seq: number
  author: { name: string; role: string }
  text: string
  at: string
  attachments?: readonly Attachment[]
  client_id?: string | null
}

/** A file of a message; what it is, as its bytes say. */
export interface Attachment {
  id: string
  name: string
  media_type: string
  size: number
  width: number | null
  height: number | null
}

/** Something the customer is told, such as who joined: a code of the catalogue, and the one name it mentions. */
export interface Notice {
  id: string | number
  code: string
  name: string | null
  /** What the house has written itself. */
  text?: string | null
  at: string
  /** Number of the message that it follows. */
  after: number
}

export interface Situation {
  id: string
  state: 'open' | 'active' | 'waiting' | 'wrap_up' | 'closed'
  /** Number of the last message there is. */
  seq?: number
  agent?: { name: string } | null
  /** Place in the queue: 1 is next. */
  place?: number | null
  /** An agent is being asked right now. */
  coming?: boolean
  /** Probable wait in seconds; null where nothing honest can be said. */
  estimate?: { low: number; high: number } | null
  /** Of the queue that one waits in: while it is closed, when it opens, null if that is not known. */
  hours?: { open: boolean; opens_at: string | null } | null
  notices?: Notice[]
  /** What one may say of how it went. */
  survey?: Survey | null
  call?: Call | null
}

/** The call that one is in, or is asked into; `wanted` is to be called back, `telephone` is that call, in which the browser has no part. */
export interface Call {
  id: string
  mode: Mode
  state: 'asked' | 'on' | 'wanted' | 'telephone'
  held: boolean
  /** What is said is kept. */
  recorded?: boolean
  /** In writing only. */
  written?: boolean
}

export interface Survey {
  kind: 'csat' | 'nps'
  comment: boolean
  questions: readonly { id: string; kind: 'rating' | 'yes_no' | 'words'; words: string }[]
  score: number | null
  /** Null for as long as it is not closed. */
  until: string | null
}

export interface Typing {
  author: { name: string; role: string }
  typing?: boolean
}

/** How far the house has read. */
export interface Read {
  seq: number
}

export type Item =
  | ({ kind: 'read' } & Read)
  | ({ kind: 'message' } & Message)
  | ({ kind: 'conversation' } & Situation)
  | ({ kind: 'typing' } & Typing)
  | CallStatus

export interface Config {
  name: string
  consent: 'none' | 'notice' | 'consent'
  /** The text to show before the first message, in `language`. */
  text: string | null
  version: number | null
  language: string
  /** What the customer may send; null where it is nothing. */
  attachments?: { kinds: readonly string[]; largest: number; most: number } | null
  /** Whether the transcript can be sent by e-mail. */
  mail?: boolean
  /** Nobody serves now; with the key `leave` messages can be left. */
  closed?: { opens_at: string | null; leave: string | null; mails?: boolean } | null
  /** The keys with which a call begins, each null where it is not offered; `back`: who waits in a call may ask to be called. */
  calls?: Readonly<Record<Mode, string | null>> & { back?: boolean }
}

/** Words of the customer's that the server has not confirmed yet. */
export interface Outgoing {
  client_id: string
  text: string
  attachments?: readonly Attachment[]
  /** Files that are still only here. */
  files?: readonly KeptFile[]
  at: string
  /** Why it will not be sent, in words; null while it is on its way. */
  failed: string | null
}

/** A file that this browser keeps until it can be sent. */
export interface KeptFile {
  id: string
  name: string
}
