import { shallowRef } from 'vue'

import { api } from '@/api/client'
import type { Problem } from '@/api/problem'
import { currentLanguage, hasText, translate } from '@/messages'

import type { Field, Names, Phase, RecordForm, RecordItem, Status } from './types'

const KEPT_MS = 30_000
const forms = shallowRef<readonly RecordForm[]>([])
let readAt = 0
let reading: Promise<void> | null = null

/** The forms of all workstreams, read once for the whole page and again when they may be old. */
export function useForms() {
  if (Date.now() - readAt > KEPT_MS) void readForms()
  return forms
}

export function readForms(): Promise<void> {
  reading ??= api
    .get<readonly RecordForm[]>('/record-forms')
    .then((found) => {
      forms.value = found
      readAt = Date.now()
    })
    .catch(() => undefined)
    .finally(() => (reading = null))
  return reading
}

/** In the page's language, else in English, else in any; the key where nobody has given a name. */
export function named(names: Names, key: string): string {
  return names[currentLanguage()] || names.en || Object.values(names).find(Boolean) || key
}

export const phaseName = (phase: Phase): string => translate(`records.phases.${phase}`)

export function statusName(status: Status): string {
  return Object.values(status.names).some(Boolean) ? named(status.names, status.key) : phaseName(status.phase)
}

/** The record's status: the one that was chosen, or the usual one of its phase. */
export function statusOf(record: RecordItem, form: RecordForm | undefined): Status | null {
  const chosen = form?.statuses.find((one) => one.key === record.status)
  return chosen ?? form?.statuses.find((one) => one.phase === record.phase && !one.retired) ?? null
}

export function statusWord(record: RecordItem, form: RecordForm | undefined): string {
  const status = statusOf(record, form)
  return status ? statusName(status) : phaseName(record.phase)
}

/** What a detail or a field is called: `subject`, `fields.model`. */
export function detailName(at: string, fields: readonly Field[] = []): string {
  const key = at.startsWith('fields.') ? at.slice('fields.'.length) : null
  if (key !== null) return named(fields.find((one) => one.key === key)?.names ?? {}, key)
  const text = `records.details.${at}`
  return hasText(text) ? translate(text) : at
}

/** Why something does not fit, in words. */
export function misfit(problem: string): string {
  const text = `records.misfits.${problem}`
  return hasText(text) ? translate(text) : problem
}

/** What a refusal says of each detail. */
export function errorsOf(problem: Problem | null): Readonly<Record<string, string>> {
  const errors = (problem?.facts.errors ?? []) as readonly { at: string; problem: string }[]
  return Object.fromEntries(errors.map((one) => [one.at, misfit(one.problem)]))
}
