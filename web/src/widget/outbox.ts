import { Refused } from './api'
import type { Outgoing } from './types'

/** What the outbox needs of the world, given so that tests bring their own. */
export interface OutboxHooks {
  post(message: Outgoing): Promise<void>
  load(): Outgoing[]
  keep(messages: readonly Outgoing[]): void
  changed(messages: readonly Outgoing[]): void
  later(act: () => void, ms: number): void
}

const LEAST_PAUSE_MS = 500
const MOST_PAUSE_MS = 15_000

/**
 * Words on their way, in order, one at a time. Each keeps its `client_id` until the server has confirmed it, over
 * lost answers, lost networks and page loads, so that it arrives once. What the server refuses is kept and said.
 */
export class Outbox {
  readonly #hooks: OutboxHooks
  #messages: Outgoing[]
  #busy = false
  #failures = 0

  constructor(hooks: OutboxHooks) {
    this.#hooks = hooks
    this.#messages = hooks.load()
  }

  all(): readonly Outgoing[] {
    return this.#messages
  }

  add(message: Outgoing): void {
    this.#set([...this.#messages, message])
    void this.run()
  }

  /** The same words under the same `client_id`. */
  again(client_id: string): void {
    this.#set(this.#messages.map((one) => (one.client_id === client_id ? { ...one, failed: null } : one)))
    void this.run()
  }

  /** Seen in the transcript: it has arrived, whatever became of the answer. */
  arrived(client_ids: ReadonlySet<string>): void {
    if (this.#messages.some((one) => client_ids.has(one.client_id))) {
      this.#set(this.#messages.filter((one) => !client_ids.has(one.client_id)))
    }
  }

  clear(): void {
    this.#set([])
  }

  /** Sends what waits. To be called at the start and when the network is back. */
  async run(): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        if (!(await this.#send(next))) return
      }
    } finally {
      this.#busy = false
    }
  }

  #next(): Outgoing | undefined {
    return this.#messages.find((one) => one.failed === null)
  }

  /** False when it must be tried again later. */
  async #send(message: Outgoing): Promise<boolean> {
    try {
      await this.#hooks.post(message)
      this.#failures = 0
      this.#set(this.#messages.filter((one) => one.client_id !== message.client_id))
      return true
    } catch (error) {
      if (error instanceof Refused && !error.passing) {
        const failed = error.message
        this.#set(this.#messages.map((one) => (one.client_id === message.client_id ? { ...one, failed } : one)))
        return true
      }
      const pause = Math.min(MOST_PAUSE_MS, LEAST_PAUSE_MS * 2 ** this.#failures)
      this.#failures += 1
      this.#hooks.later(() => void this.run(), pause)
      return false
    }
  }

  #set(messages: Outgoing[]): void {
    this.#messages = messages
    this.#hooks.keep(messages)
    this.#hooks.changed(messages)
  }
}
