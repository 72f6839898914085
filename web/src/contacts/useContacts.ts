import type { Ref } from 'vue'

import { useSignal } from '@/live/signals'
import { useFound } from '@/live/useFound'

import type { ContactItem } from './types'

/** Contacts that words fit, page by page; when one has changed, as many as are shown are read anew. */
export function useContacts(words: Ref<string>) {
  const found = useFound<ContactItem>('/contacts', words)
  useSignal('contacts', () => void found.read())
  return found
}
