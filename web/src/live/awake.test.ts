import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

interface Socket {
  sent: { op: string }[]
  onopen(): void
  onclose(event: { code: number }): void
  onmessage(event: { data: string }): void
}
let sockets: Socket[]
const last = () => sockets.at(-1) as Socket
const says = (frame: object) => last().onmessage({ data: JSON.stringify(frame) })
const alive = () => says({ op: 'lag', ms: 20, time: new Date().toISOString() })
const T0 = Date.parse('2026-01-01T10:00:00Z')

async function live() {
  const module = await import('.')
  const clock = await import('@/ui/clock')
  module.startLive()
  last().onopen()
  alive()
  return { ...module, ...clock }
}

beforeEach(() => {
  vi.useFakeTimers({ now: T0 })
  vi.resetModules()
  sockets = []
  vi.stubGlobal(
    'WebSocket',
    class {
      readyState = 1
      sent: { op: string }[] = []
      constructor() {
        sockets.push(this as unknown as Socket)
      }
      send(text: string): void {
        this.sent.push(JSON.parse(text) as { op: string })
      }
      close(): void {}
    },
  )
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('what is shown', () => {
  it('is stale at once when the connection breaks, since the last that was heard', async () => {
    const { freshness, isStale, stopLive } = await live()
    expect([isStale.value, freshness.value.staleSince]).toEqual([false, null])
    vi.advanceTimersByTime(1200)
    last().onclose({ code: 1006 })
    expect([isStale.value, freshness.value.staleSince]).toEqual([true, T0])
    stopLive()
  })

  it('is stale after three seconds in which nothing was heard, and not before', async () => {
    const { isStale, stopLive } = await live()
    vi.advanceTimersByTime(3000)
    expect(isStale.value).toBe(false)
    vi.advanceTimersByTime(500)
    expect(isStale.value).toBe(true)
    alive()
    expect(isStale.value).toBe(false)
    stopLive()
  })

  it('is not live after a sleep because of what was sent before it, until the server has answered anew', async () => {
    const { freshness, isStale, serverNow, stopLive } = await live()
    const old = new Date().toISOString()
    // No timer runs in a frozen tab; the frames that came meanwhile are read when it wakes.
    vi.setSystemTime(T0 + 600_000)
    says({ op: 'lag', ms: 20, time: old })
    says({ op: 'lag', ms: 20, time: old })
    expect([isStale.value, freshness.value.staleSince]).toEqual([true, T0])
    expect(serverNow()).toBe(T0 + 600_000)
    expect(last().sent.filter((one) => one.op === 'ping')).toHaveLength(1)
    vi.advanceTimersByTime(400)
    alive()
    expect(isStale.value).toBe(true)
    says({ op: 'pong' })
    expect(isStale.value).toBe(false)
    stopLive()
  })

  it('is stale before anything is drawn in a tab that is looked at again', async () => {
    const { isStale, stopLive } = await live()
    vi.setSystemTime(T0 + 60_000)
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    expect(isStale.value).toBe(true)
    stopLive()
  })

  it('is believed again after a sleep through which the connection was lost', async () => {
    const { isStale, stopLive } = await live()
    vi.setSystemTime(T0 + 60_000)
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    last().onclose({ code: 1006 })
    while (sockets.length < 2) vi.advanceTimersByTime(50)
    last().onopen()
    alive()
    expect([sockets.length, isStale.value]).toEqual([2, false])
    stopLive()
  })
})
