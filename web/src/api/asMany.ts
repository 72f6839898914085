import type { Paged } from './client'

/** How many more are read to come as far as before; what has moved further down than that is left to the next page. */
const FURTHER = 200
const STEP = 20

/**
 * Pages from the first one on until there are as many items as wanted, or no more: so a list that is read anew stays as
 * long as it was. With `last`, the id of what it ended with, it also goes on as far as that, which new items have moved.
 */
export async function asMany<T>(wanted: number, page: (limit: number, cursor: string | null) => Promise<Paged<T>>, most: number, last?: string): Promise<Paged<T>> {
  const items: T[] = []
  let next: string | null = null
  const isShort = () => items.length < wanted || (last !== undefined && items.length < wanted + FURTHER && !items.some((one) => (one as { id?: string }).id === last))
  do {
    const found: Paged<T> = await page(Math.min(most, Math.max(STEP, wanted - items.length)), next)
    items.push(...found.items)
    next = found.next
  } while (next && isShort())
  return { items, next }
}
