/** Whole minutes of a probable wait: never less than one, and never more exact than it is. */
export function minutesOf({ low, high }: { low: number; high: number }): { low: number; high: number } {
  const least = Math.max(1, Math.round(low / 60))
  return { low: least, high: Math.max(least, Math.ceil(high / 60)) }
}
