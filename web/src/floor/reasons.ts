import type { AttentionPart } from '@/conversation/types'
import { hasText, translate } from '@/messages'
import { formatDuration } from '@/ui/duration'

/** A reason for attention in words, with how long it has lasted. */
export function reasonLabel(part: AttentionPart, at: number): string {
  const key = `floor.attention.reasons.${part.name}`
  const words = hasText(key) ? translate(key) : part.name
  return part.from === null ? words : `${words} · ${formatDuration(at - Date.parse(part.from))}`
}
