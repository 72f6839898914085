import type { Query } from '@/api/client'

import type { Chart, Listed, Series } from './options'
import { OUTCOMES, type Intervention, type Outcome } from './types'

/** Says a text of the catalogue. */
export type Say = (key: string) => string

const ANSWERS = ['accepted', 'rejected', 'expired', 'withdrawn'] as const
const ANSWER_COLOURS = { accepted: 'good', rejected: 'bad', expired: 'warn', withdrawn: 'quiet' } as const
const OUTCOME_COLOURS: Record<Outcome, Series['colour']> = { completed: 'good', resolved: 'info', abandoned: 'bad', force_closed: 'warn', auto_closed: 'quiet', overflow: 'secret', bot_ended: 'ink-faint', ongoing: 'accent' }

const label = (one: Intervention, say: Say) => (one.supervisor ? `${one.supervisor.name}: ${say(`reports.acts.${one.act}`)}` : say(`reports.acts.${one.act}`))

/** Opens what one value of the chart `name` counts: of the act at its place, the supervisor's alone where they are told apart. */
function opener(items: readonly Intervention[], say: Say, name: 'interventions' | 'outcomes', { of, series, query }: { of: (act: string) => string; series: string; query?: Query }) {
  return (place: number): Listed => {
    const one = items[place]
    return {
      of: of(one?.act ?? ''),
      title: `${one ? label(one, say) : ''} · ${series}`,
      formula: say(`reports.charts.${name}.formula`),
      query: { ...query, ...(one?.supervisor && { agent: [one.supervisor.id] }) },
    }
  }
}

/** How agents answered what supervisors asked of them, by when they answered; for some acts no agent had to be asked. */
export function answersOf(items: readonly Intervention[], say: Say, written: Chart['written']): Chart {
  const answered = (answer: (typeof ANSWERS)[number]): Series => {
    const name = say(`reports.answers.${answer}`)
    const opens = opener(items, say, 'interventions', { of: (act) => `followed_${act}_${answer}`, series: name })
    return { name, kind: 'bar', stack: 's', colour: ANSWER_COLOURS[answer], values: items.map((one) => one.answers[answer] ?? 0), opens }
  }
  const done = say('reports.answers.done')
  return {
    labels: items.map((one) => label(one, say)),
    written,
    whole: true,
    series: [
      ...ANSWERS.map(answered),
      { name: done, kind: 'bar', stack: 's', colour: 'accent', values: items.map((one) => one.unasked), opens: opener(items, say, 'interventions', { of: (act) => `unasked_${act}`, series: done }) },
    ],
  }
}

/** How the conversations ended that supervisors stepped into; an ending that none of them had is left out. */
export function outcomesOf(items: readonly Intervention[], say: Say, written: Chart['written']): Chart {
  return {
    labels: items.map((one) => label(one, say)),
    written,
    whole: true,
    series: OUTCOMES.filter((outcome) => items.some((one) => one.outcomes[outcome])).map((outcome) => ({
      name: say(`reports.outcomes.${outcome}`),
      kind: 'bar',
      stack: 'o',
      colour: OUTCOME_COLOURS[outcome],
      values: items.map((one) => one.outcomes[outcome] ?? 0),
      opens: opener(items, say, 'outcomes', { of: (act) => `supervised_${act}`, series: say(`reports.outcomes.${outcome}`), query: { outcome: [outcome] } }),
    })),
  }
}
