import type { Named } from '@/conversation/types'

import type { Condition, OverflowRule } from './rules'

/** `POST /workstreams/{id}/try` (`protocol/trying.py`). */
export interface Sample {
  language: string
  subject: string
  name: string
  email: string
  phone: string
  known: boolean
  /** Lines such as `topic = invoice`. */
  answers: string
  context: string
  /** Local date and time, empty for now. */
  at: string
}

export const EMPTY: Sample = { language: '', subject: '', name: '', email: '', phone: '', known: false, answers: '', context: '', at: '' }

export interface Verdict {
  rule: string
  kind: 'queue' | 'skill'
  matched: boolean
  failed: Condition | null
  found: string
}

export interface Tried {
  queue: Named
  rule: string | null
  verdicts: readonly Verdict[]
  needs: readonly { name: string; level: number }[]
  priority: number
  open: boolean
  overflow: readonly { trigger: OverflowRule['trigger']; remedy: OverflowRule['remedy']; to: Named | null; text: string }[]
  agents: { fit: number; free: number }
}

/** `a = b` line by line; a line without a sign has an empty value. */
export function pairsOf(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.split('='))
  return Object.fromEntries(lines.flatMap(([key, ...rest]) => (key?.trim() ? [[key.trim(), rest.join('=').trim()]] : [])))
}

export function sentSample(sample: Sample): Record<string, unknown> {
  const { language, subject, name, email, phone, known } = sample
  return {
    language: language.trim(),
    subject: subject.trim(),
    customer: { name: name.trim(), email: email.trim(), phone: phone.trim(), known },
    answers: pairsOf(sample.answers),
    context: pairsOf(sample.context),
    ...(sample.at && { at: new Date(sample.at).toISOString() }),
  }
}
