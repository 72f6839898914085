import type { Item, Message, Notice, Situation, Typing } from './types'

/** What is known of the conversation. Pure: every function returns a new one. */
export interface Talk {
  messages: readonly Message[]
  situation: Situation | null
  /** Who types, and until when that is believed (milliseconds). */
  typing: { name: string; until: number } | null
  /** Number up to which the house has read; 0 where that is not known. */
  read: number
}

export const SILENT: Talk = { messages: [], situation: null, typing: null, read: 0 }

/** Whoever types says so every few seconds; after this long without it they stopped. */
export const TYPING_MS = 6000

/** Each once, as it came last. */
function merge<T>(known: readonly T[], coming: readonly T[], key: (one: T) => unknown): T[] {
  return [...new Map([...known, ...coming].map((one) => [key(one), one])).values()]
}

function heardTyping(item: Typing, now: number): Talk['typing'] {
  return item.typing === false ? null : { name: item.author.name, until: now + TYPING_MS }
}

/** Notices are facts that stay: one that a later list leaves out is kept. */
function withNotices(before: Situation | null, next: Situation): Situation {
  return { ...next, notices: merge(before?.notices ?? [], next.notices ?? [], (notice) => notice.id) }
}

/** Puts what came over what is known; a message that comes twice is there once. */
export function takeItems(talk: Talk, items: readonly Item[], now: number): Talk {
  let { situation, typing, read } = talk
  const messages: Message[] = []
  for (const item of items) {
    if (item.kind === 'message') {
      messages.push(item)
      // Who has spoken is not typing any more.
      if (item.author.role !== 'customer') typing = null
    } else if (item.kind === 'read') read = Math.max(read, item.seq)
    else if (item.kind === 'conversation') situation = withNotices(situation, item)
    else if (item.kind === 'typing' && item.author.role !== 'customer') typing = heardTyping(item, now)
  }
  const all = merge(talk.messages, messages, (message) => message.seq).sort((one, other) => one.seq - other.seq)
  return { messages: messages.length ? all : talk.messages, situation, typing, read }
}

/** Number up to which every message is here: what to read on from after a gap or a reconnect. */
export function continuousTo(messages: readonly Message[]): number {
  let seq = 0
  for (const message of messages) {
    if (message.seq !== seq + 1) break
    seq = message.seq
  }
  return seq
}

/** True where messages exist that are not here. */
export function hasGap(talk: Talk): boolean {
  const last = Math.max(talk.situation?.seq ?? 0, talk.messages.at(-1)?.seq ?? 0)
  return continuousTo(talk.messages) < last
}

export type Line = { message: Message; notice?: undefined } | { notice: Notice; message?: undefined }

/** Messages and notices in the order in which they happened. */
export function lines(talk: Talk): Line[] {
  const notices = (talk.situation?.notices ?? []).map((notice) => ({ notice, after: notice.after, at: notice.at }))
  const messages = talk.messages.map((message) => ({ message, after: message.seq - 0.5, at: message.at }))
  return [...messages, ...notices].sort((one, other) => one.after - other.after || Date.parse(one.at) - Date.parse(other.at))
}

export function hasEnded(situation: Situation | null): boolean {
  return situation?.state === 'wrap_up' || situation?.state === 'closed'
}

/** Messages from the house after the last one that was seen. */
export function unread(talk: Talk, seen: number): number {
  return talk.messages.filter((message) => message.seq > seen && message.author.role !== 'customer').length
}
