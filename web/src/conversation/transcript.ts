import type { Item } from '@/live/protocol'

import type { ConversationState, Message, Outgoing } from './types'

/** What is known of a conversation's talk. Pure: every function returns a new one. */
export interface Talk {
  messages: readonly Message[]
  state: ConversationState | null
  typing: ReadonlyMap<string, { name: string; role: string; until: number }>
  /** Number up to which the customer has read; 0 where that is not known. */
  read: number
}

export const SILENT: Talk = { messages: [], state: null, typing: new Map(), read: 0 }

/** Whoever types says so every few seconds; after this long without it they stopped. */
const TYPING_MS = 6000

/** Messages by `seq`, each once, in order; one that comes again replaces the older copy (its delivery moved). */
export function mergeMessages(known: readonly Message[], coming: readonly Message[]): readonly Message[] {
  if (coming.length === 0) return known
  const bySeq = new Map(known.map((message) => [message.seq, message]))
  for (const message of coming) bySeq.set(message.seq, message)
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq)
}

/**
 * As it was said: a machine that is behind writes the newest first, so that lines of one recording which follow each other
 * by their numbers stand in the order of their times. What was written stays where it is.
 */
export function asSaid(messages: readonly Message[]): readonly Message[] {
  const found: Message[] = []
  for (let at = 0; at < messages.length; ) {
    const recording = messages[at]?.spoken?.recording
    let end = at + 1
    while (recording !== undefined && messages[end]?.spoken?.recording === recording) end += 1
    const run = messages.slice(at, end)
    found.push(...(run.length > 1 ? run.sort((one, other) => (one.spoken?.began_ms ?? 0) - (other.spoken?.began_ms ?? 0)) : run))
    at = end
  }
  return found
}

/** First `seq` that is missing, or null: the server promises none, a page checks. */
export function firstGap(messages: readonly Message[], from: number): number | null {
  let expected = from
  for (const message of messages) {
    if (message.seq < from) continue
    if (message.seq !== expected) return expected
    expected += 1
  }
  return null
}

function newest(known: ConversationState | null, coming: ConversationState): ConversationState {
  return known && coming.version < known.version ? known : coming
}

function withTyping(talk: Talk, item: Item, now: number): Talk['typing'] {
  const author = item.author as { id: string; name: string; role: string } | undefined
  if (!author) return talk.typing
  const typing = new Map(talk.typing)
  if (item.typing === false) typing.delete(author.id)
  else typing.set(author.id, { name: author.name, role: author.role, until: now + TYPING_MS })
  return typing
}

/** What the house has said in a window of ours, up to where its customer has read; over a channel its provider says so. */
function withRead(messages: readonly Message[], read: number): readonly Message[] {
  const isRead = (one: Message) => one.seq <= read && one.visibility === 'public' && one.author.role !== 'customer' && !one.delivery
  if (!messages.some(isRead)) return messages
  return messages.map((one) => (isRead(one) ? { ...one, delivery: 'read' as const } : one))
}

export function takeItems(talk: Talk, items: readonly Item[], now: number): Talk {
  let { state, typing, read } = talk
  const messages: Message[] = []
  for (const item of items) {
    if (item.kind === 'message') messages.push(item as unknown as Message)
    else if (item.kind === 'conversation') state = newest(state, item as unknown as ConversationState)
    else if (item.kind === 'read') read = Math.max(read, item.seq as number)
    else if (item.kind === 'typing') typing = withTyping({ ...talk, typing }, item, now)
  }
  // Who has spoken is not typing any more.
  for (const message of messages) {
    if (typing.has(message.author.id)) {
      typing = new Map(typing)
      ;(typing as Map<string, unknown>).delete(message.author.id)
    }
  }
  return { messages: withRead(mergeMessages(talk.messages, messages), read), state, typing, read }
}

/** What is on its way, less what has arrived. */
export function stillOutgoing(outgoing: readonly Outgoing[], messages: readonly Message[]): Outgoing[] {
  const arrived = new Set(messages.map((message) => message.client_id))
  return outgoing.filter((message) => !arrived.has(message.client_id))
}
