import type { Alert } from './types'

/**
 * Tells of alerts that are new since the page began, each once. What was raised already when it begins stands on the
 * page of alerts; what was raised while the line was down is told with the first list after it.
 */
export function alertWatch(say: (alert: Alert) => void): (open: readonly Alert[]) => void {
  const known = new Set<string>()
  let begun = false
  return (open) => {
    for (const alert of open) {
      if (begun && !known.has(alert.id) && alert.state === 'raised') say(alert)
      known.add(alert.id)
    }
    begun = true
  }
}
