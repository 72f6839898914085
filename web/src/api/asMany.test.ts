import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { useAlerts } from '@/alerts/useAlerts'
import { useContacts } from '@/contacts/useContacts'
import type { Sink } from '@/live/connection'

const live = vi.hoisted(() => ({ sink: undefined as Sink | undefined }))
vi.mock('@/live/index', () => ({
  watchTopic: (_topic: string, sink: Sink) => {
    live.sink = sink
    return () => (live.sink = undefined)
  },
}))

/** So many there are; each page says which reading of the first page it belongs to. */
const ALL = 430
let readings: number
beforeEach(() => {
  readings = 0
  vi.stubGlobal('fetch', (address: string) => {
    const asked = new URL(address, 'http://house.example').searchParams
    const from = Number(asked.get('cursor') ?? 0)
    if (!from) readings += 1
    const until = Math.min(ALL, from + Number(asked.get('limit')))
    const items = Array.from({ length: until - from }, (_, at) => ({ id: String(from + at), reading: readings }))
    return Promise.resolve(new Response(JSON.stringify({ items, next: until < ALL ? String(until) : null }), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

it.each(['alerts', 'contacts'] as const)('as many %s as are shown are read anew, and each is there once', async (name) => {
  const scope = effectScope()
  const list = scope.run(() => {
    if (name === 'contacts') {
      const { rows, more } = useContacts(ref(''))
      return { rows, more }
    }
    const { items, loadMore } = useAlerts(() => true)
    return { rows: items, more: loadMore }
  })
  const page = name === 'alerts' ? 100 : 50
  const shown = () => list?.rows.value?.length
  await vi.waitFor(() => expect(shown()).toBe(page))
  await list?.more()
  await list?.more()
  expect(shown()).toBe(3 * page)
  const before = readings
  live.sink?.frame({ topic: name === 'alerts' ? 'raised' : 'contacts', op: 'changes', at: 1, data: [{ id: '7', kind: 'x', position: 1 }] })
  await vi.waitFor(() => expect(new Set(list?.rows.value?.map((one) => (one as unknown as { reading: number }).reading))).toEqual(new Set([before + 1])))
  expect(list?.rows.value?.map((one) => one.id)).toEqual(Array.from({ length: 3 * page }, (_, at) => String(at)))
  scope.stop()
})
