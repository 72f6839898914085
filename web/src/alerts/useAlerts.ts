import { ref, shallowRef } from 'vue'

import { asMany } from '@/api/asMany'
import { api, type Paged } from '@/api/client'
import { Problem } from '@/api/problem'
import { oneAtATime, useSignal } from '@/live/signals'

import type { Alert } from './types'

const PAGE = 100

/**
 * The newest alerts, as many as are shown, read anew whenever one was raised or something was done about one. In a
 * component's setup.
 */
export function useAlerts(cleared: () => boolean, heard: (alerts: readonly Alert[]) => void = () => undefined) {
  const items = shallowRef<readonly Alert[] | null>(null)
  const more = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let wanted = PAGE

  const load = oneAtATime(async () => {
    try {
      const found = await asMany(wanted, (limit, cursor) => api.get<Paged<Alert>>('/alerts', { limit, cleared: cleared(), cursor }), PAGE)
      items.value = found.items
      more.value = found.next !== null
      problem.value = null
      heard(found.items)
    } catch (error) {
      problem.value = Problem.from(error)
    }
  })
  function loadMore(): Promise<void> {
    wanted = (items.value?.length ?? 0) + PAGE
    return load()
  }
  /** Other alerts are asked for: from the first page on. */
  function again(): Promise<void> {
    wanted = PAGE
    return load()
  }
  useSignal('raised', () => void load())
  void load()
  return { items, more, problem, load, loadMore, again }
}
