import { shallowRef, watch, type Ref } from 'vue'

import { oneAtATime, useSignal } from '@/live/signals'
import { useFound } from '@/live/useFound'

import type { User } from './types'
import { concerns } from './useList'

/** Accounts that words fit, page by page; `known` are all that were shown, so that who is chosen stays so. */
export function useUsers(words: Ref<string>) {
  const found = useFound<User>('/users', words)
  const known = shallowRef<ReadonlyMap<string, User>>(new Map())
  watch(found.rows, (rows) => {
    known.value = new Map([...known.value, ...(rows ?? []).map((one) => [one.id, one] as const)])
  })
  const load = oneAtATime(found.read)
  useSignal('settings', (changed) => {
    if (concerns(changed, ['user', 'queue'])) void load()
  })
  return { ...found, known, load }
}
