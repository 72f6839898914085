import type { Named } from '@/conversation/types'

/** What an administrator sees of accounts at providers, as the server sends it. */
export interface Field {
  name: string
  kind: 'text' | 'lines' | 'url' | 'number' | 'boolean' | 'choice' | 'countries'
  required: boolean
  nullable: boolean
  default: unknown
  least: number | null
  most: number | null
  pattern: string | null
  choices: string[]
}

export interface Provider {
  name: string
  channel: string
  settings: Field[]
  secrets: Field[]
}

export interface ChannelAccount {
  id: string
  provider: string
  name: string
  workstream: Named
  channel: string
  settings: Record<string, unknown>
  disabled: boolean
  begins: boolean
  callback: string
  seen: { well: boolean | null; problem: string | null; detail: string; at: string | null }
  held_since: string | null
  dispatches_waiting: number
  oldest_dispatch_at: string | null
  dispatches_failed: number
  arrivals_waiting: number
  arrivals_given_up: number
  created_at: string
}

export interface Failed {
  id: string
  address: string
  attempts: number
  problem: string | null
  detail?: string | null
  name?: string | null
  words?: string | null
}

/** What is filled in, by the names of the fields; numbers and nothing are still text. */
export type Filled = Record<string, string | boolean>

/** What a form begins with. */
export function begun(fields: readonly Field[], known: Readonly<Record<string, unknown>>): Filled {
  return Object.fromEntries(fields.map((field) => [field.name, shown(field, known[field.name] ?? field.default)]))
}

function shown(field: Field, value: unknown): string | boolean {
  if (field.kind === 'boolean') return value === true
  return value === null || value === undefined ? '' : String(value as string | number)
}

/** What is sent of a form: what is left empty is left out, or nothing where a field may be. */
export function filledIn(fields: readonly Field[], filled: Filled): Record<string, unknown> {
  const sent: Record<string, unknown> = {}
  for (const field of fields) {
    const value = filled[field.name]
    if (typeof value === 'boolean') sent[field.name] = value
    else if (value === undefined || value.trim() === '') {
      if (field.nullable) sent[field.name] = null
    } else sent[field.name] = field.kind === 'number' ? Number(value) : value.trim()
  }
  return sent
}

/** The codes in a list of countries. */
export function countriesOf(list: string): string[] {
  return list.split(' ').filter(Boolean)
}

/** Countries by their names in a language. */
export function namedCountries(codes: readonly string[], language: string): { id: string; name: string; hint: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'region' })
  return codes.map((code) => ({ id: code, name: names.of(code) ?? code, hint: code }))
}

/** A new secret of 256 random bits, in the form of Standard Webhooks. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32))
  return `whsec_${btoa(String.fromCharCode(...bytes))}`
}
