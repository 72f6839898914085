import type { AnswerFrame, CallFrame } from '../calls/frames'

import type { Item } from './types'

/** The part of a WebSocket that is used, so that tests bring their own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'readyState' | 'onopen' | 'onclose' | 'onmessage'>

export type Down = 'offline' | 'crowded' | ''

export interface LineHooks {
  open(): Socket
  /** Number of the last message that is here without a gap. */
  since(): number
  token(): string
  items(items: readonly Item[]): void
  /** To what was offered in a call. */
  answer(frame: AnswerFrame): void
  /** What keeps the connection down, or nothing: `crowded` where it went for a newer one, and stays away. */
  status(down: Down): void
  /** The server will not have it, whatever is tried. */
  refused(): void
  later(act: () => void, ms: number): () => void
  random(): number
}

const OPEN = 1
/** There are too many connections to this conversation: the newest stay. */
const CROWDED = 4429
const TOPIC = 'conversation'
const FIRST_PAUSE_MS = 800
const MOST_PAUSE_MS = 15_000
const TYPING_EVERY_MS = 3000
const PING_MS = 15_000
/** A line that does not even answer a ping is dead, whatever the network says. */
const DEAD_MS = 2 * PING_MS + 5000

/** The live connection: comes back by itself, and asks for what follows the last message it had. */
export class Line {
  readonly #hooks: LineHooks
  #socket: Socket | null = null
  #failures = 0
  /** Where the server said that it is going: everybody comes back within so many milliseconds. */
  #within = 0
  #wanted = false
  #typedAt = 0
  #cancel: (() => void)[] = []

  constructor(hooks: LineHooks) {
    this.#hooks = hooks
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#connect()
  }

  stop(): void {
    this.#wanted = false
    this.#drop()
  }

  /** Tries at once, as when the browser says that the network is back, or somebody writes here. */
  hurry(): void {
    if (!this.#wanted || this.#socket?.readyState === OPEN) return
    this.#drop()
    this.#failures = 0
    this.#connect()
  }

  say(frame: CallFrame | { op: 'hello'; token: string } | { op: 'watch'; topic: string; since: number } | { op: 'seen'; seq: number } | { op: 'typing'; typing: true } | { op: 'ping' }): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(JSON.stringify(frame))
  }

  /** What is on the screen has been seen up to this number. */
  seen(seq: number): void {
    this.say({ op: 'seen', seq })
  }

  typing(): void {
    if (Date.now() - this.#typedAt < TYPING_EVERY_MS) return
    this.#typedAt = Date.now()
    this.say({ op: 'typing', typing: true })
  }

  #connect(): void {
    const socket = this.#hooks.open()
    this.#socket = socket
    this.#guard()
    socket.onopen = () => {
      this.#within = 0
      this.say({ op: 'hello', token: this.#hooks.token() })
      this.say({ op: 'watch', topic: TOPIC, since: this.#hooks.since() })
      this.#ping()
    }
    socket.onmessage = (event: MessageEvent) => {
      if (this.#socket === socket) this.#take(String(event.data))
    }
    socket.onclose = (event) => {
      if (this.#socket === socket) this.#lost(event.code === CROWDED)
    }
  }

  #take(text: string): void {
    let frame: { op?: string; data?: Item[]; within?: number }
    try {
      frame = JSON.parse(text) as typeof frame
    } catch {
      return
    }
    this.#guard()
    if (frame.op === 'refused') {
      this.stop()
      this.#hooks.refused()
    } else if (frame.op === 'closing') {
      this.#within = frame.within || 1
    } else if (frame.op === 'answer') {
      this.#hooks.answer(frame as AnswerFrame)
    } else if (frame.data) {
      this.#failures = 0
      this.#hooks.items(frame.data)
      this.#hooks.status('')
    }
  }

  #lost(crowded?: boolean): void {
    this.#drop()
    this.#hooks.status(crowded ? 'crowded' : 'offline')
    // Whoever came back by itself would only push out the next one: somebody has to want it here.
    if (!this.#wanted || crowded) return
    const most = this.#within || Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
    this.#failures += 1
    // Full jitter: a server that comes back is not met by everybody at once.
    this.#cancel[2] = this.#hooks.later(() => this.#connect(), this.#hooks.random() * most)
  }

  #ping(): void {
    this.#cancel[0] = this.#hooks.later(() => {
      this.say({ op: 'ping' })
      this.#ping()
    }, PING_MS)
  }

  #guard(): void {
    this.#cancel[1]?.()
    this.#cancel[1] = this.#hooks.later(() => this.#lost(), DEAD_MS)
  }

  #drop(): void {
    for (const cancel of this.#cancel) cancel?.()
    this.#cancel = []
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }
}
