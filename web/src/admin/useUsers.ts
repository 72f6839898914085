import { shallowRef, watch, type Ref } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import { oneAtATime, useSignal } from '@/live/signals'
import { useFound } from '@/live/useFound'

import type { User } from './types'
import { concerns } from './useList'

/** Accounts that words fit, page by page; `known` are all that were shown, so that who is chosen stays so. */
export function useUsers(words: Ref<string>, narrowed: Query = {}) {
  const found = useFound<User>('/users', words, narrowed)
  const known = shallowRef<ReadonlyMap<string, User>>(new Map())
  watch(found.rows, (rows) => {
    known.value = new Map([...known.value, ...(rows ?? []).map((one) => [one.id, one] as const)])
  })
  const load = oneAtATime(found.read)
  useSignal('settings', (changed) => {
    if (concerns(changed, ['user', 'queue'])) void load()
  })
  return { ...found, known, load }
}

/** How many accounts are asked for by their ids at once. */
const LOT = 50

/** Who these are, by id, whatever has become of them: asked for in lots, and anew when accounts change. In a component's setup. */
export function useNamed(ids: () => readonly string[]) {
  const named = shallowRef<ReadonlyMap<string, User>>(new Map())
  let anew = false

  const load = oneAtATime(async () => {
    const known = anew ? new Map<string, User>() : named.value
    anew = false
    const unknown = [...new Set(ids())].filter((id) => !known.has(id))
    const lots = Array.from({ length: Math.ceil(unknown.length / LOT) }, (_, at) => unknown.slice(at * LOT, (at + 1) * LOT))
    // Names that can't be read now are read with the next change; the ids stay what they are.
    const found = await Promise.all(lots.map((lot) => api.get<Paged<User>>('/users', { id: lot, limit: LOT }))).catch(() => [])
    named.value = new Map([...known, ...found.flatMap((page) => page.items).map((one) => [one.id, one] as const)])
  })
  useSignal('settings', (changed) => {
    if (!concerns(changed, ['user'])) return
    anew = true
    void load()
  })
  watch(() => ids().join(' '), () => void load(), { immediate: true })
  return named
}
