import { minutesOf } from '../conversation/estimate'

import type { Texts } from './texts'
import type { Situation } from './types'

/** Where one stands, as the server counts it, and how long it may take where that can be said honestly. */
export function standing({ place, coming, estimate }: Pick<Situation, 'place' | 'coming' | 'estimate'>, texts: Texts): string {
  if (coming) return texts('coming')
  const where = place === 1 ? texts('next') : place ? texts('place', { place }) : texts('waiting')
  if (!estimate) return where
  const { low, high } = minutesOf(estimate)
  if (high === 1) return `${where} ${texts('waitMinute')}`
  return `${where} ${low === high ? texts('waitAbout', { minutes: low }) : texts('wait', { low, high })}`
}
