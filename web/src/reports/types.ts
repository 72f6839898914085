import type { Named } from '@/conversation/types'
import type { ServiceLevel } from '@/floor/types'

/** What is counted over a time, today or a period of the past; times are means in seconds. */
export interface Counted {
  started: number
  begun: number
  answered: number
  abandoned: number
  completed: number
  force_closed: number
  auto_closed: number
  overflow_closed: number
  escalated: number
  bot_ended: number
  handled: number
  served: number
  responses: number
  survey_asked: number
  survey_answered: number
  survey_rate: number | null
  csat: number | null
  recommendation: number | null
  abandonment: number | null
  speed_of_answer: number | null
  session_wait: number | null
  wait_of_abandoned: number | null
  first_response: number | null
  response_time: number | null
  handle_time: number | null
  talk_time: number | null
  wrap_up_time: number | null
  calls: number
  call_talk_time: number | null
  hold_time: number | null
  holds: number
  longest_hold: number | null
  /** From 1 to 4.4. */
  call_quality: number | null
  call_quality_of_agents: number | null
  poor_ways: number
  service_level: ServiceLevel
  session_service_level: ServiceLevel
  offers: { offered: number; accepted: number; rejected: number; expired: number; withdrawn: number }
}

/** A part of `GET /metrics/history`; what it is not parted by is null. */
export interface HistoryItem extends Counted {
  since: string
  until: string
  interval: string | null
  queue: string | null
  queue_name: string | null
  agent: string | null
  agent_name: string | null
  channel: string | null
  language: string | null
  outcome: Outcome | null
  occupancy: number | null
  /** How long whoever served had it in front, and how much of the handle time that is; null where no desk reported any. */
  focus_time: number | null
  focus_share: number | null
  sentiment: Record<string, number> | null
}
export interface History {
  since: string
  until: string
  zone: string
  position: number
  items: HistoryItem[]
}
export interface Spread {
  items: { since: number; until: number | null; counts: Record<string, number> }[]
}
/** What conversations were closed as, and those that go on. */
export const OUTCOMES = ['completed', 'resolved', 'abandoned', 'force_closed', 'auto_closed', 'overflow', 'bot_ended', 'ongoing'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A supervisor's act, how those answered who were asked, and how the conversations ended. */
export interface Intervention {
  act: string
  supervisor: Named | null
  count: number
  /** For so many of them no agent had to be asked. */
  unasked: number
  answers: Record<string, number>
  outcomes: Record<string, number>
}
/** One of what a figure counts, of `GET /metrics/entries`. */
export interface Entry {
  at: string
  counter: string
  conversation: { id: string; customer: string | null; subject: string | null; state: string | null }
  queue: Named
  agent: Named | null
  channel: string
  seconds: number | null
}

/** A time in which an agent was there, of `GET /metrics/attended`. */
export interface AttendedItem {
  since: string
  until: string
  presence: string
  conversations: Entry['conversation'][]
  /** So many conversations more, in queues whose figures are not the reader's. */
  elsewhere: number
}
/** Both sums, in seconds, are of the whole period. */
export interface Attended {
  there: number
  handled: number
  items: AttendedItem[]
  next: string | null
}

/** One of the house's own questions: how many answered it, and how many so; `mean` is null for words. */
export interface QuestionFigures {
  workstream: Named
  id: string
  kind: 'rating' | 'yes_no' | 'words'
  words: string
  answered: number
  counts: Readonly<Record<string, number>>
  mean: number | null
}

/** Somebody who is counted for a question: `answer` is null where it is in words, `customer` where one may not see them. */
export interface SurveyAnswer {
  conversation: { id: string; customer: string | null }
  queue: Named
  at: string
  score: number
  answer: string | null
}

/** What a customer said in words. */
export interface SurveyText {
  conversation: Named
  queue: Named
  at: string
  score: number
  text: string
}
