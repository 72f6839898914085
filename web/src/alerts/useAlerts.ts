import { shallowRef } from 'vue'

import { api, type Paged } from '@/api/client'
import { Problem } from '@/api/problem'
import { oneAtATime, useSignal } from '@/live/signals'

import type { Alert } from './types'

/** The newest alerts, read anew whenever one was raised or something was done about one. In a component's setup. */
export function useAlerts(cleared: () => boolean, heard: (alerts: readonly Alert[]) => void = () => undefined) {
  const items = shallowRef<readonly Alert[] | null>(null)
  const more = shallowRef<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const page = (cursor?: string) => api.get<Paged<Alert>>('/alerts', { limit: 100, cleared: cleared(), cursor })

  const load = oneAtATime(async () => {
    try {
      const found = await page()
      items.value = found.items
      more.value = found.next
      problem.value = null
      heard(found.items)
    } catch (error) {
      problem.value = Problem.from(error)
    }
  })
  async function loadMore(): Promise<void> {
    if (!more.value) return
    try {
      const found = await page(more.value)
      items.value = [...(items.value ?? []), ...found.items]
      more.value = found.next
    } catch (error) {
      problem.value = Problem.from(error)
    }
  }
  useSignal('raised', () => void load())
  void load()
  return { items, more, problem, load, loadMore }
}
