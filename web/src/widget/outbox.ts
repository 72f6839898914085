import { Refused } from './api'
import type { Outgoing } from './types'

/** What the outbox needs of the world, given so that tests bring their own. */
export interface OutboxHooks {
  post(message: Outgoing): Promise<void>
  /** What is kept; other tabs put to it and send from it too. */
  load(): Outgoing[]
  keep(messages: readonly Outgoing[]): void
  changed(messages: readonly Outgoing[]): void
  /** Whoever the server does not know any more: the words wait for another conversation. */
  gone(): void
  later(act: () => void, ms: number): void
  /** In one tab at a time. */
  alone(act: () => Promise<void>): Promise<void>
}

const LEAST_PAUSE_MS = 500
const MOST_PAUSE_MS = 15_000

/**
 * Words on their way, in order, one at a time. Each keeps its `client_id` until the server has confirmed it, over
 * lost answers, lost networks, page loads and days, so that it arrives once. What the server refuses is kept and said.
 */
export class Outbox {
  readonly #hooks: OutboxHooks
  #busy = false
  #failures = 0

  constructor(hooks: OutboxHooks) {
    this.#hooks = hooks
  }

  all(): readonly Outgoing[] {
    return this.#hooks.load()
  }

  add(message: Outgoing): void {
    this.#set([...this.all(), message])
    void this.run()
  }

  /** The same words under the same `client_id`. */
  again(client_id: string): void {
    this.#set(this.all().map((one) => (one.client_id === client_id ? { ...one, failed: null } : one)))
    void this.run()
  }

  /** Nobody wants it sent any more. */
  drop(client_id: string): void {
    this.arrived(new Set([client_id]))
  }

  /** Seen in the transcript: it has arrived, whatever became of the answer. */
  arrived(client_ids: ReadonlySet<string>): void {
    if (this.all().some((one) => client_ids.has(one.client_id))) {
      this.#set(this.all().filter((one) => !client_ids.has(one.client_id)))
    }
  }

  /** What the former conversation would not have may go to the next one. */
  hold(): void {
    this.#set(this.all().map((one) => ({ ...one, failed: null })))
  }

  /** Sends what waits. To be called at the start and when the network is back. */
  async run(): Promise<void> {
    if (this.#busy || !this.#next()) return
    this.#busy = true
    try {
      await this.#hooks.alone(async () => {
        for (let next = this.#next(); next; next = this.#next()) {
          if (!(await this.#send(next))) return
        }
      })
    } finally {
      this.#busy = false
    }
  }

  #next(): Outgoing | undefined {
    return this.all().find((one) => one.failed === null)
  }

  /** False when it must be tried again later. */
  async #send(message: Outgoing): Promise<boolean> {
    const { client_id } = message
    try {
      await this.#hooks.post(message)
      this.#failures = 0
      this.drop(client_id)
      return true
    } catch (error) {
      if (error instanceof Refused && error.gone) {
        this.#hooks.gone()
        return false
      }
      if (error instanceof Refused && !error.passing) {
        const failed = error.message
        this.#set(this.all().map((one) => (one.client_id === client_id ? { ...one, failed } : one)))
        return true
      }
      const pause = Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** this.#failures)
      this.#failures += 1
      this.#hooks.later(() => void this.run(), pause)
      return false
    }
  }

  #set(messages: Outgoing[]): void {
    this.#hooks.keep(messages)
    this.#hooks.changed(messages)
  }
}
