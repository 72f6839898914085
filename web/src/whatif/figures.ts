import { formatDuration } from '@/ui/duration'

import type { Compared, Difference, Estimate } from './types'

export type Shape = 'count' | 'share' | 'time'
/** Whether more of it is better, worse, or neither. */
export type Sense = 'more' | 'less' | 'none'
export interface Row {
  name: string
  shape: Shape
  sense: Sense
}

const row = (name: string, shape: Shape, sense: Sense): Row => ({ name, shape, sense })

/** The figures in groups, as they stand in the table. */
export const GROUPS: readonly { name: string; rows: readonly Row[] }[] = [
  {
    name: 'waits',
    rows: [
      row('wait', 'time', 'less'),
      row('wait_p50', 'time', 'less'),
      row('wait_p90', 'time', 'less'),
      row('longest', 'time', 'less'),
      row('speed_of_answer', 'time', 'less'),
    ],
  },
  {
    name: 'levels',
    rows: [row('service_level', 'share', 'more'), row('of_accepted', 'share', 'more'), row('without_short_abandons', 'share', 'more'), row('abandonment', 'share', 'less')],
  },
  {
    name: 'counts',
    rows: [
      row('arrivals', 'count', 'none'),
      row('served', 'count', 'more'),
      row('abandoned', 'count', 'less'),
      row('turned_away', 'count', 'less'),
      row('waiting', 'count', 'less'),
    ],
  },
  {
    name: 'onward',
    rows: [row('passed', 'count', 'less'), row('wait_again', 'time', 'less'), row('rejected', 'count', 'less'), row('missed', 'count', 'less')],
  },
  { name: 'people', rows: [row('occupancy', 'share', 'none'), row('utilisation', 'share', 'none')] },
]

type Numbers = (value: number, options: Intl.NumberFormatOptions) => string

const SHORT_SECONDS = 100

/** A figure in words; with `signed` a difference, which always carries its sign. */
export function shown(value: number, shape: Shape, n: Numbers, signed = false): string {
  const signDisplay = signed ? 'exceptZero' : 'auto'
  if (shape === 'share') return n(value, { style: 'percent', maximumFractionDigits: 1, signDisplay })
  if (shape === 'count') return n(value, { maximumFractionDigits: 1, signDisplay })
  if (Math.abs(value) < SHORT_SECONDS) {
    return n(value, { style: 'unit', unit: 'second', unitDisplay: 'narrow', maximumFractionDigits: 1, signDisplay })
  }
  // The language's own minus.
  const sign = value < 0 ? n(-1, {}).replace('1', '') : signed ? '+' : ''
  return `${sign}${formatDuration(Math.abs(value) * 1000)}`
}

/** A mean with half of its interval: `12.3 s`, `± 1.1 s`. */
export function estimated(one: Estimate | null | undefined, shape: Shape, n: Numbers): { mean: string; half: string | null } {
  if (!one) return { mean: '–', half: null }
  return { mean: shown(one.mean, shape, n), half: one.half ? `± ${shown(one.half, shape, n)}` : null }
}

export type Verdict = 'better' | 'worse' | 'different' | 'noise' | 'same' | 'unknown'

/** What a difference means, as far as chance lets it be told. */
export function verdict(one: Difference | null | undefined, sense: Sense): Verdict {
  if (!one) return 'unknown'
  if (one.mean === 0) return 'same'
  if (one.beyond_noise === null || one.beyond_noise === undefined) return 'unknown'
  if (!one.beyond_noise) return 'noise'
  if (sense === 'none') return 'different'
  return one.mean > 0 === (sense === 'more') ? 'better' : 'worse'
}

/** Whether there is anything to show of a figure in a column. */
export const isKnown = (one: Compared): boolean => Boolean(one.today ?? one.changed)
