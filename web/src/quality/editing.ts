import { newId } from '@/api/newId'

import type { Kind, Question, Section } from './types'

/** A form while it is edited: every change is a new one, so that nothing is half changed. */
export function newQuestion(kind: Kind = 'yes_no'): Question {
  return { id: newId(), text: '', kind, weight: 1, critical: false, most: 5, options: [] }
}

export function ofKind(question: Question, kind: Kind): Question {
  const options = kind === 'choice' && question.options.length < 2 ? [newOption(1), newOption(0)] : question.options
  return { ...question, kind, options: kind === 'choice' ? options : [], critical: kind !== 'text' && question.critical }
}

export function newOption(points: number) {
  return { id: newId(), text: '', points }
}

/** The thing at `place` moved by `by`, as far as the list goes. */
export function moved<T>(list: readonly T[], place: number, by: number): T[] {
  const next = [...list]
  const to = place + by
  const [one] = next.splice(place, 1)
  if (one === undefined || to < 0 || to > next.length) return [...list]
  next.splice(to, 0, one)
  return next
}

/** Why it can't be saved yet: the key of the reason, or null. The server judges it again. */
export function trouble(name: string, sections: readonly Section[]): string | null {
  const questions = sections.flatMap((section) => section.questions)
  if (!name.trim()) return 'name'
  if (questions.length === 0) return 'questions'
  if (questions.some((one) => !one.text.trim())) return 'text'
  if (questions.some((one) => one.kind === 'choice' && (one.options.length < 2 || one.options.some((option) => !option.text.trim()) || !one.options.some((option) => option.points > 0)))) return 'options'
  return questions.some((one) => one.kind !== 'text' && one.weight > 0) ? null : 'weight'
}
