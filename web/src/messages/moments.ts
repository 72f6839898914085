import { dateLocale } from './index'

/**
 * Dates and times for reading, in the page's language and the reader's time zone; always of 24 hours. The only place
 * that writes them, so that no screen falls back to what a browser thinks of a bare "en".
 */
type Length = 'short' | 'medium' | 'long' | 'full'

/** Kept, because making one costs more than all that a long list then writes with it. */
const formats = new Map<string, Intl.DateTimeFormat>()

function written(at: string | number, options: Intl.DateTimeFormatOptions): string {
  const locale = dateLocale()
  const key = `${locale} ${Object.entries(options).join(' ')}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, { hourCycle: 'h23', ...options })
  formats.set(key, format)
  return format.format(new Date(at))
}

/** `14:05`. */
export const clockTime = (at: string | number) => written(at, { hour: '2-digit', minute: '2-digit' })

/** `14:05:22`. */
export const clockSeconds = (at: string | number) => written(at, { timeStyle: 'medium' })

/** `02/03/2026` when short, `2 Mar 2026` when medium. */
export const day = (at: string | number, length: Length = 'medium') => written(at, { dateStyle: length })

/** `Monday 2 March`. */
export const weekday = (at: string | number) => written(at, { weekday: 'long', day: 'numeric', month: 'long' })

/** `2 Mar 2026, 14:05`. */
export const moment = (at: string | number, length: Length = 'medium') => written(at, { dateStyle: length, timeStyle: 'short' })

/** `2 Mar 2026, 14:05:22`, where seconds matter. */
export const exactly = (at: string | number, length: Length = 'medium') => written(at, { dateStyle: length, timeStyle: 'medium' })

/** `Monday` by its number, 0 Monday. The first of January 2024 was one. */
export const weekdayName = (number: number) => written(new Date(2024, 0, 1 + number, 12).getTime(), { weekday: 'long' })

/** The reader's own time zone, such as `Europe/Helsinki`. */
export const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone

/** A moment as the clock of a zone shows it, written as asked. */
export const inZone = (at: string | number, timeZone: string, options: Intl.DateTimeFormatOptions) => written(at, { timeZone, ...options })

const walls = new Map<string, Intl.DateTimeFormat>()

/** What the clock of a zone shows at a moment, as if it were UTC: for reckoning, not for reading. */
export function wallTime(at: number, timeZone: string): number {
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const
  const format = walls.get(timeZone) ?? new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...digits })
  walls.set(timeZone, format)
  const parts = Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]))
  return Date.parse(`${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}:${parts.second}Z`)
}
