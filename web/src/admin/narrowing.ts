import type { Narrowing, Right } from './types'

/** The narrowing with this right taken from, or given back to, one supervisor or queue; the rest as it was. */
export function withRight(narrowing: Narrowing, id: string, right: Right, allowed: boolean): Record<string, Right[]> {
  const denied = new Set(narrowing[id] ?? [])
  if (allowed) denied.delete(right)
  else denied.add(right)
  const all: Record<string, Right[]> = Object.fromEntries(Object.entries(narrowing).map(([key, rights]) => [key, [...rights]]))
  if (denied.size) all[id] = [...denied]
  else delete all[id]
  return all
}

export function isDenied(narrowing: Narrowing, id: string, right: Right): boolean {
  return narrowing[id]?.includes(right) ?? false
}
