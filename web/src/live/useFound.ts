import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { asMany } from '@/api/asMany'
import { api, type Paged, type Query } from '@/api/client'
import type { Address } from '@/api/paths'
import { Problem } from '@/api/problem'

const PAUSE_MS = 250
const PAGE = 50
const MOST_AT_ONCE = 200

/** What the server finds by words, and within `narrowed`, page by page; `read` reads as many as are shown anew. In a component's setup. */
export function useFound<T>(path: Address<'get'>, words: Ref<string>, narrowed: Query = {}) {
  const rows = shallowRef<readonly T[] | null>(null)
  const next = shallowRef<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let turn = 0
  let wanted = PAGE
  let later: ReturnType<typeof setTimeout> | undefined

  async function read(): Promise<void> {
    const mine = (turn += 1)
    const q = words.value.trim()
    busy.value = true
    try {
      const found = await asMany(wanted, (limit, cursor) => api.get<Paged<T>>(path, { ...narrowed, q, limit, cursor }), MOST_AT_ONCE)
      if (mine !== turn) return
      rows.value = found.items
      next.value = found.next
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = Problem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  function more(): Promise<void> {
    wanted = (rows.value?.length ?? 0) + PAGE
    return read()
  }
  watch(words, () => {
    clearTimeout(later)
    wanted = PAGE
    later = setTimeout(() => void read(), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(later))
  void read()
  return { rows, next, problem, busy, more, read }
}
