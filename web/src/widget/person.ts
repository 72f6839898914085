import { Store } from './storage'

/** Whom the site says that the visitor is: its token, and its own name for them as the token has it, yet unproved. */
export interface Person {
  token: string
  subject: string
}

/** What the site has signed. Nothing where there is nothing, or nothing that could name anybody. */
export function personOf(token: string | null): Person | null {
  try {
    const part = (token ?? '').split('.')[1]?.replace(/-/g, '+').replace(/_/g, '/') ?? ''
    const { sub } = JSON.parse(atob(part)) as { sub?: unknown }
    return token && typeof sub === 'string' && sub ? { token, subject: sub } : null
  } catch {
    return null
  }
}

/** Every person has a shelf of their own, and strangers have one: nothing of one is ever seen by another. */
export function shelfOf(key: string, person: Person | null): string {
  return person ? `${key}~${encodeURIComponent(person.subject)}` : key
}

/** Nobody is signed in: what would open a person's conversation is not kept for the next one at this machine. */
export function lockUp(key: string, everything = false): void {
  const open = `valvomo.${key}~`
  for (const shelf of Store.shelves()) {
    for (const path of Object.keys(shelf)) {
      if (path.startsWith(open) && (everything || path.endsWith('.token'))) shelf.removeItem(path)
    }
  }
}
