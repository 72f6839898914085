import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import { Problem } from '@/api/problem'
import { unhurried, useSignal } from '@/live/signals'

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
 * Conversations page by page, newest first or in the query's `sort`. The query may change meanwhile: what is on the
 * screen then goes at once, and an answer to what was asked before it comes too late to be shown. What closes comes in by itself, where it
 * belongs; what was there stays there. To be called in a component's setup.
 */
export function usePages(query: () => Query): Pages {
  const rows = shallowRef<readonly BoardRow[] | null>(null)
  const more = ref(false)
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let cursor: string | null = null
  let asking = 0
  /** Counts the lists that were begun: an answer that belongs to another one is too late. */
  let list = 0
  /** Whether something may have closed after what the first answer tells, and before it came. */
  let missed = false
  const page = (from: string | null) => api.get<Paged<BoardRow>>('/conversations', { ...query(), cursor: from })

  async function load(): Promise<void> {
    if (rows.value && !more.value) return
    asking += 1
    const mine = asking
    busy.value = true
    try {
      const found = await page(cursor)
      if (mine !== asking) return
      const known = rows.value ?? []
      rows.value = [...known, ...found.items.filter((one) => !known.some((it) => it.id === one.id))]
      cursor = found.next
      more.value = found.next !== null
      problem.value = null
      if (missed) anew()
    } catch (error) {
      if (mine === asking) problem.value = Problem.from(error)
    } finally {
      if (mine === asking) busy.value = false
    }
  }

  /**
   * The beginning anew, page by page until what it ends with is known: after that nothing can be other than it was.
   * In any order but that of closing, what is new may belong anywhere: there it is all that was shown.
   */
  async function begin(): Promise<void> {
    const mine = list
    const fresh: BoardRow[] = []
    let next: string | null = null
    missed = rows.value === null
    while (rows.value) {
      const found: Paged<BoardRow> = await page(next)
      if (mine !== list || !rows.value) return
      fresh.push(...found.items)
      next = found.next
      const last = fresh.at(-1)?.id
      const at = rows.value.findIndex((one) => one.id === last)
      if (next === null || at < 0 || query().sort) {
        if (next !== null && fresh.length < rows.value.length) continue
        // Nothing that was shown is left behind what was found: the next page is the one after that.
        asking += 1
        busy.value = false
        rows.value = fresh
        cursor = next
        more.value = next !== null
      } else rows.value = [...fresh, ...rows.value.slice(at + 1)]
      return
    }
  }
  // What fails here is tried again by the next signal; the list says by its light how old it may be.
  const anew = unhurried(() => begin().catch(() => undefined))
  useSignal('conversations', (changed) => {
    if (changed === null || changed.some((one) => one.kind === 'closed')) anew()
  })

  watch(
    () => JSON.stringify(query()),
    () => {
      list += 1
      rows.value = cursor = problem.value = null
      more.value = false
      void load()
    },
    { immediate: true },
  )
  return { rows, more, busy, problem, load }
}
