import { minutesOf } from '../conversation/estimate'

import { dateLocale, type Texts } from './texts'
import type { Situation } from './types'

type Known = Pick<Situation, 'place' | 'coming' | 'estimate' | 'hours'>

const DAY_MS = 86_400_000

/** Where one stands, as the server counts it, and how long it may take where that can be said honestly. */
export function standing({ place, coming, estimate, hours }: Known, texts: Texts, language = 'en'): string {
  if (coming) return texts('coming')
  const where = place === 1 ? texts('next') : place ? texts('place', { place }) : ''
  if (hours?.open === false) return `${opening(hours.opens_at, texts, language)} ${where}`.trim()
  if (!estimate) return where || texts('waiting')
  const { low, high } = minutesOf(estimate)
  if (high === 1) return `${where} ${texts('waitMinute')}`
  return `${where} ${low === high ? texts('waitAbout', { minutes: low }) : texts('wait', { low, high })}`
}

/** When a closed queue opens again, as one says it today, by the reader's own clock. */
export function opening(at: string | null, texts: Texts, language: string): string {
  if (!at) return texts('closed')
  const opens = new Date(at)
  const shown = (how: Intl.DateTimeFormatOptions) => opens.toLocaleString(dateLocale(language), how)
  const days = Math.round((midnight(opens) - midnight(new Date())) / DAY_MS)
  const key = days < 1 ? 'opensToday' : days < 2 ? 'opensTomorrow' : days < 7 ? 'opensDay' : 'opensDate'
  const day = shown(days < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long' })
  return `${texts('closed')} ${texts(key, { day, time: shown({ hour: 'numeric', minute: '2-digit' }) })}`
}

function midnight(moment: Date): number {
  return new Date(moment).setHours(0, 0, 0, 0)
}
