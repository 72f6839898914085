import type { Component } from 'vue'

/** One column of a DataTable. */
export interface Column {
  id: string
  label: string
  /** Width in pixels; a column with `grow` takes its share of what is left, and never less than this. */
  width: number
  grow?: boolean
  align?: 'start' | 'end'
  sortable?: boolean
  hideLabel?: boolean
  /** Stays in sight at the end when the table is scrolled sideways. */
  pinned?: boolean
  /** The cell as a component that takes `row`: it then renders by itself, and only when its own data change. */
  cell?: Component
}

/** What a DataTable lets its page do, and the pixels that it has for columns. */
export interface Grid {
  room: number
  move: (step: number) => void
  focus: () => Promise<void>
}

export interface Sort {
  column: string
  direction: 'ascending' | 'descending'
}

/** A line between rows that names the group below it. */
export class GroupLine {
  constructor(
    readonly group: string,
    readonly label: string,
    readonly count: number,
  ) {}
}

/** Asked of every line: of its class, since looking into a row would make whoever asks depend on it. */
export function isGroupLine(item: unknown): item is GroupLine {
  return item instanceof GroupLine
}

export function nextSort(current: Sort | null, column: string): Sort {
  if (current?.column !== column) return { column, direction: 'ascending' }
  return { column, direction: current.direction === 'ascending' ? 'descending' : 'ascending' }
}
