import { computed, shallowRef, watch, type Ref } from 'vue'

import type { BoardRow } from '@/conversation/types'
import type { RowSet } from '@/live/rows'
import { now, serverNow } from '@/ui/clock'

import { grouped, heldOrder, rank, sameOrder, type Ranking } from './ranking'
import type { FloorView } from './view'

interface Options {
  board: RowSet<BoardRow>
  view: Ref<FloorView>
  words: Ref<string>
  /** While true nothing moves: the pointer or the keyboard is in the list. */
  held: Ref<boolean>
  language: () => string
  nobody: () => string
}

/** The order of the list: anew once a second and with every change of the view, never under the pointer. */
export function useRanking({ board, view, words, held, language, nobody }: Options) {
  const order = shallowRef<BoardRow[]>([])
  const added = shallowRef(0)
  const ranking = (): Ranking => ({ view: view.value, words: words.value, at: serverNow(), language: language(), nobody: nobody() })

  function rankNow(): void {
    added.value = 0
    const next = rank(board.rows.values(), ranking())
    if (!sameOrder(next, order.value)) order.value = next
  }

  function tick(): void {
    if (!held.value || order.value.length === 0) return rankNow()
    const next = heldOrder(order.value, rank(board.rows.values(), ranking()))
    if (next.added === 0) return
    added.value += next.added
    order.value = next.rows
  }

  watch([view, words], rankNow, { deep: true })
  watch([now, board.membership], tick)
  watch(held, (isHeld) => isHeld || rankNow())
  rankNow()

  const lines = computed(() => grouped(order.value, ranking()))
  return { order, lines, added }
}
