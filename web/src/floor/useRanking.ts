import { computed, onScopeDispose, shallowRef, watch, type Ref } from 'vue'

import type { AttentionPart, BoardRow } from '@/conversation/types'
import type { RowSet } from '@/live/rows'
import { now, serverNow, useNow } from '@/ui/clock'

import { plainly } from './facts'
import type { CallGrade } from './grades'
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
  theirs: (agentId: string) => readonly AttentionPart[] | undefined
  graded?: (id: string) => CallGrade | undefined
}

/** Ranking anew because rows come and go never takes more than this share of the time. */
const SHARE = 20
const LEAST_PAUSE_MS = 100

/**
 * The order of the list: anew once a second, with every change of the view, and soon after rows came or went; never under
 * the pointer. `shown` counts the rows that are not over yet.
 */
export function useRanking({ board, view, words, held, language, nobody, theirs, graded }: Options) {
  const clock = useNow()
  const order = shallowRef<BoardRow[]>([])
  const added = shallowRef(0)
  const shown = shallowRef(0)
  const ranking = (): Ranking => ({ view: view.value, words: words.value, at: clock === now ? serverNow() : clock.value, language: language(), nobody: nobody(), theirs, graded })
  let notBefore = 0
  let turn = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked: ReturnType<typeof setTimeout> | undefined

  function ranked(): BoardRow[] {
    turn += 1
    const began = performance.now()
    const found = rank(board.rows.values(), ranking(), order.value)
    const ended = performance.now()
    notBefore = ended + Math.max(LEAST_PAUSE_MS, SHARE * (ended - began))
    return found
  }

  function put(next: BoardRow[]): void {
    added.value = 0
    if (!sameOrder(next, order.value)) order.value = next
    count()
  }

  const rankNow = () => put(ranked())

  /** For another view: the click, the ranking and the drawing have a turn each, so that none of them is long. */
  function rankInTurn(): void {
    clearTimeout(asked)
    asked = setTimeout(() => {
      const next = ranked()
      const mine = turn
      // Whatever came in between is of a newer moment.
      asked = setTimeout(() => (turn === mine ? put(next) : rankInTurn()))
    })
  }

  function tick(): void {
    clearTimeout(timer)
    timer = undefined
    if (!held.value || order.value.length === 0) return rankNow()
    const next = heldOrder(order.value, ranked())
    if (next.added > 0) {
      added.value += next.added
      order.value = next.rows
    }
    count()
  }

  function soon(): void {
    const pause = notBefore - performance.now()
    if (pause <= 0) tick()
    else timer ??= setTimeout(tick, pause)
  }

  function count(): void {
    let found = 0
    for (const row of order.value) if (!plainly(row).removed) found += 1
    shown.value = found
  }

  watch([view, words], rankInTurn, { deep: true })
  watch(clock, tick)
  watch(board.membership, soon)
  watch(held, (isHeld) => isHeld || rankNow())
  onScopeDispose(() => {
    clearTimeout(timer)
    clearTimeout(asked)
  })
  rankNow()

  const lines = computed(() => grouped(order.value, ranking()))
  return { order, lines, added, shown }
}
