/** Times of the timers as people write them: a number and a unit. */
export const UNITS = { seconds: 1, minutes: 60, hours: 3600, days: 86_400 } as const
export type Unit = keyof typeof UNITS

const LARGEST_FIRST: readonly Unit[] = ['days', 'hours', 'minutes']

/** The largest unit in which it is a whole number; below two minutes, seconds are what people say. */
export function unitOf(seconds: number): Unit {
  if (seconds < 120) return 'seconds'
  return LARGEST_FIRST.find((unit) => seconds % UNITS[unit] === 0) ?? 'seconds'
}

/** Whole seconds; null for nothing written, undefined for what is no time. */
export function inSeconds(text: string, unit: Unit): number | null | undefined {
  if (!text.trim()) return null
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? Math.round(value * UNITS[unit]) : undefined
}
