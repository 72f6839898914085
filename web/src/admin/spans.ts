import type { Span } from './resources'

/** Times of opening as they are written, and what is wrong with them. */
const MINUTES_OF_DAY = 24 * 60

/** `8`, `8.30`, `830`, `08:30` as `HH:MM`; null for what is no time of the day. */
export function clockOf(text: string): string | null {
  const found = /^(\d{1,2})(?:[:.]?(\d{2}))?$/.exec(text.trim())
  if (!found) return null
  const [hour, minute] = [Number(found[1]), Number(found[2] ?? 0)]
  if (minute > 59 || hour * 60 + minute > MINUTES_OF_DAY) return null
  return `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
}

export function minutesOf(clock: string): number {
  const [hour, minute] = clock.split(':').map(Number)
  return (hour ?? 0) * 60 + (minute ?? 0)
}

/** Why these are no opening times: one is no time, ends before it begins, or runs into the next. */
export function misfitOf(spans: readonly Span[]): 'time' | 'order' | 'overlap' | null {
  const clocks = spans.map(([from, to]) => [clockOf(from), clockOf(to)] as const)
  if (clocks.some(([from, to]) => !from || !to || from === '24:00')) return 'time'
  const minutes = clocks.map(([from, to]) => [minutesOf(from ?? ''), minutesOf(to ?? '')] as const)
  if (minutes.some(([from, to]) => from >= to)) return 'order'
  const sorted = [...minutes].sort(([one], [other]) => one - other)
  return sorted.some(([from], index) => index > 0 && from < (sorted[index - 1]?.[1] ?? 0)) ? 'overlap' : null
}

/** In order, each as `HH:MM`; only of spans without a misfit. */
export function sentSpans(spans: readonly Span[]): Span[] {
  return spans
    .map(([from, to]): Span => [clockOf(from) ?? from, clockOf(to) ?? to])
    .sort(([one], [other]) => minutesOf(one) - minutesOf(other))
}

/** One more: after the last of the day, or the usual working day. */
export function nextSpan(spans: readonly Span[]): Span {
  const last = clockOf(spans.at(-1)?.[1] ?? '')
  if (!last) return ['08:00', '16:00']
  const from = Math.min(minutesOf(last) + 60, MINUTES_OF_DAY - 60)
  const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return [clock(from), clock(Math.min(from + 240, MINUTES_OF_DAY))]
}

/** Where the spans stand on a strip of one day, in per cent. */
export function stripOf(spans: readonly Span[]): { left: number; width: number }[] {
  return spans.flatMap(([from, to]) => {
    const [start, end] = [clockOf(from), clockOf(to)]
    if (!start || !end || minutesOf(end) <= minutesOf(start)) return []
    return [{ left: (minutesOf(start) / MINUTES_OF_DAY) * 100, width: ((minutesOf(end) - minutesOf(start)) / MINUTES_OF_DAY) * 100 }]
  })
}
