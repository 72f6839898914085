import { onScopeDispose, shallowRef, watch, type ComputedRef } from 'vue'

import { api, type Query } from '@/api/client'
import { Problem } from '@/api/problem'
import { useRows } from '@/live'
import { oneAtATime } from '@/live/signals'

import type { Group } from './grouping'
import type { Unit } from './periods'
import type { History, Intervention, QuestionFigures, Spread } from './types'

/** What is asked: the period and what it is narrowed to, how it is drawn, whether agents are told apart. */
export interface Asked {
  query: Query
  unit: Unit
  agents: boolean
  /** What the table is grouped by. */
  group: Group
  /** Whether the period reaches into the present. */
  running: boolean
}
export interface Report {
  whole: History
  parts: History
  /** By what `groups` is grouped. */
  by: Group
  groups: History
  agents: History | null
  /** In which anybody wrote, whichever are chosen. */
  languages: readonly string[]
  waits: Spread
  interventions: readonly Intervention[]
  questions: readonly QuestionFigures[]
}

/** Of what still goes on, so often at most. */
const PAUSE_MS = 20_000

/** Everything that a report shows, read when it is asked for and again when more has happened meanwhile. */
export function useReport(asked: ComputedRef<Asked>) {
  const report = shallowRef<Report | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = shallowRef(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  const read = oneAtATime(async () => {
    const { query, unit, agents, group } = asked.value
    busy.value = true
    try {
      const history = (by: readonly string[]) => api.get<History>('/metrics/history', { ...query, by })
      const [whole, parts, groups, waits, interventions, tongues, questions, people] = await Promise.all([
        history([]),
        history([unit]),
        history([group]),
        api.get<Spread>('/metrics/spread', { ...query, of: 'wait' }),
        api.get<{ items: Intervention[] }>('/metrics/interventions', { ...query, by: agents ? ['agent'] : [] }),
        api.get<History>('/metrics/history', { ...query, language: [], by: ['language'] }),
        api.get<{ items: QuestionFigures[] }>('/metrics/survey-questions', query),
        agents ? history(['agent']) : null,
      ])
      report.value = { whole, parts, by: group, groups, waits, interventions: interventions.items, questions: questions.items, agents: people, languages: tongues.items.flatMap((one) => one.language ?? []) }
      problem.value = null
    } catch (error) {
      problem.value = Problem.from(error)
    } finally {
      busy.value = false
    }
  })

  const live = useRows<object>('figures')
  watch(
    () => JSON.stringify(asked.value),
    () => {
      clearTimeout(timer)
      timer = undefined
      void read()
    },
    { immediate: true },
  )
  watch(
    live.changes,
    () => {
      if (!asked.value.running || timer !== undefined) return
      timer = setTimeout(() => {
        timer = undefined
        void read()
      }, PAUSE_MS)
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { report, problem, busy, read }
}
