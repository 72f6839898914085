import { currentLanguage, translate as t } from '@/messages'
import { serverText } from '@/messages/server'
import { formatDuration } from '@/ui/duration'

import type { Condition } from './types'

/** Seconds for which an event counts unless the rule says otherwise. */
const WITHIN = 300

/** A condition in a few words. */
export function conditionText(one: Condition): string {
  const bound = (one.at_most ?? null) === null ? `≥ ${String(one.at_least ?? '')}` : `≤ ${String(one.at_most)}`
  if (one.kind === 'figure') return `${t(`alerts.figures.${one.name ?? ''}`)} ${bound}`
  if (one.kind === 'attention') return `${t('alerts.kinds.attention')} ${bound}`
  if (one.kind === 'part') return `${t(`attention.reasons.${one.name ?? ''}`)} ${bound}`
  if (one.kind === 'event') {
    const any = new Intl.ListFormat(currentLanguage(), { type: 'disjunction' }).format((one.events ?? []).map((name) => t(`alerts.events.${name}`)))
    return t('alerts.happenedWithin', { events: any, time: formatDuration((one.within ?? WITHIN) * 1000) })
  }
  if (one.kind === 'survey') return `${t('alerts.kinds.survey')}: ${t(`alerts.surveys.${one.name ?? ''}`)} ${bound}`
  const level = one.level ? (serverText(`sentiment.${one.level}`) ?? one.level) : null
  return [t('alerts.kinds.sentiment'), level, one.falling && t('attention.falling')].filter(Boolean).join(' ')
}
