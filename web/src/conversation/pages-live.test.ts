import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'

import type * as Signals from '@/live/signals'
import { PAUSE_MS, type Signal } from '@/live/signals'

import { usePages, type Pages } from './usePages'

const heard = vi.hoisted(() => ({ tell: (_: readonly Signal[] | null): void => undefined }))
vi.mock('@/live/signals', async (original) => ({
  ...(await original<typeof Signals>()),
  useSignal: (_topic: string, listener: (changed: readonly Signal[] | null) => void) => {
    heard.tell = listener
  },
}))

interface Row {
  id: string
  at: number
}
const LIMIT = 5
const newestFirst = (one: Row, other: Row) => other.at - one.at || (one.id === other.id ? 0 : one.id < other.id ? 1 : -1)

/** The house: what has closed, and requests that are answered when it likes, by what was the case when they came. */
let closed: Row[]
let waiting: (() => void)[]
let scope: EffectScope

function answer(cursor: string | null): { items: Row[]; next: string | null } {
  const sorted = [...closed].sort(newestFirst)
  const [at, id] = cursor?.split('|') ?? []
  const rest = cursor ? sorted.filter((one) => newestFirst({ at: Number(at), id: id ?? '' }, one) < 0) : sorted
  const items = rest.slice(0, LIMIT)
  const last = items.at(-1)
  return { items, next: rest.length > LIMIT && last ? `${last.at}|${last.id}` : null }
}
function open(): Pages {
  const pages = scope.run(() => usePages(() => ({ state: 'closed' })))
  if (!pages) throw new Error('no scope')
  return pages
}
async function answerAll(): Promise<void> {
  await flushPromises()
  while (waiting.length) {
    waiting.shift()?.()
    await flushPromises()
  }
}
async function rest(): Promise<void> {
  await answerAll()
  await vi.advanceTimersByTimeAsync(PAUSE_MS)
  await answerAll()
}
const shown = (pages: Pages) => pages.rows.value?.map((row) => row.id)
/** What whoever opens the list now and turns as many pages would see. */
const fresh = (count: number) => [...closed].sort(newestFirst).slice(0, count).map((row) => row.id)
const close = (id: string, at: number) => {
  closed.push({ id, at })
  heard.tell([{ id, kind: 'closed', position: 1 }])
}
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

beforeEach(() => {
  vi.useFakeTimers()
  closed = Array.from({ length: 12 }, (_, at) => ({ id: `old ${at}`, at }))
  waiting = []
  scope = effectScope()
  vi.stubGlobal('fetch', (address: string) => {
    const body = answer(new URL(address, 'http://localhost').searchParams.get('cursor'))
    return new Promise((resolve) => {
      waiting.push(() => resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })))
    })
  })
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('closed conversations that are on the screen', () => {
  it('are joined by those that close, in their place, and keep theirs', async () => {
    const pages = open()
    await rest()
    void pages.load()
    await rest()
    const before = shown(pages) ?? []
    expect(before).toEqual(fresh(10))
    close('new', 13)
    await rest()
    expect(shown(pages)).toEqual(['new', ...before])
  })

  it('are those that closed while the first answer was on its way, too', async () => {
    const pages = open()
    await flushPromises()
    close('meanwhile', 13)
    await rest()
    await rest()
    expect(shown(pages)?.[0]).toBe('meanwhile')
  })

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('are what a fresh list would be, whatever came between (%i)', async (seed) => {
    const below = random(seed + 1)
    const pages = open()
    for (let step = 0; step < 25; step += 1) {
      const turn = below(6)
      if (turn === 0) void pages.load()
      // Processes note their moments a little apart: what is told later may belong further down.
      if (turn < 3) close(`new ${step}`, 20 + step - below(2))
      if (turn === 3) heard.tell(null)
      if (turn === 4) heard.tell([{ id: 'x', kind: 'moved', position: 1 }])
      if (turn === 5) waiting.splice(below(waiting.length || 1), 1).forEach((give) => give())
      await flushPromises()
      await vi.advanceTimersByTimeAsync(below(2) * PAUSE_MS)
    }
    await rest()
    await rest()
    expect(shown(pages)).toEqual(fresh(shown(pages)?.length ?? -1))
    expect(pages.more.value).toBe(closed.length > (shown(pages)?.length ?? 0))
  })
})
