import type { AnswerFrame } from '../../calls/frames'
import type { Chat } from '../chat'
import type { Item } from '../types'
import type { Calls, MakeCalls } from './calls/calls'

const AGAIN_MS = 5000

/** What calls need, fetched where there is one, or where one may call: most customers never do. */
export class Calling {
  calls: Calls | null = null
  #fetching = false

  constructor(private readonly chat: Chat) {}

  /** For the form: there where the house takes calls. */
  wanted(): Calls | null {
    const { voice, video } = this.chat.view.config?.calls ?? {}
    if (voice || video) void this.#fetch()
    return this.calls
  }

  hear(coming: readonly (Item | AnswerFrame)[] | null): void {
    if (this.chat.view.talk.situation?.call) void this.#fetch()
    this.calls?.hear(coming)
  }

  async #fetch(): Promise<void> {
    if (this.calls || this.#fetching) return
    this.#fetching = true
    try {
      const { calls } = (await import(/* @vite-ignore */ `${this.chat.access().server}/widget/v1/calls.js`)) as { calls: MakeCalls }
      this.calls = calls(this.chat)
      this.calls.hear([])
      this.chat.onChange()
    } catch {
      setTimeout(() => {
        this.#fetching = false
        this.hear([])
      }, AGAIN_MS)
    }
  }
}
