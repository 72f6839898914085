import type { Situation } from '@/conversation/state'
import type { Channel } from '@/conversation/types'
import type { Sort } from '@/ui/table'

/** What the list shows and how: kept per account, and under names of one's own. */
export interface FloorView {
  situations: Situation[]
  queues: string[]
  agents: string[]
  channels: Channel[]
  /** Only what an agent has in a call now; a view that was saved before does not say. */
  inCall?: boolean
  /** Only whose customer is on hold. */
  onHold?: boolean
  group: 'none' | 'queue' | 'agent'
  sort: Sort
  hidden: string[]
}

export const SITUATIONS: readonly Situation[] = ['queued', 'postponed', 'orphaned', 'offered', 'active', 'bot', 'waiting', 'wrap_up']

/** Stands in the agent filter for conversations that nobody has. */
export const NOBODY = '-'

export const DEFAULT_VIEW: FloorView = {
  situations: [],
  queues: [],
  agents: [],
  channels: [],
  inCall: false,
  onHold: false,
  group: 'none',
  sort: { column: 'attention', direction: 'descending' },
  hidden: ['language', 'tags'],
}

/** Whether somebody has chosen the columns: theirs are all shown, and scrolled where there is no room; those that nobody chose make room. */
export function chosenByHand(view: FloorView): boolean {
  const usual = new Set(DEFAULT_VIEW.hidden)
  return view.hidden.length !== usual.size || view.hidden.some((id) => !usual.has(id))
}

export function isFiltered(view: FloorView, words: string): boolean {
  const lists = [view.situations, view.queues, view.agents, view.channels]
  return words.trim() !== '' || Boolean(view.inCall) || Boolean(view.onHold) || lists.some((list) => list.length > 0)
}

export function unfiltered(view: FloorView): FloorView {
  return { ...view, situations: [], queues: [], agents: [], channels: [], inCall: false, onHold: false }
}

/** A figure of the strip and what of the list it counts. */
export const FIGURE_FILTERS: Readonly<Record<string, { situations: Situation[]; inCall?: boolean; onHold?: boolean; sort?: Sort }>> = {
  in_queue: { situations: ['queued', 'orphaned', 'offered'] },
  longest_wait: { situations: ['queued', 'orphaned', 'offered'], sort: { column: 'wait', direction: 'descending' } },
  active: { situations: ['offered', 'active', 'bot'] },
  waiting: { situations: ['waiting'] },
  wrap_up: { situations: ['wrap_up'] },
  orphans: { situations: ['orphaned'] },
  in_call: { situations: [], inCall: true },
  on_hold: { situations: [], inCall: true, onHold: true },
}

export function showsFigure(view: FloorView, figure: string): boolean {
  const filter = FIGURE_FILTERS[figure]
  if (!filter || filter.situations.length !== view.situations.length || Boolean(filter.inCall) !== Boolean(view.inCall) || Boolean(filter.onHold) !== Boolean(view.onHold)) return false
  const sameSort = !filter.sort || (filter.sort.column === view.sort.column && filter.sort.direction === view.sort.direction)
  return sameSort && filter.situations.every((name) => view.situations.includes(name))
}
