import type { Channel, Named } from '@/conversation/types'

/** Forms and evaluations as the server tells them (`protocol/quality.py`). */
export const KINDS = ['yes_no', 'scale', 'choice', 'text'] as const
export type Kind = (typeof KINDS)[number]

export interface Option {
  id: string
  text: string
  points: number
}
export interface Question {
  id: string
  text: string
  kind: Kind
  weight: number
  critical: boolean
  most: number
  options: Option[]
}
export interface Section {
  title: string
  questions: Question[]
}
export interface EvaluationForm extends Named {
  version: number
  newest: number
  retired: boolean
  sections: Section[]
  created_at: string
}
export interface SamplingRule extends Named {
  queue: string
  form: string
  percent: number | null
  per_agent_week: number | null
  shortest: number | null
  longest: number | null
  moods: string[]
  outcomes: string[]
  drawn_to: string
}

export type Stage = 'draft' | 'submitted' | 'replied' | 'closed'
export type Answers = Record<string, string | number>
export interface EvaluationItem {
  id: string
  conversation: string
  customer: string
  subject: string
  channel: Channel
  queue: Named
  agent: Named
  supervisor: Named | null
  form: Named
  stage: Stage
  points: number | null
  failed: boolean
  why: { rule: string; lot: number; percent: number | null; drawn: number | null; of: number | null } | null
  created_at: string
  submitted_at: string | null
  replied_at: string | null
  closed_at: string | null
  acts: readonly ('take' | 'fill' | 'submit' | 'reply' | 'close')[]
}
export interface EvaluationDocument extends EvaluationItem {
  version: number
  revision: number
  sections: Section[]
  section_points: (number | null)[]
  answers: Answers
  comment: string
  reply: string
}

export const STAGE_TONES = { draft: 'warn', submitted: 'info', replied: 'good', closed: 'quiet' } as const
