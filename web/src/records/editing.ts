import { named } from './forms'
import { PHASES, type Choice, type Field, type Phase, type RecordForm, type Status } from './types'

/** A key that programs and files call it by: out of a name, and none that is taken. */
export function keyOf(name: string, taken: readonly string[], otherwise: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 32)
  const base = plain || otherwise
  let key = base
  for (let number = 2; taken.includes(key); number += 1) key = `${base}_${number}`
  return key
}

export const newField = (): Field => ({
  key: '', kind: 'text', names: {}, hints: {}, needed: 'never', lines: false, longest: 500, shape: '', least: null, most: null, whole: false, earliest: null, latest: null, choices: [], retired: false,
})
export const newStatus = (phase: Phase): Status => ({ key: '', phase, names: {}, retired: false })
export const newChoice = (): Choice => ({ key: '', names: {}, retired: false })

interface Keyed {
  key: string
  names: Readonly<Record<string, string>>
}
function withKeys<T extends Keyed>(list: readonly T[], otherwise: string): T[] {
  const taken = list.map((one) => one.key).filter(Boolean)
  return list.map((one) => {
    if (one.key) return one
    const key = keyOf(named(one.names, ''), taken, otherwise)
    taken.push(key)
    return { ...one, key }
  })
}

const filled = (names: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(names).filter(([, name]) => name.trim()))

/** The form as it is sent: new things get their keys, empty names are left out. */
export function sent(form: RecordForm): Pick<RecordForm, 'version' | 'fields' | 'statuses'> {
  const fields = withKeys(form.fields, 'field').map((one) => ({
    ...one,
    names: filled(one.names),
    hints: filled(one.hints),
    choices: withKeys(one.choices, 'choice').map((it) => ({ ...it, names: filled(it.names) })),
  }))
  return { version: form.version, fields, statuses: withKeys(form.statuses, 'status').map((one) => ({ ...one, names: filled(one.names) })) }
}

/** The first thing that is wrong with a form, as a key of the catalogue. */
export function trouble(form: RecordForm): string | null {
  const hasName = (one: Keyed) => Object.values(one.names).some((name) => name.trim())
  if (form.fields.some((one) => !hasName(one))) return 'records.form.nameFields'
  if (form.fields.some((one) => one.kind === 'choice' && !one.choices.length)) return 'records.form.giveChoices'
  if (form.fields.some((one) => one.choices.some((it) => !hasName(it) && !it.key))) return 'records.form.nameChoices'
  if (form.statuses.some((one) => !one.key && !hasName(one))) return 'records.form.nameStatuses'
  if (PHASES.some((phase) => !form.statuses.some((one) => one.phase === phase && !one.retired))) return 'records.form.onePerPhase'
  return null
}
