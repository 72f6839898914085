/** How fresh the page is. Pure; times are milliseconds of the caller's clock. */
export interface Freshness {
  status: 'connecting' | 'live' | 'stale'
  /** Age of what is shown when it was last known, in milliseconds. */
  ms: number
  /** When the last frame came. */
  heardAt: number
  /** Since when what is shown can't be called current; null while it can. */
  staleSince: number | null
}

/** The server speaks every second; three seconds of silence are trouble. */
export const SILENCE_MS = 3000
/** A view this old on the server's side is stale too, however well the connection works. */
export const LATE_MS = 5000

export const UNKNOWN: Freshness = { status: 'connecting', ms: 0, heardAt: 0, staleSince: null }

/** A frame came. `caughtUp`: every watched topic has been answered since the connection opened. */
export function heard(before: Freshness, at: number, ms: number | undefined, caughtUp: boolean): Freshness {
  const age = ms ?? before.ms
  if (age >= LATE_MS) return { status: 'stale', ms: age, heardAt: at, staleSince: before.staleSince ?? at - age }
  if (!caughtUp) return { ...before, ms: age, heardAt: at }
  return { status: 'live', ms: age, heardAt: at, staleSince: null }
}

/** The connection broke: what is shown was true when the last frame came. */
export function broken(before: Freshness, at: number): Freshness {
  if (before.status === 'connecting') return before
  return { ...before, status: 'stale', staleSince: before.staleSince ?? (before.heardAt || at) }
}

/** Time passed without a word. */
export function waited(before: Freshness, at: number): Freshness {
  return before.status === 'live' && at - before.heardAt > SILENCE_MS ? broken(before, at) : before
}
