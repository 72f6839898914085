import { beforeEach, describe, expect, it, vi } from 'vitest'

import { LiveConnection, type Sink, type Socket } from './connection'
import type { ClientFrame, ServerFrame } from './protocol'

class FakeSocket implements Socket {
  readyState: 0 | 1 | 2 | 3 = 0
  sent: ClientFrame[] = []
  onopen: Socket['onopen'] = null
  onclose: Socket['onclose'] = null
  onmessage: Socket['onmessage'] = null
  send(text: string): void {
    this.sent.push(JSON.parse(text) as ClientFrame)
  }
  close(): void {
    this.readyState = 3
  }
  opens(): void {
    this.readyState = 1
    this.onopen?.call(this as unknown as WebSocket, new Event('open'))
  }
  drops(code = 1006): void {
    this.readyState = 3
    this.onclose?.call(this as unknown as WebSocket, { code } as CloseEvent)
  }
  packs(text: string): void {
    const data = new TextEncoder().encode(text).buffer
    this.onmessage?.call(this as unknown as WebSocket, { data } as MessageEvent)
  }
  says(frame: ServerFrame): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: JSON.stringify(frame) } as MessageEvent)
  }
}

let sockets: FakeSocket[]
let caughtUp: boolean[]
let signedOut: number
let random: number
let live: LiveConnection
const last = (): FakeSocket => sockets.at(-1) as FakeSocket

beforeEach(() => {
  vi.useFakeTimers()
  random = 0
  sockets = []
  caughtUp = []
  signedOut = 0
  live = new LiveConnection({
    open: () => (sockets.push(new FakeSocket()), last()),
    heard: (_, done) => caughtUp.push(done),
    broken: () => undefined,
    signedOut: () => (signedOut += 1),
    later: (act, ms) => {
      const timer = setTimeout(act, ms)
      return () => clearTimeout(timer)
    },
    random: () => random,
  })
  live.start()
  last().opens()
})

function sink(): Sink & { seen: string[] } {
  const seen: string[] = []
  return { seen, frame: (frame) => seen.push(`${frame.op} ${frame.at}`), refused: (frame) => seen.push(`refused ${frame.problem.type}`) }
}

/** Breaks the line and waits for the next attempt; how long that took. */
function pause(): number {
  const began = Date.now()
  const before = sockets.length
  last().drops()
  while (sockets.length === before) vi.advanceTimersToNextTimer()
  return Date.now() - began
}

describe('topics', () => {
  it('are watched with the first reader and left with the last', () => {
    const stopOne = live.watch('board', sink())
    const stopOther = live.watch('board', sink())
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board' }])
    stopOne()
    expect(last().sent).toHaveLength(1)
    stopOther()
    expect(last().sent.at(-1)).toEqual({ op: 'unwatch', topic: 'board' })
  })
  it('are asked for again from the start for a reader who comes later', () => {
    live.watch('board', sink())
    last().says({ topic: 'board', op: 'snapshot', at: 5, data: [] })
    live.watch('board', sink())
    expect(last().sent.at(-1)).toEqual({ op: 'watch', topic: 'board' })
  })
  it('say why they are refused', () => {
    const reader = sink()
    live.watch('conversation:1', reader)
    last().says({ topic: 'conversation:1', op: 'refused', problem: { type: 'conversation/monitor-first', status: 409, title: '' } })
    expect(reader.seen).toEqual(['refused conversation/monitor-first'])
  })
})

describe('after a break', () => {
  it('each topic is asked for from where it was, and counts as caught up only when answered', () => {
    const reader = sink()
    live.watch('board', reader)
    last().says({ topic: 'board', op: 'snapshot', at: 5, data: [] })
    last().says({ topic: 'board', op: 'changes', at: 9, data: [] })
    expect(caughtUp.at(-1)).toBe(true)
    last().drops()
    vi.advanceTimersByTime(300)
    expect(sockets).toHaveLength(2)
    last().opens()
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board', since: 9 }])
    last().says({ op: 'lag', ms: 3 })
    expect(caughtUp.at(-1)).toBe(false)
    last().says({ topic: 'board', op: 'changes', at: 12, data: [] })
    expect(caughtUp.at(-1)).toBe(true)
    expect(reader.seen).toEqual(['snapshot 5', 'changes 9', 'changes 12'])
  })
  it('comes back at a moment of its own, within bounds that grow', () => {
    const pauses: number[] = []
    random = 0.5
    for (let attempt = 0; attempt < 7; attempt += 1) pauses.push(pause())
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 4000, 4000])
    random = 0
    expect(pause()).toBe(0)
  })
  it('comes back within the time that a server that goes has named, once', () => {
    random = 0.5
    live.watch('board', sink())
    last().says({ op: 'closing', within: 9000 })
    expect(pause()).toBe(4500)
    last().opens()
    last().says({ topic: 'board', op: 'snapshot', at: 1, data: [] })
    expect(pause()).toBe(250)
  })
  it('begins anew with short pauses only when it has been answered, not when it could open', () => {
    random = 0.5
    live.watch('board', sink())
    pause()
    last().opens()
    expect(pause()).toBe(500)
    last().opens()
    last().says({ topic: 'board', op: 'snapshot', at: 1, data: [] })
    expect(pause()).toBe(250)
  })
  it('treats a socket that says nothing as dead', () => {
    vi.advanceTimersByTime(8000)
    vi.advanceTimersByTime(300)
    expect(sockets).toHaveLength(2)
  })
  it('does not come back when nobody is signed in', () => {
    last().drops(4401)
    vi.advanceTimersByTime(60_000)
    expect([sockets.length, signedOut]).toEqual([1, 1])
  })
})

describe('parts and compressed frames', () => {
  const part = (op: 'snapshot' | 'changes', at: number, more?: boolean): ServerFrame => ({
    topic: 'board', op, at, data: [], ...(more ? { more } : {}),
  })
  let ready: ((value?: unknown) => void)[]
  beforeEach(() => {
    live.stop()
    ready = []
    live = new LiveConnection({
      open: () => (sockets.push(new FakeSocket()), last()),
      heard: (_, done) => caughtUp.push(done),
      broken: () => undefined,
      signedOut: () => undefined,
      inflate: async (data) => {
        await new Promise((resolve) => ready.push(resolve))
        const text = new TextDecoder().decode(data)
        if (text === 'broken') throw new Error(text)
        return text
      },
      later: (act, ms) => {
        const timer = setTimeout(act, ms)
        return () => clearTimeout(timer)
      },
      random: () => random,
    })
    live.start()
    last().opens()
  })
  it('are asked for where the browser can inflate', () => {
    live.watch('board', sink())
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board', accept: 'gzip' }])
  })
  it('count as caught up, and can be resumed from, only with the last one', () => {
    live.watch('board', sink())
    last().says(part('snapshot', 0, true))
    last().says(part('changes', 0, true))
    expect(caughtUp).toEqual([false, false])
    pause()
    last().opens()
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board', since: 0, accept: 'gzip' }])
    last().says(part('snapshot', 0, true))
    last().says(part('changes', 7))
    expect(caughtUp.at(-1)).toBe(true)
    pause()
    last().opens()
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board', since: 7, accept: 'gzip' }])
  })
  it('are taken in the order in which they came, however long inflating takes', async () => {
    const reader = sink()
    live.watch('board', reader)
    last().packs(JSON.stringify(part('snapshot', 0, true)))
    last().packs(JSON.stringify(part('changes', 3)))
    last().says(part('changes', 4))
    ready[1]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(reader.seen).toEqual([])
    ready[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(reader.seen).toEqual(['snapshot 0', 'changes 3', 'changes 4'])
    last().says(part('changes', 5))
    expect(reader.seen.at(-1)).toBe('changes 5')
  })
  it('that cannot be inflated are asked for again from the start', async () => {
    const reader = sink()
    live.watch('board', reader)
    last().says(part('snapshot', 3))
    last().packs('broken')
    ready[0]?.()
    await vi.advanceTimersByTimeAsync(10)
    last().opens()
    expect(last().sent).toEqual([{ op: 'watch', topic: 'board', accept: 'gzip' }])
  })
})

describe('a gap', () => {
  it('is answered by asking for everything', () => {
    const reader = sink()
    live.watch('board', reader)
    last().says({ topic: 'board', op: 'snapshot', at: 5, data: [] })
    last().says({ topic: 'board', op: 'changes', from: 8, at: 9, data: [] })
    expect(reader.seen).toEqual(['snapshot 5'])
    expect(last().sent.at(-1)).toEqual({ op: 'watch', topic: 'board' })
  })
  it('is also a change of something whose beginning never came', () => {
    const reader = sink()
    live.watch('board', reader)
    last().says({ topic: 'board', op: 'changes', at: 9, data: [] })
    expect(reader.seen).toEqual([])
    expect(last().sent).toHaveLength(2)
  })
})
