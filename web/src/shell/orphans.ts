import type { ChangesFrame, SnapshotFrame } from '@/live/protocol'

/** What the alert needs of a row. */
export interface Orphan {
  id: string
  orphaned?: boolean
  removed?: boolean
  customer?: { name: string }
  queue?: { name: string } | null
}

/**
 * Tells of conversations that nobody will take, each once for as long as that is so. What is so already when the page
 * begins stands on the floor; what became so while the line was down is told with the snapshot after it.
 */
export function orphanWatch(say: (orphan: Orphan) => void): (frame: Pick<SnapshotFrame | ChangesFrame, 'op' | 'data'>) => void {
  const known = new Set<string>()
  let begun = false
  return ({ op, data }) => {
    const rows = data as unknown as readonly Orphan[]
    if (op === 'snapshot') {
      const now = new Set(rows.filter((row) => row.orphaned).map((row) => row.id))
      for (const id of [...known]) if (!now.has(id)) known.delete(id)
    }
    for (const row of rows) {
      if (!row.orphaned) known.delete(row.id)
      else if (!known.has(row.id)) {
        known.add(row.id)
        if (begun) say(row)
      }
    }
    begun = true
  }
}
