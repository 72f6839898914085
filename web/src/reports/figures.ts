import { formatDuration } from '@/ui/duration'

import type { HistoryItem } from './types'

export type Kind = 'count' | 'time' | 'share' | 'score'
/** A figure, how it is written, and the list that it counts. */
export interface Figure {
  name: string
  kind: Kind
  of: string
  /** Where it is made of more than that list: all of them, `of` first. */
  parts?: readonly string[]
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
  { name: 'abandonment', kind: 'share', of: 'left', parts: ['left', 'answered'], value: (one) => one.abandonment },
  { name: 'speed_of_answer', kind: 'time', of: 'answered', value: (one) => one.speed_of_answer },
  { name: 'first_response', kind: 'time', of: 'first_responses', value: (one) => one.first_response },
  { name: 'response_time', kind: 'time', of: 'responses', value: (one) => one.response_time },
  { name: 'handle_time', kind: 'time', of: 'handled', value: (one) => one.handle_time },
  { name: 'focus_time', kind: 'time', of: 'handled', value: (one) => one.focus_time },
  { name: 'focus_share', kind: 'share', of: 'handled', value: (one) => one.focus_share },
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
  { name: 'csat', kind: 'score', of: 'survey_answered', value: (one) => one.csat },
  { name: 'recommendation', kind: 'score', of: 'survey_answered', value: (one) => one.recommendation },
  { name: 'survey_rate', kind: 'share', of: 'survey_answered', parts: ['survey_answered', 'survey_asked'], value: (one) => one.survey_rate },
  { name: 'bot_ended', kind: 'count', of: 'bot_ended', value: (one) => one.bot_ended },
]

/** The columns of the table by queue. */
export const QUEUE_COLUMNS = ['started', 'answered', 'service_level', 'abandonment', 'speed_of_answer', 'first_response', 'response_time', 'handle_time', 'focus_time', 'focus_share', 'calls', 'call_talk_time', 'hold_time', 'call_quality', 'csat', 'survey_rate'] as const

/** Of the table by agent: who arrives, or leaves before anybody has accepted, is nobody's yet. */
export const AGENT_COLUMNS = QUEUE_COLUMNS.filter((one) => one !== 'started' && one !== 'abandonment')

export const named = (name: string): Figure => FIGURES.find((one) => one.name === name) ?? (FIGURES[0] as Figure)

type Numbers = (value: number, options?: Intl.NumberFormatOptions) => string

/** A figure as it is read; a dash where there is nothing to divide by. */
export function written(value: number | null | undefined, kind: Kind, n: Numbers): string {
  if (value === null || value === undefined) return '–'
  if (kind === 'time') return formatDuration(value * 1000)
  if (kind === 'score') return n(value, { maximumFractionDigits: 1 })
  return kind === 'share' ? n(value, { style: 'percent', maximumFractionDigits: 0 }) : n(value)
}
