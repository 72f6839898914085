import type { Kind, Trouble } from './capture'
import type { Leg } from './rules'

/** What the house answers an offer with. */
export interface AnswerFrame {
  op: 'answer'
  conversation?: string
  answer?: string
  /** By which the house sends, where that is another connection than the one by which it is sent to. */
  offer?: string
  ice?: RTCIceServer[]
  problem?: { type?: string; title?: string; detail?: string }
}

/** What a line says to the house. */
export type CallFrame = { op: 'call'; offer: string } | { op: 'agree'; answer: string } | { op: 'mute'; muted: boolean } | { op: 'hang_up' }

/** All that is shown of a line. `elsewhere`: the call goes on in another tab or browser of mine. */
export interface LineView {
  phase: 'off' | 'connecting' | 'on' | 'elsewhere'
  /** The customer on a telephone is told something before they and the others hear each other. */
  announcing: boolean
  legs: readonly Leg[]
  muted: boolean
  /** I am seen. */
  camera: boolean
  /** There is a microphone, muted or not. */
  microphone: boolean
  /** The browser is asking the person. */
  asking: boolean
  trouble: Readonly<Record<Kind, Trouble | null>>
  /** The browser waits for a click before it plays anything. */
  blocked: boolean
  /** Why the house has not let me in, in its words; its code after a `#` where it has none. */
  problem: string | null
  pictures: readonly MediaStream[]
  own: MediaStream | null
}
