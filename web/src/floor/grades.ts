/** A row of the topic `calls`: how the ways of a call do now, from 0 (hardly anything arrives) to 4 (all of it). */
export interface CallGrade {
  /** The conversation's. */
  id: string
  call: string
  /** Null where somebody is not there, or nothing is known. */
  customer: number | null
  agent: number | null
  /** For some seconds nobody has told of it. */
  stale?: boolean
}

/** How a call does as a whole: as badly as the worse of its ways. */
export function worstOf(grade: CallGrade | undefined): number | null {
  const known = [grade?.customer, grade?.agent].filter((one) => typeof one === 'number')
  return known.length ? Math.min(...known) : null
}
