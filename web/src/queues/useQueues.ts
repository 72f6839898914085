import { computed, shallowRef, watch, type Ref } from 'vue'

import type { Hours } from '@/admin/resources'
import type { Queue } from '@/admin/types'
import { useList } from '@/admin/useList'
import type { AgentRow } from '@/floor/types'
import { useRows } from '@/live'
import { currentLanguage } from '@/messages'
import type { WallItem } from '@/reports/wallboard'
import { now } from '@/ui/clock'
import { PRESENCES } from '@/ui/presence'

/** A queue of the viewer's scope: what is in it now, whose it is, and how it is set. */
export interface QueueRow extends WallItem {
  /** Null until it is read. */
  set: Queue | null
  /** Null where it is always open. */
  opening: { open: boolean; changes_at: string | null } | null
  members: readonly AgentRow[]
}

/** Members by who can serve soonest, then by name. */
export function membersOf(queue: string, agents: Iterable<AgentRow>, language: string): AgentRow[] {
  const { compare } = new Intl.Collator(language)
  return [...agents]
    .filter((one) => one.queues.some((other) => other.id === queue))
    .sort((one, other) => PRESENCES.indexOf(one.presence) - PRESENCES.indexOf(other.presence) || compare(one.name, other.name))
}

/** The queues that figures are shown of, by name; figures and agents live, settings whenever they change. In a component's setup. */
export function useQueues(words: Ref<string>) {
  const figures = useRows<WallItem>('figures')
  const agents = useRows<AgentRow>('agents')
  const settings = useList<Queue>('/queues', ['queue', 'hours'])
  const hours = useList<Hours>('/hours', ['hours'])
  /** Opening and closing come to pass without anybody changing anything. */
  const isDue = computed(() => (hours.items.value ?? []).some((one) => one.changes_at !== null && Date.parse(one.changes_at) < now.value))
  watch(isDue, (due) => {
    if (due) void hours.load()
  })

  const rows = shallowRef<readonly QueueRow[]>([])
  const names = computed(() => new Map((settings.items.value ?? []).map((one) => [one.id, one.name])))
  function read(): void {
    const language = currentLanguage()
    const wanted = words.value.trim().toLocaleLowerCase()
    const known = new Map((settings.items.value ?? []).map((one) => [one.id, one]))
    const opening = new Map((hours.items.value ?? []).map((one) => [one.id, one]))
    const { compare } = new Intl.Collator(language)
    rows.value = [...figures.rows.values()]
      .filter((one) => one.id !== 'all')
      .map((one) => {
        const set = known.get(one.id) ?? null
        return { ...one, set, opening: set?.hours_id ? (opening.get(set.hours_id) ?? null) : null, members: membersOf(one.id, agents.rows.values(), language) }
      })
      .filter((one) => [one.name ?? '', ...one.members.map((member) => member.name)].join(' ').toLocaleLowerCase().includes(wanted))
      .sort((one, other) => compare(one.name ?? '', other.name ?? ''))
  }
  watch([figures.changes, agents.changes, settings.items, hours.items, words], read, { immediate: true })
  const ready = computed(() => figures.ready.value && agents.ready.value && settings.items.value !== null)
  const problem = computed(() => figures.problem.value ?? agents.problem.value ?? (settings.items.value ? null : settings.problem.value))
  return { rows, names, ready, problem }
}
