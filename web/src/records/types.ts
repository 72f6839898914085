import type { Channel, Named, State } from '@/conversation/types'

export type Phase = 'open' | 'in_progress' | 'on_hold' | 'resolved'
export const PHASES: readonly Phase[] = ['open', 'in_progress', 'on_hold', 'resolved']
export type Value = string | number | boolean
export type Names = Readonly<Record<string, string>>

/** What rows show of a record. `status` is null for the usual one of its phase. */
export interface RecordItem {
  phase: Phase
  status: string | null
  due_at: string | null
  key: string | null
  revision: number
}
export interface RecordDetails {
  description: string
  fields: Readonly<Record<string, Value>>
  outcome: string
}

export const KINDS = ['text', 'number', 'date', 'choice', 'yes_no'] as const
export type Kind = (typeof KINDS)[number]
export const NEEDS = ['never', 'create', 'resolve'] as const
export interface Choice {
  key: string
  names: Names
  retired: boolean
}
export interface Field {
  key: string
  kind: Kind
  names: Names
  hints: Names
  needed: (typeof NEEDS)[number]
  lines: boolean
  longest: number
  shape: string
  least: number | null
  most: number | null
  whole: boolean
  earliest: string | null
  latest: string | null
  choices: readonly Choice[]
  retired: boolean
}
export interface Status {
  key: string
  phase: Phase
  names: Names
  retired: boolean
}
export interface RecordForm {
  workstream: Named
  version: number
  fields: readonly Field[]
  statuses: readonly Status[]
}

export interface Link {
  id: string
  channel: Channel
  state: State
  customer: Named
  subject: string
  agent: Named | null
  created_at: string
  record: RecordItem | null
  workstream: Named
  by: Named
  at: string
}
export interface Links {
  items: readonly Link[]
  hidden: number
}

export interface ImportFile {
  id: string
  workstream: Named
  name: string
  by: Named
  created_at: string
  ended_at: string | null
  state: 'read' | 'checking' | 'checked' | 'running' | 'done' | 'cancelled'
  columns: readonly string[]
  mapping: Readonly<Record<string, string>>
  place: number
  total: number
  good: number
  bad: number
  made: number
  known: number
  failed: number
}
export interface ImportLine {
  line: number
  cells: readonly string[]
  state: 'new' | 'good' | 'bad' | 'made' | 'known' | 'failed'
  key: string | null
  problems: readonly { at: string; problem: string }[]
  record: string | null
}
