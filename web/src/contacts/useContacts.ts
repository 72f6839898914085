import { onScopeDispose, ref, shallowRef, watch, type Ref } from 'vue'

import { api, type Paged } from '@/api/client'
import { Problem } from '@/api/problem'
import { useSignal } from '@/live/signals'

import type { ContactItem } from './types'

const PAUSE_MS = 250
const PAGE = 50

/** Contacts that words fit, page by page; read again when one has changed. */
export function useContacts(words: Ref<string>) {
  const rows = shallowRef<readonly ContactItem[] | null>(null)
  const next = shallowRef<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let turn = 0
  let later: ReturnType<typeof setTimeout> | undefined

  async function read(cursor: string | null): Promise<void> {
    const mine = (turn += 1)
    const before = cursor ? (rows.value ?? []) : []
    busy.value = true
    try {
      const page = await api.get<Paged<ContactItem>>('/contacts', { q: words.value.trim(), limit: PAGE, cursor })
      if (mine !== turn) return
      rows.value = [...before, ...page.items]
      next.value = page.next
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = Problem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  useSignal('contacts', () => void read(null))
  watch(words, () => {
    clearTimeout(later)
    later = setTimeout(() => void read(null), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(later))
  void read(null)
  return { rows, next, problem, busy, more: () => read(next.value) }
}
