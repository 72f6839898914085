import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { Problem } from './problem'

export interface Saving {
  /** While it is being done. */
  busy: Ref<boolean>
  /** Why it was not done the last time. */
  problem: ShallowRef<Problem | null>
  /** Does it once, however often it is pressed meanwhile; true when it is done. */
  saving: (act: () => Promise<unknown>) => Promise<boolean>
}

/** What every form that sends something needs. */
export function useSaving(): Saving {
  const busy = ref(false)
  const problem = shallowRef<Problem | null>(null)
  async function saving(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    problem.value = null
    try {
      await act()
      return true
    } catch (error) {
      problem.value = Problem.from(error)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, saving }
}
