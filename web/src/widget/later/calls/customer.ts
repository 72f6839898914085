import { isGranted } from '../../../calls/capture'
import type { AnswerFrame } from '../../../calls/frames'
import { CallLine } from '../../../calls/line'
import type { Mode } from '../../../calls/rules'
import type { Chat } from '../../chat'
import type { Call, Item } from '../../types'
import { ask } from '../asking'

/** In this tab the customer is in this call, since when, and muted or not; a page that is loaded anew goes on in it. */
interface Kept {
  call: string
  since: number
  muted: boolean
}
/** Begins a conversation by a call, once `ready` has said that the microphone can be used; whether it has begun. */
export type Begin = (ready: () => Promise<boolean>) => Promise<boolean>

const KEPT = 'valvomo.call'

function kept(): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? 'null') as Kept | null
  } catch {
    return null
  }
}

function keep(one: Kept | null): void {
  try {
    if (one) sessionStorage.setItem(KEPT, JSON.stringify(one))
    else sessionStorage.removeItem(KEPT)
  } catch {
    // What the browser does not keep is not there after the page was loaded anew, and then one comes in by a click.
  }
}

/**
 * The customer's side of a call. They are asked for their microphone when they call, or come into a call, and never before;
 * what they have said yes to in one tab is in no other.
 */
export class CustomerCall {
  /** The call as the house tells it; null while there is none. */
  known: Call | null = null
  /** An act is under way. */
  busy = false
  /** What went wrong with it, in words, or a key of the catalogue after a `#`. */
  problem: string | null = null
  /** Where they have asked to be called, in this page. */
  number = ''
  line: CallLine
  #mine: Kept | null = kept()
  /** They called, or said yes: the call that comes is theirs. */
  #willing = false
  #picture = false
  readonly #tabs: BroadcastChannel | null

  constructor(private readonly chat: Chat) {
    this.line = this.#made(this.#mine?.muted ?? false)
    this.#tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(KEPT)
    this.#tabs?.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (data !== this.known?.id || !this.isIn) return
      this.line.yield()
      this.#hold(null)
    })
  }

  /** In this tab; otherwise it is to be come into by a click. */
  get isIn(): boolean {
    return this.known?.state === 'on' && this.#mine?.call === this.known.id
  }

  /** When they came in, by this computer's clock. */
  get since(): number {
    return this.#mine?.since ?? Date.now()
  }

  hear(coming: readonly (Item | AnswerFrame)[] | null): void {
    for (const one of coming ?? []) {
      if ('op' in one) void this.line.answer(one)
      else if (one.kind === 'call_status') this.line.heard(one)
    }
    const call = (coming && this.chat.view.talk.situation?.call) || null
    if (call?.id === this.known?.id && call?.state === this.known?.state && call?.mode === this.known?.mode) {
      this.known = call
      if (coming?.length) this.chat.onChange()
      return
    }
    this.known = call
    this.#follow()
    this.chat.onChange()
  }

  /** Calls: whatever `begin` has begun is theirs. */
  async begin(begin: Begin): Promise<void> {
    await this.#act(async () => {
      this.#willing = true
      this.#picture = this.chat.view.calling === 'video'
      if (!(await begin(() => this.line.prepare()))) this.#give()
    })
  }

  /** Says yes to the question, by voice or by video. */
  async accept(mode: Mode): Promise<void> {
    await this.#act(async () => {
      if (!(await this.line.prepare())) return
      this.#willing = true
      this.#picture = mode === 'video'
      try {
        await ask(this.chat, 'POST', 'call/accept', { mode })
      } catch (error) {
        this.#give()
        throw error
      }
    })
  }

  decline(): Promise<void> {
    return this.#act(() => ask(this.chat, 'POST', 'call/decline'))
  }

  /** The wait goes on without this browser: they are called at this number when it is their turn. */
  callBack(number: string): Promise<void> {
    return this.#act(() => this.#back(number))
  }

  hangUp(): Promise<void> {
    return this.#act(() => ask(this.chat, 'POST', 'call/hang-up'))
  }

  /** Comes into the call that goes on, here and in no other tab. */
  come(): void {
    this.#willing = true
    if (this.line.view().phase === 'elsewhere') this.line.take()
    this.#follow()
  }

  mute(): void {
    const { muted } = this.line.view()
    this.line.mute(!muted)
    if (this.#mine) this.#hold({ ...this.#mine, muted: !muted })
  }

  async #back(number: string): Promise<void> {
    await ask(this.chat, 'POST', 'call/back', { number })
    this.number = number
  }

  #made(muted: boolean): CallLine {
    return new CallLine(
      {
        send: (frame) => this.chat.say(frame),
        ice: async () => (await ask<{ ice_servers: RTCIceServer[] }>(this.chat, 'GET', 'call/ice')).ice_servers,
        changed: () => this.chat.onChange(),
      },
      { muted },
    )
  }

  /** As the house tells it: into the call, or out of it. */
  #follow(): void {
    const { known } = this
    if (known?.state !== 'on') {
      if (this.#mine) this.#out()
      return
    }
    if (this.#willing) this.#enter(known)
    else if (this.isIn) void isGranted().then((granted) => (granted && this.known?.id === known.id ? this.#enter(known) : this.#hold(null)))
    else this.#hold(null)
  }

  #enter({ id, mode }: Call): void {
    this.#willing = false
    this.#hold({ call: id, since: this.#mine?.call === id ? this.#mine.since : Date.now(), muted: this.line.view().muted })
    this.#tabs?.postMessage(id)
    this.line.know({ call: id, mode, part: 'customer' })
    if (mode === 'video' && this.#picture) void this.line.camera(true)
  }

  #out(): void {
    this.line.close()
    this.line = this.#made(false)
    this.#willing = this.#picture = false
    this.#hold(null)
  }

  /** Nothing came of it: the microphone is off again. */
  #give(): void {
    this.#willing = false
    // Why it could not be used is still to be read.
    if (this.line.view().trouble.audio) return
    this.line.close()
    this.line = this.#made(false)
  }

  #hold(one: Kept | null): void {
    this.#mine = one
    keep(one)
    this.chat.onChange()
  }

  async #act(what: () => Promise<unknown>): Promise<void> {
    if (this.busy) return
    this.busy = true
    this.problem = null
    this.chat.onChange()
    try {
      await what()
    } catch (problem) {
      this.problem = String(problem)
    }
    this.busy = false
    this.chat.onChange()
  }
}
