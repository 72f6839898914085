import type { components } from '@/api/schema'
import { formatDuration } from '@/ui/duration'

import type { HistoryItem } from './types'

/** The lists that the server has. */
type List = components['schemas']['List']
export type Kind = 'count' | 'time' | 'share' | 'score'
/** A figure, how it is written, and the list that it counts. */
export interface Figure {
  name: string
  kind: Kind
  of: List
  /** Where it is made of more than that list: all of them, `of` first. */
  parts?: readonly List[]
  /** An agent's own is worked out of another list, by a formula of its own. */
  own?: { of: List; formula: string }
  /** The name of its formula, where that is not its own name. */
  formula?: string
  value: (item: HistoryItem) => number | null
}

/** All who were offered to be served, by what became of it: in time is so many of them together. */
export const LEVEL_PARTS = ['within', 'late', 'left', 'unserved'] as const

/** In the order in which they are read. */
export const FIGURES: readonly Figure[] = [
  { name: 'started', kind: 'count', of: 'started', value: (one) => one.started },
  { name: 'begun', kind: 'count', of: 'begun', value: (one) => one.begun },
  { name: 'answered', kind: 'count', of: 'answered', value: (one) => one.answered },
  { name: 'service_level', kind: 'share', of: 'within', parts: LEVEL_PARTS, value: (one) => one.service_level.ratio },
  { name: 'session_service_level', kind: 'share', of: 'sessions_within', parts: ['sessions_within', 'sessions_late', 'sessions_abandoned', 'sessions_closed'], value: (one) => one.session_service_level.ratio },
  { name: 'abandonment', kind: 'share', of: 'left', parts: ['left', 'answered'], value: (one) => one.abandonment },
  { name: 'speed_of_answer', kind: 'time', of: 'answered', value: (one) => one.speed_of_answer },
  { name: 'session_wait', kind: 'time', of: 'sessions_accepted', value: (one) => one.session_wait },
  { name: 'wait_of_abandoned', kind: 'time', of: 'left', value: (one) => one.wait_of_abandoned },
  { name: 'first_response', kind: 'time', of: 'first_responses', value: (one) => one.first_response },
  { name: 'response_time', kind: 'time', of: 'responses', value: (one) => one.response_time },
  { name: 'handle_time', kind: 'time', of: 'handled', own: { of: 'served', formula: 'own_handle_time' }, value: (one) => one.handle_time },
  { name: 'talk_time', kind: 'time', of: 'handled', own: { of: 'served', formula: 'own_talk_time' }, value: (one) => one.talk_time },
  { name: 'wrap_up_time', kind: 'time', of: 'handled', own: { of: 'served', formula: 'own_wrap_up_time' }, value: (one) => one.wrap_up_time },
  { name: 'focus_time', kind: 'time', of: 'handled', own: { of: 'served', formula: 'own_focus_time' }, value: (one) => one.focus_time },
  { name: 'focus_share', kind: 'share', of: 'handled', own: { of: 'served', formula: 'own_focus_share' }, value: (one) => one.focus_share },
  { name: 'offers', kind: 'count', of: 'offers', value: (one) => one.offers.offered },
  { name: 'offers_accepted', kind: 'count', of: 'offers_accepted', value: (one) => one.offers.accepted },
  { name: 'offers_rejected', kind: 'count', of: 'offers_rejected', value: (one) => one.offers.rejected },
  { name: 'offers_expired', kind: 'count', of: 'offers_expired', value: (one) => one.offers.expired },
  { name: 'offers_withdrawn', kind: 'count', of: 'offers_withdrawn', value: (one) => one.offers.withdrawn },
  { name: 'calls', kind: 'count', of: 'calls', value: (one) => one.calls },
  { name: 'call_talk_time', kind: 'time', of: 'call_talk', value: (one) => one.call_talk_time },
  { name: 'hold_time', kind: 'time', of: 'call_hold', value: (one) => one.hold_time },
  { name: 'holds', kind: 'count', of: 'holds', value: (one) => one.holds },
  { name: 'longest_hold', kind: 'time', of: 'holds', value: (one) => one.longest_hold },
  { name: 'call_quality', kind: 'score', of: 'call_quality', value: (one) => one.call_quality },
  { name: 'call_quality_of_agents', kind: 'score', of: 'call_quality_of_agents', value: (one) => one.call_quality_of_agents },
  { name: 'poor_ways', kind: 'count', of: 'poor_ways', value: (one) => one.poor_ways },
  { name: 'completed', kind: 'count', of: 'completed', value: (one) => one.completed },
  { name: 'force_closed', kind: 'count', of: 'force_closed', value: (one) => one.force_closed },
  { name: 'auto_closed', kind: 'count', of: 'auto_closed', value: (one) => one.auto_closed },
  { name: 'overflow_closed', kind: 'count', of: 'overflow_closed', value: (one) => one.overflow_closed },
  { name: 'escalated', kind: 'count', of: 'escalated', value: (one) => one.escalated },
  { name: 'csat', kind: 'score', of: 'survey_csat', value: (one) => one.csat },
  { name: 'recommendation', kind: 'score', of: 'survey_nps', value: (one) => one.recommendation },
  { name: 'survey_rate', kind: 'share', of: 'survey_answered', parts: ['survey_answered', 'survey_asked'], value: (one) => one.survey_rate },
  { name: 'bot_ended', kind: 'count', of: 'bot_ended', value: (one) => one.bot_ended },
]

/** The columns of the table by queue. */
export const QUEUE_COLUMNS = ['started', 'answered', 'service_level', 'abandonment', 'speed_of_answer', 'first_response', 'response_time', 'handle_time', 'focus_time', 'focus_share', 'offers', 'offers_accepted', 'offers_rejected', 'offers_expired', 'calls', 'call_talk_time', 'hold_time', 'call_quality', 'csat', 'survey_rate'] as const

/** Of the table by agent: who arrives, or leaves before anybody has accepted, is nobody's yet. */
export const AGENT_COLUMNS = QUEUE_COLUMNS.filter((one) => one !== 'started' && one !== 'abandonment')

export const named = (name: string): Figure => FIGURES.find((one) => one.name === name) ?? (FIGURES[0] as Figure)

/** The figure of an agent: others' part of the work is not theirs. */
export const ownOf = (figure: Figure): Figure => ({ ...figure, ...figure.own })

/** The key of its formula's text. */
export const formulaOf = ({ name, formula }: Figure): string => `reports.formulas.${formula ?? name}`

type Numbers = (value: number, options?: Intl.NumberFormatOptions) => string

/** A figure as it is read; a dash where there is nothing to divide by. */
export function written(value: number | null | undefined, kind: Kind, n: Numbers): string {
  if (value === null || value === undefined) return '–'
  if (kind === 'time') return formatDuration(value * 1000)
  if (kind === 'score') return n(value, { maximumFractionDigits: 1 })
  return kind === 'share' ? n(value, { style: 'percent', maximumFractionDigits: 0 }) : n(value)
}
