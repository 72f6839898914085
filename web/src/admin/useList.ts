import { onScopeDispose, shallowRef } from 'vue'

import { allPages } from '@/api/client'
import type { Address } from '@/api/paths'
import { Problem } from '@/api/problem'

const ANEW_MS = 10_000

/** A list of settings, read anew by itself, as somebody else may change it too. To be called in a component's setup. */
export function useList<T>(path: Address<'get'>) {
  const items = shallowRef<readonly T[] | null>(null)
  const problem = shallowRef<Problem | null>(null)

  async function load(): Promise<void> {
    try {
      items.value = await allPages<T>(path)
      problem.value = null
    } catch (error) {
      problem.value = Problem.from(error)
    }
  }
  void load()
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void load()
  }, ANEW_MS)
  onScopeDispose(() => clearInterval(timer))
  return { items, problem, load }
}
