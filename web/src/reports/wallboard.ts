import { computed, effectScope, onScopeDispose, ref, shallowRef, watch, type EffectScope, type Ref, type ShallowRef } from 'vue'

import type { AgentRow, FiguresItem } from '@/floor/types'
import { useRows } from '@/live'

import type { Counted } from './types'

/** An item of the topic `figures` with all that it says. */
export type WallItem = FiguresItem & Counted

/** Below these shares a service level is low, or bad. */
export const LOW = 0.8
const BAD = 0.6

export function levelTone(item: WallItem | null): 'warn' | 'bad' | null {
  const ratio = item?.service_level.ratio ?? null
  if (ratio === null || ratio >= LOW) return null
  return ratio < BAD ? 'bad' : 'warn'
}

/** The worst of several. */
export function worst(tones: readonly ('warn' | 'bad' | null)[]): 'warn' | 'bad' | null {
  return tones.includes('bad') ? 'bad' : tones.includes('warn') ? 'warn' : null
}

/** Somebody waits longer than the service level of the queue says, or twice as long. */
export function waitTone(item: WallItem | null, now: number): 'warn' | 'bad' | null {
  const seconds = item?.service_level.seconds ?? null
  if (!item?.longest_wait_since || seconds === null) return null
  const waited = (now - Date.parse(item.longest_wait_since)) / 1000
  if (waited <= seconds) return null
  return waited > 2 * seconds ? 'bad' : 'warn'
}

const SUMMED = ['in_queue', 'active', 'waiting', 'wrap_up', 'orphans', 'abandoned', 'answered', 'started'] as const

/** How many are there of those who serve in any of these queues, by presence; each of them once. */
export function presences(agents: Iterable<AgentRow>, queues: readonly string[]): Record<string, number> {
  const found: Record<string, number> = {}
  for (const one of agents) if (one.queues.some(({ id }) => queues.includes(id))) found[one.presence] = (found[one.presence] ?? 0) + 1
  return found
}

/** The item of the whole, or of some queues together: counts add up, ratios are made of counts, `agents` are who serves. */
export function chosen(items: readonly WallItem[], wanted: readonly string[], agents: Iterable<AgentRow>): WallItem | null {
  const whole = items.find((one) => one.id === 'all') ?? null
  const mine = items.filter((one) => wanted.includes(one.id))
  const [first] = mine
  if (!first || wanted.length === 0) return wanted.length ? null : whole
  const sum = (of: (one: WallItem) => number) => mine.reduce((total, one) => total + of(one), 0)
  const level = (of: 'within' | 'accepted' | 'abandoned' | 'short' | 'unserved') => sum((one) => one.service_level[of] ?? 0)
  const [within, accepted, abandoned, short, unserved] = [level('within'), level('accepted'), level('abandoned'), level('short'), level('unserved')]
  const share = (part: number, of: number) => (of > 0 ? part / of : null)
  const goals = new Set(mine.map((one) => one.service_level.seconds))
  const since = mine.flatMap((one) => one.longest_wait_since ?? []).sort()
  return {
    ...first,
    ...(Object.fromEntries(SUMMED.map((name) => [name, sum((one) => one[name])])) as Pick<WallItem, (typeof SUMMED)[number]>),
    longest_wait_since: since[0] ?? null,
    abandonment: share(abandoned, accepted + abandoned),
    service_level: {
      within,
      accepted,
      abandoned,
      short,
      unserved,
      ratio: share(within, accepted + abandoned + unserved),
      of_accepted: share(within, accepted),
      without_short_abandons: share(within, accepted + abandoned - short + unserved),
      seconds: goals.size === 1 ? first.service_level.seconds : null,
    },
    // One queue says itself who serves in it; of several, who serves in two would be there twice.
    agents: mine.length === 1 ? first.agents : { ...first.agents, ...Object.fromEntries(Object.keys(first.agents).map((name) => [name, 0])), ...presences(agents, wanted) },
  }
}

/** Who serves, watched while they are `wanted`: a whole floor of them is much to be told of for nothing. In a component's setup. */
export function useServing(wanted: () => boolean) {
  const live = shallowRef<ReturnType<typeof useRows<AgentRow>> | null>(null)
  let scope: EffectScope | undefined
  const end = () => scope?.stop()
  watch(
    wanted,
    (now) => {
      end()
      live.value = null
      if (!now) return
      scope = effectScope(true)
      scope.run(() => (live.value = useRows<AgentRow>('agents')))
    },
    { immediate: true },
  )
  onScopeDispose(end)
  return computed(() => (void live.value?.changes.value, [...(live.value?.rows.values() ?? [])]))
}

export interface WallPage {
  items: readonly WallItem[]
  number: number
  pages: number
}

/** The page that is shown at a turn. */
export function pageOf(items: readonly WallItem[], rows: number, turn: number): WallPage {
  const pages = Math.max(1, Math.ceil(items.length / rows))
  const place = turn % pages
  return { items: items.slice(place * rows, (place + 1) * rows), number: place + 1, pages }
}

/** Height of an element in pixels, as it changes. */
export function useHeight(element: Readonly<ShallowRef<HTMLElement | null>>): Ref<number> {
  const height = ref(0)
  const observer = new ResizeObserver(([entry]) => {
    if (entry) height.value = entry.contentRect.height
  })
  watch(element, (now, before) => {
    if (before) observer.unobserve(before)
    if (now) observer.observe(now)
  })
  onScopeDispose(() => observer.disconnect())
  return height
}
