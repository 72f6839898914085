/** Rules as the server keeps them (`domain/routing/rules.py`, `overflow.py`), and how lists of them are edited. */
export const METHODS = ['free_capacity', 'most_idle', 'round_robin', 'best_skills'] as const
export const MATCHES = ['exact', 'closest', 'none'] as const
export const TRIGGERS = ['closed', 'length', 'wait'] as const
export const REMEDIES = ['queue', 'message', 'close'] as const
export const OPERATORS = ['is', 'is_not', 'contains', 'starts_with', 'is_set', 'is_empty'] as const
export const FIELDS = ['language', 'subject', 'channel', 'customer.name', 'customer.email', 'customer.domain', 'customer.phone', 'customer.known'] as const
/** Fields that are followed by a word of the house's own: a question's key, a page's key. */
export const OPEN_FIELDS = ['answers.', 'context.'] as const
export const LEVELS = ['1', '2', '3', '4', '5'] as const

export interface OverflowRule {
  trigger: (typeof TRIGGERS)[number]
  remedy: (typeof REMEDIES)[number]
  over: number
  queue_id: string | null
  texts: Readonly<Record<string, string>>
}

export interface Condition {
  field: string
  operator: (typeof OPERATORS)[number]
  values: readonly string[]
}

export interface QueueRule {
  name: string
  queue_id: string
  conditions: readonly Condition[]
}

export interface Need {
  skill_id: string
  level: number
}

export interface SkillRule {
  name: string
  conditions: readonly Condition[]
  needs: readonly Need[]
  priority: number
}

/** The list with the item at `from` moved by `step`; as it was where there is no such place. */
export function moved<T>(list: readonly T[], from: number, step: number): T[] {
  const all = [...list]
  const to = from + step
  if (to < 0 || to >= all.length || from < 0 || from >= all.length) return all
  all.splice(to, 0, ...all.splice(from, 1))
  return all
}

export function replaced<T>(list: readonly T[], at: number, part: Partial<T>): T[] {
  return list.map((one, index) => (index === at ? { ...one, ...part } : one))
}

export function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_, index) => index !== at)
}

export const asksForValues = (operator: Condition['operator']) => operator !== 'is_set' && operator !== 'is_empty'

/** What is written between commas. */
export function valuesOf(text: string): string[] {
  return text.split(',').map((one) => one.trim()).filter(Boolean)
}

/** A rule as it is sent: values only where they are asked for, words only where they are said. */
export function sentConditions(conditions: readonly Condition[]): Condition[] {
  return conditions.map((one) => ({ ...one, field: one.field.trim(), values: asksForValues(one.operator) ? one.values : [] }))
}

export function sentOverflow(rules: readonly OverflowRule[]): OverflowRule[] {
  return rules.map((one) => ({
    ...one,
    over: one.trigger === 'closed' ? 0 : one.over,
    queue_id: one.remedy === 'queue' ? one.queue_id || null : null,
    texts: one.remedy === 'queue' ? {} : written(one.texts),
  }))
}

/** The texts that say anything. */
export function written(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).flatMap(([language, text]) => (text.trim() ? [[language, text.trim()]] : [])))
}

/** A name that no rule of the list has yet. */
export function freshName(prefix: string, names: readonly string[]): string {
  for (let number = names.length + 1; ; number += 1) {
    const name = `${prefix} ${number}`
    if (!names.includes(name)) return name
  }
}
