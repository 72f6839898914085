import { inject, type InjectionKey } from 'vue'

import type { BoardRow } from '@/conversation/types'

import type { CallGrade } from './grades'
import type { AgentRow } from './types'

/** What the list's cells need beyond their row. */
export interface FloorContext {
  /** Whoever asks hears of it when they come later. */
  agent(id: string): AgentRow | undefined
  /** How its call does now; nothing is known of the past. */
  graded?(id: string): CallGrade | undefined
  /** Whether that stands in the cell of the state, since there is no room for a column. */
  inState?(): boolean
  open(row: BoardRow): void
  /** What calls for attention there, and what supervisors say of it; nobody says anything of the past. */
  heed?(row: BoardRow): void
  /** The list itself, for the keyboard to come back to after a dialog. */
  focusList(): void
}
export const FLOOR: InjectionKey<FloorContext> = Symbol('floor')

export function useFloor(): FloorContext {
  const context = inject(FLOOR)
  if (!context) throw new Error('used outside of the floor')
  return context
}
