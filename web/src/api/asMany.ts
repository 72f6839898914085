import type { Paged } from './client'

/** Pages from the first one on until there are as many items as wanted, or no more: so a list that is read anew stays as long as it was. */
export async function asMany<T>(wanted: number, page: (limit: number, cursor: string | null) => Promise<Paged<T>>, most: number): Promise<Paged<T>> {
  const items: T[] = []
  let next: string | null = null
  do {
    const found: Paged<T> = await page(Math.min(most, wanted - items.length), next)
    items.push(...found.items)
    next = found.next
  } while (next && items.length < wanted)
  return { items, next }
}
