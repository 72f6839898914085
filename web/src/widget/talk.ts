import type { Item, Message, Notice, Situation, Typing } from './types'

/** What is known of the conversation. Pure: every function returns a new one. */
export interface Talk {
  messages: readonly Message[]
  situation: Situation | null
  /** Who types, and until when that is believed (milliseconds). */
  typing: { name: string; until: number } | null
}

export const SILENT: Talk = { messages: [], situation: null, typing: null }

/** Whoever types says so every few seconds; after this long without it they stopped. */
export const TYPING_MS = 6000

function merge(known: readonly Message[], coming: readonly Message[]): readonly Message[] {
  if (coming.length === 0) return known
  const bySeq = new Map(known.map((message) => [message.seq, message]))
  for (const message of coming) bySeq.set(message.seq, message)
  return [...bySeq.values()].sort((one, other) => one.seq - other.seq)
}

function heardTyping(item: Typing, now: number): Talk['typing'] {
  return item.typing === false ? null : { name: item.author.name, until: now + TYPING_MS }
}

/** Notices are facts that stay: one that a later list leaves out is kept. */
function withNotices(before: Situation | null, next: Situation): Situation {
  const byId = new Map((before?.notices ?? []).map((notice) => [notice.id, notice]))
  for (const notice of next.notices ?? []) byId.set(notice.id, notice)
  return { ...next, notices: [...byId.values()] }
}

/** Puts what came over what is known; a message that comes twice is there once. */
export function takeItems(talk: Talk, items: readonly Item[], now: number): Talk {
  let { situation, typing } = talk
  const messages: Message[] = []
  for (const item of items) {
    if (item.kind === 'message') {
      messages.push(item)
      // Who has spoken is not typing any more.
      if (item.author.role !== 'customer') typing = null
    } else if (item.kind === 'conversation') situation = withNotices(situation, item)
    else if (item.author.role !== 'customer') typing = heardTyping(item, now)
  }
  return { messages: merge(talk.messages, messages), situation, typing }
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
  const notices = [...(talk.situation?.notices ?? [])].sort((one, other) => Date.parse(one.at) - Date.parse(other.at))
  const all: Line[] = []
  for (const message of talk.messages) {
    while (notices[0] && notices[0].after < message.seq) all.push({ notice: notices.shift() as Notice })
    all.push({ message })
  }
  return [...all, ...notices.map((notice) => ({ notice }))]
}

export function hasEnded(situation: Situation | null): boolean {
  return situation?.state === 'wrap_up' || situation?.state === 'closed'
}

/** Messages from the house after the last one that was seen. */
export function unread(talk: Talk, seen: number): number {
  return talk.messages.filter((message) => message.seq > seen && message.author.role !== 'customer').length
}
