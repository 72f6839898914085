import { LEVELS } from '@/conversation/sentiment'
import type { BoardRow } from '@/conversation/types'

const rank = ({ sentiment }: BoardRow) => {
  const place = LEVELS.indexOf(sentiment?.level as (typeof LEVELS)[number])
  return place < 0 ? LEVELS.length : place
}

/** The customers who feel worst first, those of whom nothing is known last: what does not fit is what matters least. */
export function worstFirst(rows: readonly BoardRow[]): BoardRow[] {
  return [...rows].sort((one, other) => rank(one) - rank(other) || one.id.localeCompare(other.id))
}
