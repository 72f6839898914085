import { shallowRef, watch } from 'vue'

import { api } from '@/api/client'
import { Problem } from '@/api/problem'
import { oneAtATime, useSignal } from '@/live/signals'

import type { Contact } from './types'

/** One customer, read anew when something has changed of them, or `when` says so. In a component's setup. */
export function useContact(id: () => string, when: () => unknown = () => null) {
  const customer = shallowRef<Contact | null>(null)
  const problem = shallowRef<Problem | null>(null)

  const load = oneAtATime(async () => {
    const wanted = id()
    try {
      const found = await api.get<Contact>(`/contacts/${wanted}`)
      if (wanted !== id()) return
      customer.value = found
      problem.value = null
    } catch (error) {
      if (wanted === id()) problem.value = Problem.from(error)
    }
  })
  const isOurs = (one: string) => customer.value?.contact.id === one || customer.value?.merged.some((it) => it.contact.id === one)
  // Whom it is merged with is not known before it is read.
  useSignal('contacts', (changed) => {
    if (changed === null || changed.some((one) => one.kind !== 'contact_changed' || isOurs(one.id))) void load()
  })
  watch(
    id,
    () => {
      customer.value = problem.value = null
      void load()
    },
    { immediate: true },
  )
  watch(when, () => void load())
  return { customer, problem, load }
}
