/** The frames of the live stream (spec 2, "Live stream"). */
export interface SnapshotFrame {
  topic: string
  op: 'snapshot'
  at: number
  /** Age of the server's own view, in milliseconds. */
  ms?: number
  time?: string
  data: readonly Item[]
}

export interface ChangesFrame {
  topic: string
  op: 'changes'
  at: number
  /** The position that these changes continue; absent where the topic's own numbers tell. */
  from?: number
  ms?: number
  time?: string
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

export type ServerFrame = SnapshotFrame | ChangesFrame | RefusedFrame | LagFrame | { op: 'pong' }

export type ClientFrame =
  | { op: 'watch'; topic: string; since?: number }
  | { op: 'unwatch'; topic: string }
  | { op: 'typing'; conversation: string; typing: boolean }
  | { op: 'ping' }

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
