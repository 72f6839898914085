import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'

import { api } from '@/api/client'
import type * as Signals from '@/live/signals'
import type { Signal } from '@/live/signals'

import { useUsers } from './useUsers'

const heard = vi.hoisted(() => ({ tell: (_: readonly Signal[] | null): void => undefined }))
vi.mock('@/live/signals', async (original) => ({
  ...(await original<typeof Signals>()),
  useSignal: (_topic: string, listener: (changed: readonly Signal[] | null) => void) => {
    heard.tell = listener
  },
}))

/** A house of more accounts than any page holds. */
const house = Array.from({ length: 1_500 }, (_, at) => ({ id: `u${at}`, name: at === 1_234 ? 'Zoe' : `Person ${at}` }))
let scope: EffectScope

beforeEach(() => {
  vi.useFakeTimers()
  scope = effectScope()
  vi.spyOn(api, 'get').mockImplementation((_path, query) => {
    const { q, limit, cursor } = query as { q: string; limit: number; cursor: string | null }
    const from = Number(cursor ?? 0)
    const fitting = house.filter((one) => one.name.includes(q))
    const next = from + limit < fitting.length ? String(from + limit) : null
    return Promise.resolve({ items: fitting.slice(from, from + limit), next }) as never
  })
})
afterEach(() => {
  scope.stop()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('finds who is further down than any list goes, and forgets nobody who was shown', async () => {
  const words = ref('')
  const users = scope.run(() => useUsers(words))
  await flushPromises()
  expect(users?.rows.value).toHaveLength(50)
  await users?.more()
  expect(users?.rows.value).toHaveLength(100)
  words.value = 'Zoe'
  await vi.runAllTimersAsync()
  expect(users?.rows.value?.map((one) => one.id)).toEqual(['u1234'])
  expect(users?.known.value.size).toBe(101)
})

it('reads as many as are shown anew when an account has changed', async () => {
  const users = scope.run(() => useUsers(ref('')))
  await flushPromises()
  await users?.more()
  house[1] = { id: 'u1', name: 'Renamed' }
  heard.tell([{ id: 'u1', kind: 'user', position: 1 }])
  await vi.runAllTimersAsync()
  expect(users?.rows.value).toHaveLength(100)
  expect(users?.rows.value?.[1]?.name).toBe('Renamed')
})
