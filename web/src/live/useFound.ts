import { onScopeDispose, watch, type Ref } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import type { Address } from '@/api/paths'
import { usePages } from '@/api/usePages'

const PAUSE_MS = 250
const PAGE = 50

/** What the server finds by words, and within `narrowed`, page by page; `read` reads as many as are shown anew. In a component's setup. */
export function useFound<T>(path: Address<'get'>, words: Ref<string>, narrowed: Query = {}) {
  let q = ''
  const pages = usePages((limit, cursor) => {
    // Pages that follow one another are of the same words, whatever is being typed meanwhile.
    if (cursor === null) q = words.value.trim()
    return api.get<Paged<T>>(path, { ...narrowed, q, limit, cursor })
  }, PAGE)
  let later: ReturnType<typeof setTimeout> | undefined
  watch(words, () => {
    clearTimeout(later)
    later = setTimeout(() => void pages.anew(), PAUSE_MS)
  })
  onScopeDispose(() => clearTimeout(later))
  void pages.read()
  return pages
}
