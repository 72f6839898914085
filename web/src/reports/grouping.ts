import type { Query } from '@/api/client'

import type { Say } from './interventions'
import { languageName } from './languages'
import type { HistoryItem } from './types'

/** What the report's table, and its file, can be grouped by. */
export const GROUPS = ['queue', 'channel', 'language', 'outcome'] as const
export type Group = (typeof GROUPS)[number]

/** Whose figures they are, as it is read; null where that has no name. */
export function nameOf(item: HistoryItem, say: Say): string | null {
  if (item.agent) return item.agent_name
  if (item.queue) return item.queue_name
  if (item.channel) return say(`conversation.channel.${item.channel}`)
  if (item.language) return languageName(item.language)
  return item.outcome ? say(`reports.outcomes.${item.outcome}`) : null
}

/** The same figures asked for alone: the item's own period, and what it is of. */
export function narrowedTo(item: HistoryItem): Query {
  const own = Object.entries({ queue: item.queue, agent: item.agent, channel: item.channel, language: item.language, outcome: item.outcome })
  return { from: item.since, to: item.until, ...Object.fromEntries(own.flatMap(([name, value]) => (value ? [[name, [value]]] : []))) }
}
