import { ref, shallowRef } from 'vue'

import { asMany } from './asMany'
import type { Paged } from './client'
import { Problem } from './problem'

const MOST_AT_ONCE = 200

/** One page of a list: so many, from a cursor on. */
export type Page<T> = (limit: number, cursor: string | null) => Promise<Paged<T>>

/**
 * A list of the server's, page by page. `read` reads as many as are shown anew, `more` a `step` more; `anew` begins with the
 * first page, `begin` too, and shows nothing until it is there. What fails leaves the list as it was, and an answer that was
 * overtaken by another question is not shown. With `last` it goes on as far as to the row of this id.
 */
export function usePages<T>(page: Page<T>, step: number, last: (rows: readonly T[]) => string | undefined = () => undefined) {
  const rows = shallowRef<readonly T[] | null>(null)
  const next = ref<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let wanted = step
  let turn = 0

  async function read(): Promise<void> {
    const mine = (turn += 1)
    busy.value = true
    try {
      const found = await asMany(wanted, page, MOST_AT_ONCE, last(rows.value ?? []))
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
    wanted = (rows.value?.length ?? 0) + step
    return read()
  }
  function anew(): Promise<void> {
    wanted = step
    return read()
  }
  function begin(): Promise<void> {
    rows.value = next.value = problem.value = null
    return anew()
  }
  return { rows, next, problem, busy, read, more, anew, begin }
}
