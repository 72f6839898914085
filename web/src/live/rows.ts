import { shallowReactive, shallowRef, type ShallowRef } from 'vue'

import type { Item } from './protocol'

/** What a topic's items become on the page: one reactive object a row, changed in place. */
export type Rows = Map<string, Record<string, unknown>>

/** True where `next` is older than what is shown, so that a late frame never turns time back. */
export function isOutdated(current: Readonly<Record<string, unknown>> | undefined, next: Item): boolean {
  return typeof current?.version === 'number' && typeof next.version === 'number' && next.version < current.version
}

/** Puts items over the rows; says whether a row came or went. Rows keep their identity. */
export function applyItems(rows: Rows, items: readonly Item[]): boolean {
  let membership = false
  for (const item of items) {
    if (item.id === undefined) continue
    const current = rows.get(item.id)
    if (item.removed) {
      // Whoever still draws the row, such as a list whose order is held, sees that it is over.
      if (current) current.removed = true
      membership = rows.delete(item.id) || membership
    } else if (current === undefined) {
      rows.set(item.id, shallowReactive({ ...item }))
      membership = true
    } else if (!isOutdated(current, item)) {
      Object.assign(current, item)
    }
  }
  return membership
}

/** Everything but what is named goes; says whether anything did. */
export function retain(rows: Rows, named: ReadonlySet<string | undefined>): boolean {
  const gone = [...rows.keys()].filter((id) => !named.has(id))
  return applyItems(rows, gone.map((id) => ({ id, removed: true })))
}

/** What is done to the rows in one go. `only`: what it does not name goes. */
export interface Slice {
  data: readonly Item[]
  only?: ReadonlySet<string | undefined>
}

/** Rows that are taken in without the page standing still. */
const AT_ONCE = 500

/** A large snapshot over what is shown, in pieces: what it does not name goes with the last. */
export function slices({ op, data }: Taken): Slice[] {
  const only = op === 'snapshot' ? new Set(data.map((item) => item.id)) : undefined
  if (data.length <= AT_ONCE) return [{ data, only }]
  const found: Slice[] = []
  for (let at = 0; at < data.length; at += AT_ONCE) found.push({ data: data.slice(at, at + AT_ONCE) })
  const last = found.at(-1)
  if (last) last.only = only
  return found
}

/** Rows of a topic with a count that moves when a row came or went, and one that moves with any change. */
export interface RowSet<Row> {
  readonly rows: ReadonlyMap<string, Row>
  readonly membership: Readonly<ShallowRef<number>>
  readonly changes: Readonly<ShallowRef<number>>
  readonly ready: Readonly<ShallowRef<boolean>>
  take(slice: Slice): void
  clear(): void
}

export function rowSet<Row>(): RowSet<Row> {
  const rows: Rows = new Map()
  const membership = shallowRef(0)
  const changes = shallowRef(0)
  const ready = shallowRef(false)
  return {
    rows: rows as unknown as ReadonlyMap<string, Row>,
    membership,
    changes,
    ready,
    take({ data, only }) {
      const gone = only ? retain(rows, only) : false
      if (applyItems(rows, data) || gone) membership.value += 1
      changes.value += 1
      ready.value = true
    },
    clear() {
      rows.clear()
      membership.value += 1
      changes.value += 1
      ready.value = false
    },
  }
}

export interface Taken {
  op: 'snapshot' | 'changes'
  data: readonly Item[]
}

/**
 * A large snapshot comes in parts. On an empty page each is shown as it comes; over rows that are there already, what
 * the first part does not name is not gone yet, so they are shown together.
 */
export class Parts {
  private gathered: Item[] | null = null

  take(frame: Taken & { more?: boolean }, shown: boolean): Taken | null {
    if (frame.op === 'snapshot') this.gathered = frame.more && shown ? [] : null
    if (!this.gathered) return frame
    this.gathered.push(...frame.data)
    if (frame.more) return null
    const data = this.gathered
    this.gathered = null
    return { op: 'snapshot', data }
  }
}
