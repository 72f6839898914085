import type { Chart, Series } from './options'
import { OUTCOMES, type Intervention, type Outcome } from './types'

/** Says a text of the catalogue. */
export type Say = (key: string) => string

const ANSWERS = ['accepted', 'rejected', 'expired', 'withdrawn'] as const
const ANSWER_COLOURS = { accepted: 'good', rejected: 'bad', expired: 'warn', withdrawn: 'quiet' } as const
const OUTCOME_COLOURS: Record<Outcome, Series['colour']> = { completed: 'good', resolved: 'info', abandoned: 'bad', force_closed: 'warn', auto_closed: 'quiet', overflow: 'secret', bot_ended: 'ink-faint', ongoing: 'accent' }

const labels = (items: readonly Intervention[], say: Say) => items.map((one) => (one.supervisor ? `${one.supervisor.name}: ${say(`reports.acts.${one.act}`)}` : say(`reports.acts.${one.act}`)))

/** How agents answered what supervisors asked of them; the rest of each act needed no answer, or waits for one. */
export function answersOf(items: readonly Intervention[], say: Say, written: Chart['written']): Chart {
  const rest = (one: Intervention) => one.count - ANSWERS.reduce((sum, answer) => sum + (one.answers[answer] ?? 0), 0)
  return {
    labels: labels(items, say),
    written,
    whole: true,
    series: [
      ...ANSWERS.map((answer) => ({ name: say(`reports.answers.${answer}`), kind: 'bar' as const, stack: 's', colour: ANSWER_COLOURS[answer], values: items.map((one) => one.answers[answer] ?? 0) })),
      { name: say('reports.answers.done'), kind: 'bar', stack: 's', colour: 'accent', values: items.map((one) => Math.max(0, rest(one))) },
    ],
  }
}

/** How the conversations ended that supervisors stepped into; an ending that none of them had is left out. */
export function outcomesOf(items: readonly Intervention[], say: Say, written: Chart['written']): Chart {
  return {
    labels: labels(items, say),
    written,
    whole: true,
    series: OUTCOMES.filter((outcome) => items.some((one) => one.outcomes[outcome])).map((outcome) => ({
      name: say(`reports.outcomes.${outcome}`),
      kind: 'bar',
      stack: 'o',
      colour: OUTCOME_COLOURS[outcome],
      values: items.map((one) => one.outcomes[outcome] ?? 0),
    })),
  }
}
