import { api } from '@/api/client'
import { reasonText } from '@/messages/problems'
import type { Presence } from '@/ui/presence'

/** `GET /conversations/{id}/candidates`: whom it can be given to, by fit, and why not to the others. */
export interface AgentCandidate {
  id: string
  name: string
  presence: Presence
  capacity: number
  load: number
  exceeded_by: number
  skills: readonly { name: string; level: number }[]
  match: number | null
  available: boolean
  /** What would have to be confirmed to ask them all the same; empty where nothing helps. */
  overrides: readonly ('override_presence' | 'override_capacity')[]
  reason: string | null
  reason_text: string | null
  queues: readonly string[]
}

export interface QueueCandidate {
  id: string
  name: string
  kind: string
  waiting: number
  members: number
  available: boolean
  reason: string | null
  reason_text: string | null
}

export interface Candidates {
  agents: AgentCandidate[]
  queues: QueueCandidate[]
  units: number
}

export type Purpose = 'assign' | 'transfer' | 'consult'

export function readCandidates(id: string, purpose: Purpose, all: boolean): Promise<Candidates> {
  return api.get<Candidates>(`/conversations/${id}/candidates`, { for: purpose, all: all || undefined })
}

/** Can be chosen as they are; needs an override; can't be chosen at all. */
export type Fit = 'free' | 'override' | 'impossible'

export function fitOf(agent: AgentCandidate): Fit {
  if (agent.available) return 'free'
  return agent.overrides.length > 0 ? 'override' : 'impossible'
}

/** Why this one can't be chosen, in words. */
export const whyNotAgent = (agent: AgentCandidate) => agent.reason_text ?? reasonText(agent.reason ?? '', { agent: agent.name })
export const whyNotQueue = (queue: QueueCandidate) => queue.reason_text ?? reasonText(queue.reason ?? '', { queue: queue.name })

/** What must be confirmed before this agent is asked. */
export function overridesOf(agent: AgentCandidate): { presence: boolean; capacity: boolean } {
  return { presence: agent.overrides.includes('override_presence'), capacity: agent.overrides.includes('override_capacity') }
}

/** Agents whose name or skills match, apart by fit, the server's order kept within each. */
export function byFit(agents: readonly AgentCandidate[], words: string): Record<Fit, AgentCandidate[]> {
  const wanted = words.trim().toLocaleLowerCase()
  const groups: Record<Fit, AgentCandidate[]> = { free: [], override: [], impossible: [] }
  for (const agent of agents) {
    const text = [agent.name, ...agent.skills.map((skill) => skill.name)].join(' ').toLocaleLowerCase()
    if (text.includes(wanted)) groups[fitOf(agent)].push(agent)
  }
  return groups
}

/**
 * By how many units all of them together would exceed the agent's capacity; `units` are what each costs, the first being the
 * one that was asked about. Whoever has reached a limit for that one has reached it for the others.
 */
export function excessOfAll(agent: AgentCandidate, units: readonly number[]): number {
  const total = units.reduce((sum, one) => sum + one, 0)
  const over = Math.max(0, agent.load + total - agent.capacity)
  const isLimited = agent.exceeded_by > Math.max(0, agent.load + (units[0] ?? 0) - agent.capacity)
  return Math.max(over, agent.exceeded_by, isLimited ? total : 0)
}
