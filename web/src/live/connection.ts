import { parseFrame, type ChangesFrame, type ClientFrame, type RefusedFrame, type ServerFrame, type SnapshotFrame } from './protocol'

export type TopicFrame = SnapshotFrame | ChangesFrame
export interface Sink {
  frame(frame: TopicFrame): void
  refused?(frame: RefusedFrame): void
}

interface Topic {
  sinks: Set<Sink>
  /** Position up to which everything was applied; undefined before the first answer. */
  at: number | undefined
  answered: boolean
}

/** The part of a WebSocket that is used, so that tests bring their own. */
export type Socket = Pick<WebSocket, 'send' | 'close' | 'readyState' | 'onopen' | 'onclose' | 'onmessage'>

export interface Hooks {
  open(): Socket
  heard(frame: ServerFrame, caughtUp: boolean): void
  broken(): void
  /** The server says that nobody is signed in here any more. */
  signedOut(): void
  /** Text of a compressed frame; undefined where the browser cannot, and then none is asked for. */
  inflate?: ((data: ArrayBuffer) => Promise<string>) | undefined
  /** Runs later; given so that tests own the clock. */
  later(act: () => void, ms: number): () => void
  random(): number
}

const OPEN = 1
const SIGNED_OUT = 4401
const FIRST_PAUSE_MS = 500
const MOST_PAUSE_MS = 8000
/** A socket that says nothing at all for this long is dead, whatever TCP thinks. */
const DEAD_MS = 8000

/**
 * One connection per tab for all topics. A topic is watched while somebody holds it; after a
 * reconnect each is asked for from the position it had, so nothing is missed and nothing doubled.
 */
export class LiveConnection {
  private readonly topics = new Map<string, Topic>()
  private socket: Socket | null = null
  private failures = 0
  /** Where the server said that it is going: everybody comes back within so many milliseconds. */
  private within = 0
  /** Frames are taken in their order, also while one of them is being inflated. */
  private inflating: Promise<void> | null = null
  private wanted = false
  private doubted = false
  private cancelRetry: (() => void) | null = null
  private cancelWatchdog: (() => void) | null = null

  constructor(private readonly hooks: Hooks) {}

  start(): void {
    this.wanted = true
    if (!this.socket) this.connect()
  }

  stop(): void {
    this.wanted = false
    this.cancelRetry?.()
    this.cancelWatchdog?.()
    const socket = this.socket
    this.socket = null
    socket?.close()
    for (const topic of this.topics.values()) topic.at = undefined
  }

  /** Tries at once, as when the browser says that the network is back. */
  hurry(): void {
    if (!this.wanted || this.socket) return
    this.cancelRetry?.()
    this.connect()
  }

  watch(name: string, sink: Sink, since?: number): () => void {
    let topic = this.topics.get(name)
    if (!topic) {
      topic = { sinks: new Set(), at: since, answered: false }
      this.topics.set(name, topic)
      this.ask(name, topic)
    } else if (topic.answered) {
      // A second reader of a running topic needs its own beginning: ask once more, from the start.
      topic.at = since
      this.ask(name, topic)
    }
    topic.sinks.add(sink)
    return () => this.unwatch(name, sink)
  }

  send(frame: ClientFrame): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(frame))
  }

  /** Nothing is current until the server has answered this; whatever was sent before comes before the answer. */
  doubt(): void {
    if (!this.socket || this.doubted) return
    this.doubted = true
    this.send({ op: 'ping' })
  }

  /** Everything again, from the start, as after a gap. */
  refresh(name: string, since?: number): void {
    const topic = this.topics.get(name)
    if (!topic) return
    topic.at = since
    this.ask(name, topic)
  }

  private unwatch(name: string, sink: Sink): void {
    const topic = this.topics.get(name)
    if (!topic?.sinks.delete(sink) || topic.sinks.size > 0) return
    this.topics.delete(name)
    this.send({ op: 'unwatch', topic: name })
  }

  private ask(name: string, topic: Topic): void {
    topic.answered = false
    const since = topic.at === undefined ? {} : { since: topic.at }
    this.send({ op: 'watch', topic: name, ...since, ...(this.hooks.inflate ? { accept: 'gzip' as const } : {}) })
  }

  private connect(): void {
    this.cancelRetry = null
    const socket = this.hooks.open()
    this.socket = socket
    this.guard(socket)
    socket.onopen = () => {
      this.within = 0
      for (const [name, topic] of this.topics) this.ask(name, topic)
    }
    socket.onmessage = (event: MessageEvent) => {
      if (this.socket !== socket) return
      this.guard(socket)
      this.hear(socket, event.data as string | ArrayBuffer)
    }
    socket.onclose = (event: CloseEvent) => this.lost(socket, event.code)
  }

  private hear(socket: Socket, data: string | ArrayBuffer): void {
    if (typeof data === 'string' && !this.inflating) {
      this.read(socket, data)
      return
    }
    const before = this.inflating
    const now = this.inTurn(socket, data, before).finally(() => {
      if (this.inflating === now) this.inflating = null
    })
    this.inflating = now
  }

  private async inTurn(socket: Socket, data: string | ArrayBuffer, before: Promise<void> | null): Promise<void> {
    const inflated = typeof data === 'string' ? data : this.hooks.inflate?.(data)
    try {
      const [text] = await Promise.all([inflated, before])
      this.read(socket, text ?? '')
    } catch {
      // What cannot be inflated is lost: only everything from the start is whole again.
      if (this.socket !== socket) return
      for (const topic of this.topics.values()) topic.at = undefined
      socket.close()
      this.lost(socket)
    }
  }

  private read(socket: Socket, text: string): void {
    if (this.socket !== socket) return
    const frame = parseFrame(text)
    if (frame) this.take(frame)
  }

  private lost(socket: Socket, code = 0): void {
    if (this.socket !== socket) return
    this.socket = null
    this.doubted = false
    this.cancelWatchdog?.()
    for (const topic of this.topics.values()) topic.answered = false
    this.hooks.broken()
    if (code === SIGNED_OUT) {
      this.wanted = false
      this.hooks.signedOut()
    }
    if (!this.wanted) return
    const most = this.within || Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.failures)
    this.failures += 1
    // Full jitter: a server that comes back is not met by everybody at once.
    this.cancelRetry = this.hooks.later(() => this.connect(), this.hooks.random() * most)
  }

  private guard(socket: Socket): void {
    this.cancelWatchdog?.()
    this.cancelWatchdog = this.hooks.later(() => {
      socket.close()
      this.lost(socket)
    }, DEAD_MS)
  }

  private take(frame: ServerFrame): void {
    if (frame.op === 'closing') this.within = Math.max(1, frame.within)
    if ('topic' in frame) this.deliver(frame)
    if (frame.op === 'pong') this.doubted = false
    let caughtUp = !this.doubted
    for (const topic of this.topics.values()) caughtUp &&= topic.answered
    this.hooks.heard(frame, caughtUp)
  }

  private deliver(frame: SnapshotFrame | ChangesFrame | RefusedFrame): void {
    const topic = this.topics.get(frame.topic)
    if (!topic) return
    if (frame.op === 'refused') {
      topic.answered = true
      for (const sink of [...topic.sinks]) sink.refused?.(frame)
      return
    }
    if (frame.op === 'changes') {
      const gap = frame.from !== undefined && topic.at !== undefined && frame.from > topic.at
      if (topic.at === undefined || gap) {
        // Changes of something whose beginning is not here, or that do not continue it.
        this.refresh(frame.topic)
        return
      }
    }
    topic.at = frame.op === 'snapshot' ? frame.at : Math.max(topic.at ?? 0, frame.at)
    topic.answered = !frame.more
    if (topic.answered) this.failures = 0
    for (const sink of [...topic.sinks]) sink.frame(frame)
  }
}
