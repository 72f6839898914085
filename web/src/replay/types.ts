import type { BoardRow, Named } from '@/conversation/types'
import type { AgentRow, FiguresItem } from '@/floor/types'

/** `GET /replay` (`protocol/replay.py`). */
export interface PastFloor {
  at: string
  position: number
  /** The earliest moment that can be shown. */
  since: string
  rows: readonly BoardRow[]
  agents: readonly AgentRow[]
  figures: readonly FiguresItem[]
}

export interface Step {
  position: number
  at: string
  /** Empty, with the text and the actor, where only agents changed, by what is not seen or by the clock. */
  kind: string
  text: string
  actor: Named
  conversation: string | null
  customer: string | null
  rows: readonly BoardRow[]
  gone: readonly string[]
  agents: readonly AgentRow[]
  figures: readonly FiguresItem[]
}

export interface Steps {
  position: number
  at: string
  steps: readonly Step[]
  /** The floor has to be asked for anew at `position`. */
  again: boolean
  more: boolean
}

export interface Slot {
  at: string
  facts: number
  marks: Readonly<Record<string, number>>
  first: Readonly<Record<string, string>>
}

export interface Timeline {
  since: string
  until: string
  step: number
  slots: readonly Slot[]
}

export const SPEEDS = [1, 10, 60] as const
export type Speed = (typeof SPEEDS)[number]
