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
