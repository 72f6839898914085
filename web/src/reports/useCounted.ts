import { ref, shallowRef, watch } from 'vue'

import { asMany } from '@/api/asMany'
import type { Paged, Query } from '@/api/client'
import { Problem } from '@/api/problem'
import { useRows } from '@/live'
import { unhurried } from '@/live/signals'

const PAUSE_MS = 10_000
const MOST_AT_ONCE = 200

/**
 * What a figure of a period counts, page by page. While the period goes on it is read anew, as far as it was shown, when
 * figures have changed; what fails leaves the list as it was. `begin` is for another list. In a component's setup.
 */
export function useCounted<T>(period: () => Query, page: (limit: number, cursor: string | null) => Promise<Paged<T>>, step: number) {
  const items = shallowRef<readonly T[] | null>(null)
  const next = ref<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let wanted = step
  let turn = 0

  async function read(): Promise<void> {
    const mine = (turn += 1)
    busy.value = true
    try {
      const found = await asMany(wanted, page, MOST_AT_ONCE)
      if (mine !== turn) return
      items.value = found.items
      next.value = found.next
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = Problem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  function more(): Promise<void> {
    wanted = (items.value?.length ?? 0) + step
    return read()
  }
  function begin(): Promise<void> {
    items.value = next.value = problem.value = null
    wanted = step
    return read()
  }
  const isRunning = () => !(Date.parse(String(period().to ?? '')) <= Date.now())
  // Where the end is on the screen, what is new belongs on it too.
  const anew = unhurried(() => (next.value === null ? more() : read()), PAUSE_MS)
  watch(useRows<object>('figures').changes, () => isRunning() && items.value && anew())
  return { items, next, problem, busy, read, more, begin }
}
