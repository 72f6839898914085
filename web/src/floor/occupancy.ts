/** The lines of `occupancy` in an item of the topic `figures`. */
export interface LiveOccupancy {
  busy_ms: number
  busy: number
  present_ms: number
  present: number
}

/**
 * The share of the time that agents were there in which they handled something, from the beginning of the day until
 * `now` (milliseconds); null while nobody has been there.
 */
export function occupancyAt(lines: LiveOccupancy | null | undefined, since: string | undefined, now: number): number | null {
  if (!lines || !since) return null
  const passed = Math.max(0, now - Date.parse(since))
  const present = lines.present_ms + lines.present * passed
  return present > 0 ? Math.min(1, Math.max(0, (lines.busy_ms + lines.busy * passed) / present)) : null
}
