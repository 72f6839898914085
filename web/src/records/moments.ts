/** A moment as `<input type="datetime-local">` writes it, in the reader's own zone; empty for none. */
export function asInput(at: string | null): string {
  if (!at) return ''
  const moment = new Date(at)
  const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

/** The moment that was put in; null for none, or for what is none. */
export function fromInput(words: string): string | null {
  const moment = words ? new Date(words) : null
  return moment && !Number.isNaN(moment.getTime()) ? moment.toISOString() : null
}

export function isOverdue(due: string | null | undefined, phase: string, now: number): boolean {
  return Boolean(due) && phase !== 'resolved' && Date.parse(due ?? '') < now
}
