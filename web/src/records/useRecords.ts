import { onScopeDispose, ref, shallowRef, watch } from 'vue'

import { api, type Paged, type Query } from '@/api/client'
import { Problem } from '@/api/problem'
import type { BoardRow, ConversationState } from '@/conversation/types'
import { useRows } from '@/live'

const GATHER_MS = 400
const PAGE = 50
const MOST = 200

/** Records page by page by a query that may change; read again by itself once the floor says that a record changed. */
export function useRecords(query: () => Query) {
  const rows = shallowRef<readonly ConversationState[] | null>(null)
  const next = shallowRef<string | null>(null)
  const problem = shallowRef<Problem | null>(null)
  const busy = ref(false)
  let turn = 0

  async function read(limit: number, cursor: string | null): Promise<void> {
    const mine = (turn += 1)
    const before = cursor ? (rows.value ?? []) : []
    busy.value = true
    try {
      const page = await api.get<Paged<ConversationState>>('/records', { ...query(), limit, cursor })
      if (mine !== turn) return
      rows.value = [...before, ...page.items]
      next.value = page.next
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = Problem.from(error)
    } finally {
      if (mine === turn) busy.value = false
    }
  }
  const again = () => read(Math.min(MOST, Math.max(PAGE, rows.value?.length ?? 0)), null)
  const more = () => (next.value ? read(PAGE, next.value) : again())

  const board = useRows<BoardRow>('board')
  const seen = new Map<string, number>()
  let later: ReturnType<typeof setTimeout> | undefined
  /** Whether any record has come, gone or changed since the last look. */
  function news(): boolean {
    const now = new Map([...board.rows.values()].filter((row) => row.channel === 'record' && !row.removed).map((row) => [row.id, row.version]))
    const changed = now.size !== seen.size || [...now].some(([id, version]) => seen.get(id) !== version)
    seen.clear()
    for (const [id, version] of now) seen.set(id, version)
    return changed
  }
  watch(board.changes, () => {
    if (!news()) return
    clearTimeout(later)
    later = setTimeout(() => void again(), GATHER_MS)
  })
  onScopeDispose(() => clearTimeout(later))
  watch(
    () => JSON.stringify(query()),
    () => {
      rows.value = next.value = problem.value = null
      void again()
    },
    { immediate: true },
  )
  return { rows, next, problem, busy, more, again }
}
