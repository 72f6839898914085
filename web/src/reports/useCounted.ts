import { watch } from 'vue'

import type { Query } from '@/api/client'
import { usePages, type Page } from '@/api/usePages'
import { useRows } from '@/live'
import { unhurried } from '@/live/signals'

const PAUSE_MS = 10_000

/**
 * What a figure of a period counts, page by page. While the period goes on it is read anew, as far as it was shown, when
 * figures have changed. `begin` is for another list. In a component's setup.
 */
export function useCounted<T>(period: () => Query, page: Page<T>, step: number) {
  const pages = usePages(page, step)
  const isRunning = () => !(Date.parse(String(period().to ?? '')) <= Date.now())
  // Where the end is on the screen, what is new belongs on it too.
  const again = unhurried(() => (pages.next.value === null ? pages.more() : pages.read()), PAUSE_MS)
  watch(useRows<object>('figures').changes, () => isRunning() && pages.rows.value && again())
  return pages
}
