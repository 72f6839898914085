import { isPicture } from './attachments'
import type { Allowance } from './useAllowance'

/** A file as far as limits ask. */
export interface Weighed {
  media_type: string
  size: number
}

/** Which limit a file is over, as the text that says so is named, and what the limit is. */
export interface Over {
  limit: 'tooLarge' | 'tooMuch' | 'tooMany'
  bytes: number
  most: number
}

const SEEN_OR_HEARD = ['image', 'audio', 'video'] as const

/**
 * Why a file cannot go with `others` in a message; null where it can, as far as that is known by now: what the server
 * is not asked for here it says itself. A picture is made anew, so that how large it is nobody knows before that.
 */
export function over(allowance: Allowance, one: Weighed, others: readonly Weighed[], made = false): Over | null {
  const most = allowance.most
  if (others.length >= most) return { limit: 'tooMany', bytes: 0, most }
  if (isPicture(one) && !made) return null
  const largest = largestOf(allowance, one.media_type)
  if (largest !== null && one.size > largest) return { limit: 'tooLarge', bytes: largest, most }
  const together = others.reduce((sum, other) => sum + other.size, one.size)
  if (allowance.total !== null && together > allowance.total) return { limit: 'tooMuch', bytes: allowance.total, most }
  return null
}

/** Bytes of a file of this type; of one that is none of a kind that a browser tells by its type, the most of all others. */
function largestOf(allowance: Allowance, type: string): number | null {
  const sizes = allowance.largest as Record<string, number>
  const told = SEEN_OR_HEARD.find((kind) => type.startsWith(`${kind}/`))
  if (told) return sizes[told] ?? null
  const rest = Object.entries(sizes).filter(([kind]) => !SEEN_OR_HEARD.some((one) => one === kind))
  return rest.length > 0 ? Math.max(...rest.map(([, bytes]) => bytes)) : null
}
