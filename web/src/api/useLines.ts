import { onScopeDispose, ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'

/** A long answer that is told line by line; `hear` says whether a line was the last. Leaving the component ends it. */
export function useLines<Line, Wanted>(path: '/whatif' | '/alert-rules/trial', hear: (line: Line) => boolean) {
  const problem = shallowRef<Problem | null>(null)
  const running = ref(false)
  let abort: AbortController | null = null

  async function run(wanted: Wanted): Promise<void> {
    abort?.abort()
    const mine = (abort = new AbortController())
    running.value = true
    problem.value = null
    try {
      for await (const line of api.lines<Line>(path, wanted, mine.signal)) if (hear(line)) return
      throw Problem.unreachable()
    } catch (error) {
      if (!mine.signal.aborted) problem.value = Problem.from(error)
    } finally {
      if (abort === mine) running.value = false
    }
  }
  function cancel(): void {
    abort?.abort()
  }
  onScopeDispose(cancel)
  return { problem, running, run, cancel }
}
