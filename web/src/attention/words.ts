import type { AttentionPart, Heeded } from '@/conversation/types'
import { hasText, translate as t } from '@/messages'
import { moment } from '@/messages/moments'
import { serverText } from '@/messages/server'
import { formatDuration } from '@/ui/duration'

import { allParts, attentionMissing, attentionReasons, isMuted, type Missing, type Share } from './score'

export type Line = readonly [text: string, figure: string]

/** A reason for attention in words, with the fact behind it: since when, how often, by whom. */
export function reasonLabel(part: AttentionPart, at: number): string {
  const key = `attention.reasons.${part.name}`
  const words = hasText(key) ? t(key) : part.name
  return [words, ...facts(part, at)].join(' · ')
}

function facts(part: AttentionPart, at: number): string[] {
  const began = part.began ?? part.from
  const found: string[] = []
  if (part.by) found.push(part.by)
  if (part.side) found.push(t(`attention.sides.${part.side}`))
  if (part.level) found.push(serverText(`sentiment.${part.level}`) ?? part.level)
  if (part.trend === 'falling') found.push(t('attention.falling'))
  if (part.count !== undefined) found.push(part.limit === undefined ? t('attention.times', { count: part.count }, part.count) : `${part.count}/${part.limit}`)
  if (began && part.level === undefined) found.push(formatDuration(at - Date.parse(began)))
  if (part.limit !== undefined && part.count === undefined) found.push(t('attention.limit', { time: formatDuration(part.limit * 1000) }))
  return found
}

export function shareLine({ part, score, full }: Share, at: number): Line {
  return [full ? `${reasonLabel(part, at)} · ${t('attention.full')}` : reasonLabel(part, at), `+${score}`]
}

export function missingLine({ name, because, after = 0 }: Missing): Line {
  const words = because === 'not' ? t(`attention.not.${name}`) : t(`attention.${because}`, { part: t(`attention.reasons.${name}`), time: formatDuration(after) })
  return [words, '0']
}

/** Who muted or pinned it and why, who asked: what people have said of it. */
export function saidLines(row: Heeded, at: number): string[] {
  const found: string[] = []
  const reason = (why: string | null) => (why ? ` — ${why}` : '')
  if (row.muted && isMuted(row, at)) {
    const { by, until, why } = row.muted
    found.push((until ? t('attention.mutedUntil', { by, until: moment(until, 'short') }) : t('attention.mutedChange', { by })) + reason(why))
  }
  if (row.pinned) found.push(t('attention.pinnedBy', { by: row.pinned.by }) + reason(row.pinned.why))
  if (row.asked?.note) found.push(`${row.asked.by}: ${row.asked.note}`)
  return found
}

export interface Why {
  said: string[]
  reasons: Line[]
  missing: Line[]
}

/** The whole answer: what it is made of, and why it is not higher. */
export function whyOf(row: Heeded, theirs: readonly AttentionPart[], at: number): Why {
  const parts = allParts(row, theirs)
  return {
    said: saidLines(row, at),
    reasons: attentionReasons(parts, at).map((share) => shareLine(share, at)),
    missing: attentionMissing(row, parts, at).map(missingLine),
  }
}
