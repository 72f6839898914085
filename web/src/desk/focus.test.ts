import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, nextTick, ref } from 'vue'

import { BEAT_MS, FocusReporter, type FocusSpan } from './focus'
import { useFocus } from './useFocus'

let now: number
let inFront: boolean
let sent: { spans: FocusSpan[]; last: boolean }[]
let fails: boolean
let reporter: FocusReporter

beforeEach(() => {
  now = Date.parse('2026-03-02T09:00:00Z')
  inFront = true
  fails = false
  sent = []
  reporter = new FocusReporter({
    now: () => now,
    inFront: () => inFront,
    send: (spans, last) => {
      if (fails) return Promise.reject(new Error('no network'))
      sent.push({ spans, last })
      return Promise.resolve()
    },
  })
})

/** Time passes as the beats see it. */
function pass(seconds: number): void {
  for (let left = seconds * 1000; left > 0; left -= BEAT_MS) {
    now += Math.min(left, BEAT_MS)
    reporter.beat()
  }
}
const told = () => sent.flatMap(({ spans }) => spans.map((one) => [one.conversation, one.from, one.for]))

describe('what is reported of what is in front', () => {
  it('is one report every 30 s while it stays there, without a gap between them', () => {
    reporter.look('a')
    pass(65)
    expect(told()).toEqual([['a', 30, 30], ['a', 30, 30]])
    reporter.look(null)
    expect(told().at(-1)).toEqual(['a', 5, 5])
  })

  it('is several conversations in one report', () => {
    reporter.look('a')
    pass(10)
    reporter.look('b')
    pass(5)
    reporter.look('a')
    pass(10)
    reporter.look(null)
    expect(sent).toHaveLength(1)
    expect(told()).toEqual([['a', 25, 10], ['b', 15, 5], ['a', 10, 10]])
  })

  it('ends when the tab is hidden or the window loses the keyboard, and is nothing until it is back', () => {
    reporter.look('a')
    pass(10)
    inFront = false
    reporter.beat()
    expect(told()).toEqual([['a', 10, 10]])
    pass(600)
    inFront = true
    reporter.beat()
    pass(5)
    reporter.look(null)
    expect(told()).toEqual([['a', 10, 10], ['a', 5, 5]])
  })

  it('does not count the time for which the machine slept', () => {
    reporter.look('a')
    pass(10)
    now += 60_000
    reporter.beat()
    pass(5)
    reporter.look(null)
    expect(told()).toEqual([['a', 70, 10], ['a', 5, 5]])
  })

  it('is forgotten when the machine slept for so long that the server takes it no more', () => {
    reporter.look('a')
    pass(10)
    now += 3_600_000
    reporter.beat()
    reporter.look(null)
    expect(sent).toEqual([])
  })

  it('is sent with the next report when it did not get through', async () => {
    fails = true
    reporter.look('a')
    pass(30)
    await Promise.resolve()
    await Promise.resolve()
    fails = false
    pass(30)
    expect(told()).toEqual([['a', 60, 30], ['a', 30, 30]])
  })

  it('is nothing where nothing is selected, and no glance of less than half a second', () => {
    reporter.look(null)
    pass(120)
    reporter.look('a')
    now += 300
    reporter.look(null)
    expect(sent).toEqual([])
  })
})

describe('the desk', () => {
  const calls = () => vi.mocked(fetch).mock.calls.map(([url, init]) => ({ url, keepalive: init?.keepalive, body: JSON.parse(init?.body as string) as { spans: FocusSpan[] } }))
  let visible: DocumentVisibilityState
  beforeEach(() => {
    visible = 'visible'
    vi.useFakeTimers({ now: Date.parse('2026-03-02T09:00:00Z') })
    vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(null, { status: 204 }))))
    vi.spyOn(document, 'hasFocus').mockReturnValue(true)
    vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visible)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('reports when the tab is hidden, when the page goes away (so that it outlives it), and when it is left', async () => {
    const scope = effectScope()
    const selected = ref<string | null>('a')
    scope.run(() => useFocus(selected))
    vi.advanceTimersByTime(10_000)
    visible = 'hidden'
    document.dispatchEvent(new Event('visibilitychange'))
    visible = 'visible'
    document.dispatchEvent(new Event('visibilitychange'))
    vi.advanceTimersByTime(7_000)
    window.dispatchEvent(new Event('pagehide'))
    window.dispatchEvent(new Event('pageshow'))
    vi.advanceTimersByTime(4_000)
    selected.value = 'b'
    await nextTick()
    vi.advanceTimersByTime(3_000)
    scope.stop()
    expect(calls()).toEqual([
      { url: '/api/v1/me/focus', keepalive: false, body: { spans: [{ conversation: 'a', from: 10, for: 10 }] } },
      { url: '/api/v1/me/focus', keepalive: true, body: { spans: [{ conversation: 'a', from: 7, for: 7 }] } },
      { url: '/api/v1/me/focus', keepalive: false, body: { spans: [{ conversation: 'a', from: 7, for: 4 }, { conversation: 'b', from: 3, for: 3 }] } },
    ])
    vi.advanceTimersByTime(60_000)
    window.dispatchEvent(new Event('pagehide'))
    expect(calls()).toHaveLength(3)
  })
})
