import { useSession } from './session'

/**
 * What one account has begun and not finished, kept by this tab until it is: it outlives the component and a reload of
 * the page, and whoever signs in here next does not find it.
 */
export function keptKey(kind: string, of: string): string {
  return `valvomo.${kind}.${useSession().me?.id ?? ''}.${of}`
}

export function readKept<T>(key: string): T | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? 'null') as T | null
  } catch {
    return null
  }
}

/** Null forgets it. */
export function keep(key: string, value: unknown): void {
  if (value === null) sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, JSON.stringify(value))
}
