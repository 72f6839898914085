import type { AnswerFrame, CallFrame } from '@/calls/frames'

/** The frames of the live stream (spec 2, "Live stream"). */
export interface SnapshotFrame {
  topic: string
  op: 'snapshot'
  at: number
  /** Age of the server's own view, in milliseconds. */
  ms?: number
  time?: string | null
  /** More parts of the snapshot follow; only the last one has the number from which one can resume. */
  more?: boolean
  data: readonly Item[]
}

export interface ChangesFrame {
  topic: string
  op: 'changes'
  at: number
  /** The position that these changes continue; absent where the topic's own numbers tell. */
  from?: number
  ms?: number
  time?: string | null
  more?: boolean
  data: readonly Item[]
}

export interface RefusedFrame {
  topic: string
  op: 'refused'
  problem: { type: string; status: number; title: string; detail?: string } & Record<string, unknown>
}

export interface LagFrame {
  op: 'lag'
  ms: number
  time?: string
}

/** The server is going away: come back after a while, each at another moment within `within` milliseconds. */
export interface ClosingFrame {
  op: 'closing'
  within: number
}

export type ServerFrame = SnapshotFrame | ChangesFrame | RefusedFrame | LagFrame | ClosingFrame | AnswerFrame | { op: 'pong' }

export type ClientFrame =
  | { op: 'watch'; topic: string; since?: number; accept?: 'gzip' }
  | { op: 'unwatch'; topic: string }
  | { op: 'typing'; conversation: string; typing: boolean }
  | { op: 'seen'; conversation: string; seq: number }
  | { op: 'ping' }
  | (CallFrame & { conversation: string })

/** One item of a topic. What belongs to one thing carries that thing's `id`. */
export type Item = Readonly<Record<string, unknown>> & { readonly id?: string; readonly version?: number; readonly removed?: boolean }

export function parseFrame(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text)
    return typeof frame === 'object' && frame !== null && 'op' in frame ? (frame as ServerFrame) : null
  } catch {
    return null
  }
}
