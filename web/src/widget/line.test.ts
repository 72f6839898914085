import { describe, expect, it } from 'vitest'

import { Line, type Socket } from './line'
import type { Item } from './types'

class FakeSocket implements Socket {
  readyState: 0 | 1 | 2 | 3 = 0
  onopen: Socket['onopen'] = null
  onclose: Socket['onclose'] = null
  onmessage: Socket['onmessage'] = null
  said: Record<string, unknown>[] = []
  send(text: string): void {
    this.said.push(JSON.parse(text) as Record<string, unknown>)
  }
  close(): void {
    this.readyState = 3
  }
  open(): void {
    this.readyState = 1
    this.onopen?.call(this as never, {} as Event)
  }
  hear(frame: unknown): void {
    this.onmessage?.call(this as never, { data: JSON.stringify(frame) } as MessageEvent)
  }
  break(code = 1006): void {
    this.readyState = 3
    this.onclose?.call(this as never, { code } as CloseEvent)
  }
}

function line() {
  const sockets: FakeSocket[] = []
  const timers = new Map<() => void, number>()
  const heard: Item[] = []
  const status: string[] = []
  const world = { seq: 0, refused: 0 }
  const made = new Line({
    open: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    since: () => world.seq,
    token: () => 'vc_1',
    items: (items) => heard.push(...items),
    answer: () => undefined,
    status: (down) => status.push(down),
    refused: () => (world.refused += 1),
    later: (act, ms) => {
      timers.set(act, ms)
      return () => timers.delete(act)
    },
    random: () => 0.5,
  })
  /** Runs the timer with this pause, as if it had passed. */
  const pass = (wanted: (ms: number) => boolean): void => {
    for (const [act, ms] of [...timers]) {
      if (!wanted(ms)) continue
      timers.delete(act)
      act()
    }
  }
  return { made, sockets, heard, status, world, timers, pass }
}

const last = <T>(all: T[]): T => all[all.length - 1] as T

describe('Line', () => {
  it('says who it is, then what it watches from where', () => {
    const { made, sockets } = line()
    made.start()
    last(sockets).open()
    expect(last(sockets).said).toEqual([
      { op: 'hello', token: 'vc_1' },
      { op: 'watch', topic: 'conversation', since: 0 },
    ])
  })

  it('comes back by itself and asks for what follows', () => {
    const { made, sockets, world, pass, status } = line()
    made.start()
    last(sockets).open()
    last(sockets).hear({ topic: 'conversation', op: 'snapshot', data: [] })
    world.seq = 7
    last(sockets).break()
    pass((ms) => ms < 15_000)
    last(sockets).open()
    expect(sockets).toHaveLength(2)
    expect(last(last(sockets).said)).toEqual({ op: 'watch', topic: 'conversation', since: 7 })
    expect(status).toEqual(['', 'offline'])
  })

  it('takes a line that is silent to pings for dead', () => {
    const { made, sockets, pass } = line()
    made.start()
    last(sockets).open()
    pass((ms) => ms > 30_000)
    pass((ms) => ms < 15_000)
    expect(sockets).toHaveLength(2)
  })

  it('stays away once refused, and hears nothing after stop', () => {
    const { made, sockets, world, heard, timers } = line()
    made.start()
    last(sockets).open()
    last(sockets).hear({ op: 'refused', topic: 'conversation' })
    expect(world.refused).toBe(1)
    last(sockets).hear({ topic: 'conversation', op: 'changes', data: [{ kind: 'conversation' }] })
    expect(heard).toEqual([])
    expect(timers.size).toBe(0)
  })

  it('comes back at a moment of its own, later each time, and when a server that goes has said', () => {
    const { made, sockets, timers, pass } = line()
    const pauses: number[] = []
    const broken = (): void => {
      last(sockets).break()
      pauses.push(...timers.values())
      pass((ms) => ms <= 15_000)
    }
    made.start()
    for (let attempt = 0; attempt < 6; attempt += 1) broken()
    last(sockets).open()
    last(sockets).hear({ topic: 'conversation', op: 'snapshot', data: [] })
    last(sockets).hear({ op: 'closing', within: 9000 })
    broken()
    last(sockets).open()
    broken()
    expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 7500, 4500, 800])
  })

  it('stays away where it has to go for a newer one, until somebody wants it here', () => {
    const { made, sockets, timers, status } = line()
    made.start()
    last(sockets).open()
    last(sockets).hear({ op: 'closing', within: 15_000 })
    last(sockets).break(4429)
    expect([status.at(-1), timers.size, sockets.length]).toEqual(['crowded', 0, 1])
    made.hurry()
    last(sockets).open()
    last(sockets).hear({ topic: 'conversation', data: [] })
    expect([sockets.length, status.at(-1)]).toEqual([2, ''])
    last(sockets).break()
    expect([status.at(-1), timers.size]).toEqual(['offline', 1])
  })
})
