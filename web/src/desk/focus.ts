import { newId } from '@/api/newId'

/** A conversation that was in front: it began so many seconds before the report and lasted so many. */
export interface FocusSpan {
  conversation: string
  from: number
  for: number
}

/** So often it is looked whether it still is in front; a longer gap is a machine that slept. */
export const BEAT_MS = 5_000
const SLEPT_MS = 2.5 * BEAT_MS
/** The longest time between two reports while something is in front. */
export const REPORT_MS = 30_000
/** What began longer ago is not worth reporting any more: the server takes two minutes. */
const MOST_MS = 110_000
const MOST_SPANS = 20
const SHORTEST_MS = 500

/** What a report needs of the world, so that it can be tried without one. */
export interface World {
  now: () => number
  inFront: () => boolean
  send: (spans: FocusSpan[], last: boolean) => Promise<void>
}

/**
 * Measures for how long the conversation that I serve is in front, and reports it: when it is left, and every 30 s at
 * most. `last` is the page going away: what is sent then must outlive it. A report that did not get through is tried
 * again with the next one, under the bounds of the server.
 */
export class FocusReporter {
  private selected: string | null = null
  private current: string | null = null
  private since = 0
  private seen = 0
  private reported = 0
  private gathered: { conversation: string; since: number; until: number }[] = []

  constructor(private readonly world: World) {}

  /** This one is selected now and mine; null is none. */
  look(conversation: string | null): void {
    this.selected = conversation
    this.beat()
  }

  /** To be called every beat and whenever what is in front may have changed. */
  beat(last = false): void {
    const now = this.world.now()
    // While the machine slept nobody looked: it was in front until the last beat.
    if (this.current !== null && now - this.seen > SLEPT_MS) this.leave(this.seen)
    const front = !last && this.world.inFront() ? this.selected : null
    if (this.current !== null && front !== this.current) this.leave(now)
    if (front !== null && this.current === null) {
      this.current = front
      this.since = now
      if (this.gathered.length === 0) this.reported = now
    }
    this.seen = now
    if (this.current === null || now - this.reported >= REPORT_MS) this.report(now, last)
  }

  private leave(until: number): void {
    if (this.current !== null && until - this.since >= SHORTEST_MS) this.gathered.push({ conversation: this.current, since: this.since, until })
    this.current = null
  }

  private report(now: number, last: boolean): void {
    if (this.current !== null) {
      const going = this.current
      this.leave(now)
      this.current = going
      this.since = now
    }
    this.reported = now
    const due = this.gathered.filter((one) => now > one.since && now - one.since <= MOST_MS).slice(-MOST_SPANS)
    this.gathered = []
    if (due.length === 0) return
    const spans = due.map((one) => ({ conversation: one.conversation, from: (now - one.since) / 1000, for: (one.until - one.since) / 1000 }))
    this.world.send(spans, last).catch(() => {
      this.gathered = [...due, ...this.gathered]
    })
  }
}

/** Sends a report. It is kept alive when the page goes; one that the server refuses is not sent again. */
export async function sendFocus(spans: FocusSpan[], last: boolean): Promise<void> {
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', 'Idempotency-Key': newId() }
  await fetch('/api/v1/me/focus', { method: 'POST', headers, body: JSON.stringify({ spans }), credentials: 'same-origin', keepalive: last })
}
