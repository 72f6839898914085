import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import { Problem } from '@/api/problem'

import type { BoardRow } from './types'

export interface Pages {
  /** Null before the first answer. */
  rows: ShallowRef<readonly BoardRow[] | null>
  /** Whether there is more. */
  more: Ref<boolean>
  busy: Ref<boolean>
  problem: ShallowRef<Problem | null>
  /** The next page; the first one where there is none yet, so that it also tries again what has failed. */
  load(): Promise<void>
}

/**
 * Conversations page by page, newest first, by a query that may change meanwhile: what is on the screen then goes at
 * once, and an answer to what was asked before it comes too late to be shown.
 */
export function usePages(query: () => Query): Pages {
  const rows = shallowRef<readonly BoardRow[] | null>(null)
  const more = ref(false)
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let cursor: string | null = null
  let asking = 0

  async function load(): Promise<void> {
    asking += 1
    const mine = asking
    const before = rows.value
    busy.value = true
    try {
      const page = await api.get<Paged<BoardRow>>('/conversations', { ...query(), cursor })
      if (mine !== asking) return
      rows.value = before ? [...before, ...page.items] : page.items
      cursor = page.next
      more.value = page.next !== null
      problem.value = null
    } catch (error) {
      if (mine === asking) problem.value = Problem.from(error)
    } finally {
      if (mine === asking) busy.value = false
    }
  }

  watch(
    () => JSON.stringify(query()),
    () => {
      rows.value = cursor = problem.value = null
      more.value = false
      void load()
    },
    { immediate: true },
  )
  return { rows, more, busy, problem, load }
}
