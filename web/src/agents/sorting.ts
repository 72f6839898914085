import type { AgentRow } from '@/floor/types'
import { PRESENCES } from '@/ui/presence'
import type { Sort } from '@/ui/table'

interface Arrangement {
  words: string
  presences: readonly string[]
  sort: Sort | null
  language: string
}

const keys: Record<string, (agent: AgentRow) => number> = {
  presence: (agent) => PRESENCES.indexOf(agent.presence),
  since: (agent) => -Date.parse(agent.since),
  load: (agent) => (agent.capacity > 0 ? agent.load / agent.capacity : agent.load),
}

/** Agents that pass, sorted; equal ones by name. */
export function sortedAgents(agents: Iterable<AgentRow>, { words, presences, sort, language }: Arrangement): AgentRow[] {
  const collator = new Intl.Collator(language)
  const wanted = words.trim().toLocaleLowerCase()
  const key = keys[sort?.column ?? ''] ?? (() => 0)
  const sign = sort?.direction === 'descending' ? -1 : 1
  return [...agents]
    .filter((agent) => !presences.length || presences.includes(agent.presence))
    .filter((agent) => [agent.name, ...[...agent.queues, ...(agent.skills ?? [])].map((one) => one.name)].join(' ').toLocaleLowerCase().includes(wanted))
    .sort((one, other) => {
      const byName = collator.compare(one.name, other.name)
      return sort?.column === 'name' ? byName * sign : (key(one) - key(other)) * sign || byName
    })
}
