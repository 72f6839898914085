/** Who comes into a call with what, and when a browser has to offer anew. Pure; times are milliseconds of one clock. */
export type Mode = 'voice' | 'video'
/** As what somebody is in a call (`domain/calls/hearing.py`). */
export type Part = 'customer' | 'agent' | 'consult' | 'listener' | 'whisperer' | 'speaker'

/** One person's way into the call, as the house sees it. `quality` from 0, very bad, to 4. */
export interface Leg {
  /** Customers are not told. */
  id?: string
  you: boolean
  name: string
  part: Part
  connected: boolean
  muted: boolean
  speaking: boolean
  quality: number | null
}

/** Who is in a call at this moment; told whenever it changes, and every two seconds. */
export interface CallStatus {
  kind: 'call_status'
  call: string
  legs: readonly Leg[]
  /** The customer on a telephone hears the notice, or is asked, before they and the others hear each other. */
  announcing?: boolean
}

/** The call that I am to be in. */
export interface Wanted {
  call: string
  mode: Mode
  part: Part
}

/** What the page has offered last. `sent` is null while it is being made, `answered` until the house has said yes. */
export interface Offered extends Wanted {
  sent: number | null
  answered: number | null
}

export interface Standing {
  wanted: Wanted | null
  offered: Offered | null
  /** The last status of this call: when it came, whether it named me, and whether media flows between me and the house. */
  status: { at: number; here: boolean; connected: boolean } | null
  /** When the page's own connection failed; null while it has not. */
  failed: number | null
  notBefore: number
}

export const NEVER = Infinity
/** Who hears nothing from the house for so long is not in the call any more, whatever the page thinks. */
export const SILENCE_MS = 7000
const ANSWER_MS = 5000
/** What was told of a call before I came may still be on its way. */
const SETTLING_MS = 1500
const FIRST_PAUSE_MS = 500
const MOST_PAUSE_MS = 8000
/** So many streams of others a browser takes at a time; whoever speaks gets one. */
const SOUNDS = 3
const PICTURES = 3

/** A listener's browser sends nothing, and never asks for a microphone. */
export function speaks(part: Part): boolean {
  return part !== 'listener'
}

/** Who is seen; whispering is for the ear. */
export function isSeen({ part, mode }: Pick<Wanted, 'part' | 'mode'>): boolean {
  return mode === 'video' && speaks(part) && part !== 'whisperer'
}

type Direction = 'sendrecv' | 'recvonly'

/** The sections of an offer, in their order. */
export function sectionsOf(wanted: Pick<Wanted, 'part' | 'mode'>): { kind: 'audio' | 'video'; direction: Direction }[] {
  const of = (kind: 'audio' | 'video', sends: boolean, most: number) =>
    Array.from({ length: most }, (_, index) => ({ kind, direction: (sends && index === 0 ? 'sendrecv' : 'recvonly') as Direction }))
  return [...of('audio', speaks(wanted.part), SOUNDS), ...(wanted.mode === 'video' ? of('video', isSeen(wanted), PICTURES) : [])]
}

/** Whether one offer does for the other: the same call, the same can be sent, and whoever whispered comes anew to be heard by all. */
export function isSameWay(one: Wanted, other: Wanted): boolean {
  const whispers = (one.part === 'whisperer') === (other.part === 'whisperer')
  return whispers && one.call === other.call && one.mode === other.mode && speaks(one.part) === speaks(other.part) && isSeen(one) === isSeen(other)
}

/** The house has me in the call, though the connection of this page is gone: another tab or browser of mine took it. */
export function isElsewhere({ failed, status }: Pick<Standing, 'failed' | 'status'>): boolean {
  return failed !== null && status !== null && status.connected && status.at >= failed + SETTLING_MS
}

/** When to offer if nothing else becomes known meanwhile. Everything is decided by how things stand, so that no message can be missed. */
export function offerAt({ wanted, offered, status, failed, notBefore }: Standing): number {
  if (!wanted) return NEVER
  if (!offered || offered.call !== wanted.call) return notBefore
  if (offered.sent === null) return isSameWay(offered, wanted) ? NEVER : notBefore
  // Answers name no offer: the next is made when this one has had its answer, or will not get any.
  if (offered.answered === null) return Math.max(notBefore, offered.sent + ANSWER_MS)
  // What I may send has changed; that is no failure to wait after.
  if (!isSameWay(offered, wanted)) return 0
  if (isElsewhere({ failed, status })) return NEVER
  const since = failed ?? offered.answered
  const gone = failed === null ? !status?.here : !status?.connected
  if (status && gone && status.at >= since + SETTLING_MS) return notBefore
  if (status && !status.connected && status.at >= since + SILENCE_MS) return notBefore
  if (failed !== null) return Math.max(notBefore, failed + SILENCE_MS)
  return Math.max(notBefore, Math.max(offered.answered, status?.at ?? 0) + SILENCE_MS)
}

/** How long to wait after so many attempts in vain; `random` from 0 to 1, so that not everybody comes at once. */
export function pauseAfter(failures: number, random: number): number {
  const most = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures)
  return most / 2 + (random * most) / 2
}
