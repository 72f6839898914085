import { onScopeDispose, ref, shallowRef } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'

import type { Line, Request, Result } from './types'

/** One experiment at a time: its progress, its result, and a way to end it. Leaving the page ends it. */
export function useExperiment() {
  const result = shallowRef<Result | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const progress = shallowRef<{ done: number; of: number } | null>(null)
  const running = ref(false)
  let abort: AbortController | null = null

  /** Whether it was the last line. */
  function hear(line: Line): boolean {
    if (line.kind === 'progress') progress.value = { done: line.done, of: line.of }
    else if (line.kind === 'result') result.value = line
    else problem.value = new Problem({ ...line, status: 409 })
    return line.kind !== 'progress'
  }

  async function run(wanted: Request): Promise<void> {
    const mine = (abort = new AbortController())
    running.value = true
    problem.value = progress.value = null
    try {
      for await (const line of api.lines<Line>('/whatif', wanted, mine.signal)) if (hear(line)) return
      throw Problem.unreachable()
    } catch (error) {
      if (!mine.signal.aborted) problem.value = Problem.from(error)
    } finally {
      running.value = false
      progress.value = null
    }
  }
  function cancel(): void {
    abort?.abort()
  }
  onScopeDispose(cancel)
  return { result, problem, progress, running, run, cancel }
}
