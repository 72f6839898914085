import { shallowRef } from 'vue'

import { Problem } from '@/api/problem'
import { useLines } from '@/api/useLines'

import type { Line, Request, Result } from './types'

/** One experiment at a time: its progress, its result, and a way to end it. Leaving the page ends it. */
export function useExperiment() {
  const result = shallowRef<Result | null>(null)
  const progress = shallowRef<{ done: number; of: number } | null>(null)
  const { problem, running, run: ask, cancel } = useLines<Line, Request>('/whatif', hear)

  function hear(line: Line): boolean {
    if (line.kind === 'progress') progress.value = { done: line.done, of: line.of }
    else if (line.kind === 'result') result.value = line
    else problem.value = new Problem({ ...line, status: 409 })
    return line.kind !== 'progress'
  }
  async function run(wanted: Request): Promise<void> {
    progress.value = null
    await ask(wanted)
    progress.value = null
  }
  return { result, problem, progress, running, run, cancel }
}
