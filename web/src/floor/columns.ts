import type { Column } from '@/ui/table'

import ActsCell from './cells/ActsCell.vue'
import AgentCell from './cells/AgentCell.vue'
import AttentionCell from './cells/AttentionCell.vue'
import CustomerCell from './cells/CustomerCell.vue'
import HandleCell from './cells/HandleCell.vue'
import MonitorsCell from './cells/MonitorsCell.vue'
import QualityCell from './cells/QualityCell.vue'
import QueueCell from './cells/QueueCell.vue'
import SentimentCell from './cells/SentimentCell.vue'
import StateCell from './cells/StateCell.vue'
import SubjectCell from './cells/SubjectCell.vue'
import TagsCell from './cells/TagsCell.vue'
import WaitCell from './cells/WaitCell.vue'

interface FloorColumn extends Omit<Column, 'label'> {
  /** Can't be hidden: without it a row says nothing. */
  always?: boolean
}

/**
 * In the order shown. Widths are for Finnish, whose words are the longest; all but the handle time fit on a screen of
 * 1440 pixels beside the navigation and a scroll bar.
 */
export const FLOOR_COLUMNS: readonly FloorColumn[] = [
  { id: 'attention', width: 106, sortable: true, cell: AttentionCell },
  { id: 'customer', width: 136, sortable: true, always: true, cell: CustomerCell },
  { id: 'subject', width: 140, grow: true, sortable: true, cell: SubjectCell },
  { id: 'state', width: 172, sortable: true, always: true, cell: StateCell },
  { id: 'queue', width: 88, sortable: true, cell: QueueCell },
  { id: 'agent', width: 164, sortable: true, cell: AgentCell },
  { id: 'wait', width: 68, sortable: true, align: 'end', cell: WaitCell },
  { id: 'handle', width: 94, sortable: true, align: 'end', cell: HandleCell },
  { id: 'sentiment', width: 99, sortable: true, cell: SentimentCell },
  { id: 'quality', width: 68, sortable: true, cell: QualityCell },
  { id: 'language', width: 60, sortable: true },
  { id: 'tags', width: 130, cell: TagsCell },
  { id: 'monitors', width: 54, hideLabel: true, cell: MonitorsCell },
  { id: 'acts', width: 150, align: 'end', hideLabel: true, pinned: true, cell: ActsCell },
]

/** What stays, in this order, where there is no room for all. */
const PRIORITY = ['customer', 'state', 'attention', 'acts', 'agent', 'wait', 'subject', 'monitors', 'sentiment', 'queue', 'quality', 'handle', 'language', 'tags']

function fitting(columns: readonly FloorColumn[], room: number): Set<string> {
  const fits = new Set<string>()
  let used = 0
  for (const id of PRIORITY) {
    const column = columns.find((one) => one.id === id)
    if (!column || (!column.always && used + column.width > room)) continue
    fits.add(id)
    used += column.width
  }
  return fits
}

/** The columns to draw, with their names in the page's language. `room` in pixels; null draws all, and scrolls sideways. */
export function floorColumns(hidden: readonly string[], room: number | null, name: (id: string) => string): Column[] {
  const wanted = FLOOR_COLUMNS.filter((column) => column.always || !hidden.includes(column.id))
  const fits = room === null ? null : fitting(wanted, room)
  const drawn = wanted.filter((column) => fits === null || fits.has(column.id))
  // Something must take what is left over: the subject, or without it the customer.
  const growing = drawn.some((column) => column.id === 'subject') ? 'subject' : 'customer'
  return drawn.map((column) => ({ ...column, label: name(column.id), grow: column.id === growing }))
}
