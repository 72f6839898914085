import { shallowRef, watch } from 'vue'

import { Problem } from '@/api/problem'
import { useRows } from '@/live'
import { oneAtATime, unhurried } from '@/live/signals'

import { readCandidates, type Candidates, type Purpose } from './candidates'

export interface Asked {
  id: string
  purpose: Purpose
  all: boolean
}

/**
 * What is known now, in the order in which it was shown: nothing moves under the pointer of whoever is about to choose.
 * Who is new comes last, who is gone is gone. Pure.
 */
export function inOrder<One extends { id: string }>(shown: readonly One[], now: readonly One[]): One[] {
  const known = new Map(now.map((one) => [one.id, one]))
  const before = new Set(shown.map((one) => one.id))
  const kept = shown.map((one) => known.get(one.id)).filter((one) => one !== undefined)
  return [...kept, ...now.filter((one) => !before.has(one.id))]
}

/** Whom it can be given to, read anew whenever somebody's presence or load, or a queue, is other than before. In a component's setup. */
export function useCandidates(asked: () => Asked | null) {
  const candidates = shallowRef<Candidates | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const key = () => JSON.stringify(asked())
  let listed = ''

  const load = oneAtATime(async () => {
    const [of, mine] = [asked(), key()]
    if (!of) return
    try {
      const found = await readCandidates(of.id, of.purpose, of.all)
      if (mine !== key()) return
      const shown = listed === mine ? candidates.value : null
      candidates.value = shown ? { ...found, agents: inOrder(shown.agents, found.agents), queues: inOrder(shown.queues, found.queues) } : found
      listed = mine
      problem.value = null
    } catch (error) {
      // What is shown stays, where the light says how old it may be; only who has nothing yet is told.
      if (mine === key() && listed !== mine) problem.value = Problem.from(error)
    }
  })
  const anew = unhurried(load)
  const [agents, figures] = [useRows('agents'), useRows('figures')]
  watch([agents.changes, figures.changes], anew)
  watch(key, () => void load(), { immediate: true })
  return { candidates, problem, load }
}
