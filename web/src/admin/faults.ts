import { computed, inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'

import type { Problem } from '@/api/problem'
import { hasText, translate } from '@/messages'

/** What is wrong in a request, by its place: `overflow.2.texts`. */
export type Faults = ReadonlyMap<string, string>

interface Located {
  at: string
  problem: string
}

/** The places that a refused request names, with numbers as parts of the path. */
export function faultsOf(problem: Problem | null): Faults {
  const errors = Array.isArray(problem?.facts.errors) ? (problem.facts.errors as Located[]) : []
  return new Map(errors.map(({ at, problem: what }) => [placeOf(at), what]))
}

function placeOf(at: string): string {
  return at.replace(/^(\$|body)\.?/, '').replace(/\[(\d+)\]/g, '.$1').replace(/\[\.\.\.\]/g, '').replace(/^\./, '')
}

/** What is wrong at this place or below it. */
export function faultAt(faults: Faults, place: string): string | null {
  for (const [at, what] of faults) if (at === place || at.startsWith(`${place}.`)) return what
  return null
}

const FAULTS: InjectionKey<ComputedRef<Faults>> = Symbol('faults')

/** Fields within this component can say themselves what is wrong with them. */
export function provideFaults(problem: Ref<Problem | null>): ComputedRef<Faults> {
  const faults = computed(() => faultsOf(problem.value))
  provide(FAULTS, faults)
  return faults
}

/** For a field: what is wrong at its place, in the reader's language; null where nothing is. */
export function useFaults(): (place: string) => string | null {
  const faults = inject(FAULTS, null)
  return (place) => {
    const what = faults ? faultAt(faults.value, place) : null
    if (what === null) return null
    const key = `rules.faults.${place.split('.').at(-1) ?? ''}`
    return hasText(key) ? translate(key) : what
  }
}
