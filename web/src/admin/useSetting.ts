import { ref, shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import { useSaving } from '@/api/saving'
import { useSignal } from '@/live/signals'

import { concerns, type SettingKind } from './useList'

type One = '/bots' | '/webhooks'

/**
 * One setting on a page of its own: read, saved, and read again when it changes. `fill` puts what was read or saved into
 * the page's fields; what somebody else changes meanwhile never takes the place of what is being edited.
 */
export function useSetting<T>(list: One, id: () => string, kind: SettingKind, fill: (found: T) => void) {
  const one = shallowRef<T | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const asking = ref<string | null>(null)
  const { busy, problem: failed, saving } = useSaving()
  const path = () => `${list}/${id()}` as const

  async function load(): Promise<void> {
    const wanted = path()
    try {
      const found = await api.get<T>(wanted)
      if (wanted !== path()) return
      if (one.value === null) fill(found)
      one.value = found
      problem.value = null
    } catch (error) {
      if (wanted === path()) problem.value = Problem.from(error)
    }
  }
  /** Changes what is given; true when it was done. */
  function save(change: object): Promise<boolean> {
    return saving(async () => {
      const found = await api.patch<T>(path(), change)
      fill(found)
      one.value = found
    })
  }
  useSignal('settings', (changed) => {
    if (!busy.value && concerns(changed, [kind])) void load()
  })
  watch(
    id,
    () => {
      one.value = null
      void load()
    },
    { immediate: true },
  )
  return { one, problem, failed, busy, asking, load, save, remove: () => api.del(path()) }
}
