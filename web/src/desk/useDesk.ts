import { defineStore } from 'pinia'
import { computed, watch } from 'vue'

import { api } from '@/api/client'
import type { BoardRow } from '@/conversation/types'
import { isAllowed } from '@/conversation/acts'
import { sayProblem } from '@/dialogs/acts'
import { useRows } from '@/live'
import { useSession } from '@/stores/session'
import { storedRef } from '@/stores/stored'
import type { Presence } from '@/ui/presence'

import { byTurn, byUrgency, GROUPS, groupOf, stillHere, unreadOf } from './lists'
import type { MyConversation, MyItem, MyOffer, MyPresence } from './types'

/** What is mine, live: offers, conversations, presence. To be called in a component's setup. */
export function useMine() {
  const me = useRows<MyItem>('me')
  const items = computed(() => (void me.changes.value, [...me.rows.values()]))
  return {
    ready: me.ready,
    problem: me.problem,
    conversations: computed(() => items.value.filter((one): one is MyConversation => one.kind === 'conversation')),
    offers: computed(() =>
      items.value.filter((one): one is MyOffer => one.kind === 'offer').sort((one, other) => Date.parse(one.expires_at) - Date.parse(other.expires_at)),
    ),
    presence: computed(() => items.value.find((one): one is MyPresence => one.kind === 'presence') ?? null),
  }
}

/** Conversations of mine in their groups, with what is unread, and what waits in my queues. */
export function useLists() {
  const mine = useMine()
  const board = useRows<BoardRow>('board')
  const marks = useMarks()
  const groups = computed(() =>
    GROUPS.map((group) => ({ group, rows: mine.conversations.value.filter((row) => groupOf(row) === group).sort(byUrgency) })).filter(
      ({ rows }) => rows.length > 0,
    ),
  )
  const pickable = computed(() => {
    void board.changes.value
    return [...board.rows.values()].filter((row) => row.state === 'open' && isAllowed(row.acts, 'pick')).sort(byTurn)
  })
  watch(
    () => mine.ready.value && mine.conversations.value.map((row) => row.id).join(' '),
    (ids) => typeof ids === 'string' && marks.keep(new Set(ids.split(' '))),
  )
  return { ...mine, groups, pickable, unread: (row: MyConversation) => unreadOf(row, marks.seen) }
}

/** How far each conversation was read, kept in this browser for this account. */
export const useMarks = defineStore('desk.marks', () => {
  const seen = storedRef<Record<string, number>>(useSession().me?.id ?? '', 'desk.seen', {})
  function mark(id: string, read: number): void {
    if (document.visibilityState === 'visible' && read > (seen.value[id] ?? 0)) seen.value = { ...seen.value, [id]: read }
  }
  function keep(ids: ReadonlySet<string>): void {
    if (Object.keys(seen.value).some((id) => !ids.has(id))) seen.value = stillHere(seen.value, ids)
  }
  return { seen, mark, keep }
})

/** Sets one's own presence; what went wrong is said. */
export async function setMyPresence(presence: Presence): Promise<void> {
  try {
    await api.put(`/agents/${useSession().me?.id ?? ''}/presence`, { presence })
  } catch (error) {
    sayProblem(error)
  }
}
