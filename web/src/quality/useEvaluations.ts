import { ref, shallowRef, watch } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import { Problem } from '@/api/problem'
import { oneAtATime, useSignal } from '@/live/signals'

import type { EvaluationItem } from './types'

const PAGE = 50
const MOST_AT_ONCE = 200

/** Evaluations page by page, newest first; whenever one came further, as many as are shown are read anew. In a component's setup. */
export function useEvaluations(query: () => Query) {
  const rows = shallowRef<readonly EvaluationItem[] | null>(null)
  const more = ref(false)
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  const asked = () => JSON.stringify(query())
  let wanted = PAGE

  const load = oneAtATime(async () => {
    const [mine, number, items] = [asked(), wanted, new Array<EvaluationItem>()]
    let cursor: string | null = null
    try {
      do {
        const limit = Math.min(MOST_AT_ONCE, number - items.length)
        const page: Paged<EvaluationItem> = await api.get<Paged<EvaluationItem>>('/evaluations', { ...query(), cursor, limit })
        if (mine !== asked()) return
        items.push(...page.items)
        cursor = page.next
      } while (cursor && items.length < number)
      rows.value = items
      more.value = cursor !== null
      problem.value = null
    } catch (error) {
      if (mine === asked()) problem.value = Problem.from(error)
    }
  })
  async function loadMore(): Promise<void> {
    busy.value = true
    wanted = (rows.value?.length ?? 0) + PAGE
    await load()
    busy.value = false
  }
  useSignal('evaluations', () => void load())
  watch(
    asked,
    () => {
      rows.value = problem.value = null
      more.value = false
      wanted = PAGE
      void load()
    },
    { immediate: true },
  )
  return { rows, more, busy, problem, load, loadMore }
}
