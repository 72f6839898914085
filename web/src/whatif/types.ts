import type { QueueRule, SkillRule } from '@/admin/rules'
import type { components } from '@/api/schema'

type Schemas = components['schemas']

/** As the server describes them (`protocol/whatif.py`). */
export type House = Schemas['WhatIfHouse']
export type Result = Schemas['WhatIfResult']
export type Scope = Schemas['WhatIfScope']
export type Compared = Schemas['Compared']
export type Difference = Schemas['Difference']
export type Estimate = Schemas['Estimate']
export type Slice = Schemas['Slice']
export type Request = Schemas['WhatIfRequest']
export type Line = Schemas['WhatIfProgress'] | Schemas['WhatIfProblem'] | Result

/** A time as a browser's field has it: of the reader's own zone, without saying so. */
export type LocalTime = string

export interface StreamForm {
  key: number
  workstream: string
  /** Empty: by the rules of the workstream. */
  queue: string
  perHour: number | string
  talk: number | null
  wrapUp: number | string
  patience: number | null
  answer: number | string
  /** Per cent of offers, and seconds until who missed one is there again. */
  rejected: number | string
  missed: number | string
  away: number | string
  /** Per cent of customers who are passed on, to where, and how long they are served there. */
  passed: number | string
  passedTo: string
  passedTalk: number | null
}

export interface LoadForm {
  source: 'recorded' | 'synthetic'
  since: LocalTime
  until: LocalTime
  start: LocalTime
  hours: number | string
  streams: StreamForm[]
}

export const KINDS = ['add', 'remove', 'agent', 'queue', 'workstream'] as const
export type Kind = (typeof KINDS)[number]

/** One change. Which fields count depends on its kind; an `agent` of `*` is everybody. */
export interface Change {
  key: number
  kind: Kind
  agents: readonly string[]
  agent: string
  count: number | string
  capacity: number | string
  queues: readonly string[]
  skills: Readonly<Record<string, number>>
  hours: string
  queue: string
  method: string
  match: string
  priority: number | string
  goal: number | null
  workstream: string
  units: number | string
  fallback: string
  queueRules: readonly QueueRule[]
  skillRules: readonly SkillRule[]
}

export const EVERYBODY = '*'
