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
  says(frame: ServerFrame): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: JSON.stringify(frame) } as MessageEvent)
  }
}

let sockets: FakeSocket[]
let caughtUp: boolean[]
let signedOut: number
let live: LiveConnection
const last = (): FakeSocket => sockets.at(-1) as FakeSocket

beforeEach(() => {
  vi.useFakeTimers()
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
    random: () => 0,
  })
  live.start()
  last().opens()
})

function sink(): Sink & { seen: string[] } {
  const seen: string[] = []
  return { seen, frame: (frame) => seen.push(`${frame.op} ${frame.at}`), refused: (frame) => seen.push(`refused ${frame.problem.type}`) }
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
  it('waits longer each time, within bounds', () => {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      last().drops()
      vi.advanceTimersByTime(249)
      const before = sockets.length
      vi.advanceTimersByTime(1)
      expect(sockets.length).toBe(before + 1)
    }
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
