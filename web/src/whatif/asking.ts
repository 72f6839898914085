import { sentConditions, type QueueRule, type SkillRule } from '@/admin/rules'

import { EVERYBODY, type Change, type House, type Kind, type LoadForm, type LocalTime, type Request, type StreamForm } from './types'

const DAY_MS = 86_400_000
let last = 0
const nextKey = () => (last += 1)

/** As a field for date and time wants it: the reader's own wall clock, to the minute. */
export function localTime(at: Date): LocalTime {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

function atHour(day: Date, hour: number): LocalTime {
  return localTime(new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour))
}

/** Yesterday, and tomorrow from eight. */
export function newLoad(now: Date, house: House): LoadForm {
  return {
    source: 'recorded',
    since: atHour(new Date(now.getTime() - DAY_MS), 0),
    until: atHour(now, 0),
    start: atHour(new Date(now.getTime() + DAY_MS), 8),
    hours: 8,
    streams: house.workstreams.length > 0 ? [newStream(house)] : [],
  }
}

export function newStream(house: House): StreamForm {
  const first = house.workstreams[0]
  return {
    key: nextKey(),
    workstream: first?.id ?? '',
    queue: '',
    perHour: 60,
    talk: 300,
    wrapUp: 30,
    patience: 180,
    answer: 5,
    rejected: 0,
    missed: 0,
    away: 60,
    passed: 0,
    passedTo: '',
    passedTalk: 300,
  }
}

export function newChange(kind: Kind, house: House): Change {
  const change: Change = {
    key: nextKey(),
    kind,
    agents: [],
    agent: EVERYBODY,
    count: 1,
    capacity: kind === 'add' ? 3 : '',
    queues: [],
    skills: {},
    hours: '',
    queue: '',
    method: '',
    match: '',
    priority: '',
    goal: null,
    workstream: '',
    units: '',
    fallback: '',
    queueRules: [],
    skillRules: [],
  }
  if (kind === 'queue') return ofQueue(change, house, house.queues[0]?.id ?? '')
  return kind === 'workstream' ? ofWorkstream(change, house, house.workstreams[0]?.id ?? '') : change
}

/** The change, about this one as it is today. */
export function ofAgent(change: Change, house: House, agent: string): Change {
  const found = house.agents.find((one) => one.id === agent)
  return found
    ? { ...change, agent, capacity: found.capacity, queues: found.queues, skills: found.skills }
    : { ...change, agent: EVERYBODY, capacity: '', queues: [], skills: {} }
}

export function ofQueue(change: Change, house: House, queue: string): Change {
  const found = house.queues.find((one) => one.id === queue)
  if (!found) return change
  const { method, match, priority, service_level_seconds: goal } = found
  return { ...change, queue, method, match, priority, goal }
}

export function ofWorkstream(change: Change, house: House, workstream: string): Change {
  const found = house.workstreams.find((one) => one.id === workstream)
  if (!found) return change
  const rules = { queueRules: found.queue_rules as QueueRule[], skillRules: found.skill_rules as SkillRule[] }
  return { ...change, workstream, units: found.units, fallback: found.queue, ...rules }
}


/** What is missing before it can be asked; null when nothing is. */
export function trouble(load: LoadForm, changes: readonly Change[]): string | null {
  if (load.source === 'recorded') {
    if (!load.since || !load.until || load.since >= load.until) return 'period'
  } else {
    if (!load.start || !(Number(load.hours) > 0)) return 'hours'
    if (load.streams.length === 0) return 'streams'
    if (load.streams.some((one) => !one.workstream || !(Number(one.perHour) >= 0) || !one.talk)) return 'stream'
    if (load.streams.some((one) => Number(one.rejected) + Number(one.missed) > 100)) return 'offers'
    if (load.streams.some((one) => Number(one.passed) > 0 && !(one.passedTo && one.passedTalk))) return 'passed'
  }
  if (changes.some((one) => one.kind === 'add' && one.queues.length === 0)) return 'newAgents'
  return null
}

const whole = (value: number | string): number | undefined => (value === '' ? undefined : Math.trunc(Number(value)))
const iso = (at: LocalTime): string => new Date(at).toISOString()
const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const sorted = (ids: readonly string[]): string[] => [...ids].sort()

function streamBody(one: StreamForm) {
  const passed = Number(one.passed) / 100
  return {
    workstream: one.workstream,
    queue: one.queue || null,
    per_hour: Number(one.perHour),
    talk: one.talk ?? 1,
    wrap_up: Number(one.wrapUp),
    patience: one.patience,
    answer: Number(one.answer),
    rejected: Number(one.rejected) / 100,
    missed: Number(one.missed) / 100,
    away: Number(one.away),
    passing: passed > 0 ? [{ queue: one.passedTo, share: passed, talk: one.passedTalk ?? 1 }] : [],
  }
}

/** Only what differs from today: a form that was opened and left as it was changes nothing. */
function agentBody(change: Change, house: House) {
  const today = house.agents.find((one) => one.id === change.agent)
  const capacity = whole(change.capacity)
  return {
    ...(capacity !== undefined && capacity !== today?.capacity && { capacity }),
    ...(today && !same(sorted(change.queues), sorted(today.queues)) && { queues: [...change.queues] }),
    ...(today && !same(Object.entries(change.skills).sort(), Object.entries(today.skills).sort()) && { skills: { ...change.skills } }),
    ...(change.hours && { hours: change.hours }),
  }
}

function queueBody(change: Change, house: House) {
  const today = house.queues.find((one) => one.id === change.queue)
  const priority = whole(change.priority)
  return {
    ...(change.method !== today?.method && { method: change.method }),
    ...(change.match !== today?.match && { match: change.match }),
    ...(priority !== undefined && priority !== today?.priority && { priority }),
    ...(change.goal !== null && change.goal !== today?.service_level_seconds && { service_level_seconds: change.goal }),
  }
}

function workstreamBody(change: Change, house: House) {
  const today = house.workstreams.find((each) => each.id === change.workstream)
  const units = whole(change.units)
  const sent = <T extends QueueRule | SkillRule>(rules: readonly T[]) =>
    rules.map((one) => ({ ...one, name: one.name.trim(), conditions: sentConditions(one.conditions) }))
  return {
    ...(units !== undefined && units !== today?.units && { units }),
    ...(change.fallback && change.fallback !== today?.queue && { queue: change.fallback }),
    ...(today && !same(change.queueRules, today.queue_rules) && { queue_rules: sent(change.queueRules) }),
    ...(today && !same(change.skillRules, today.skill_rules) && { skill_rules: sent(change.skillRules) }),
  }
}

type Changes = NonNullable<Request['changes']>

function changesBody(changes: readonly Change[], house: House): Changes {
  const of = (kind: Kind) => changes.filter((one) => one.kind === kind)
  const named = <T extends object>(some: readonly Change[], id: (one: Change) => string, body: (one: Change) => T) =>
    Object.fromEntries(some.map((one) => [id(one), body(one)] as const).filter(([name, one]) => name && Object.keys(one).length > 0))
  const body = {
    agents: {
      add: of('add').map((one) => ({
        queues: [...one.queues],
        count: whole(one.count) ?? 1,
        capacity: whole(one.capacity) ?? 3,
        skills: { ...one.skills },
        hours: one.hours || null,
      })),
      remove: of('remove').flatMap((one) => one.agents),
      change: named(of('agent'), (one) => one.agent, (one) => agentBody(one, house)),
    },
    queues: named(of('queue'), (one) => one.queue, (one) => queueBody(one, house)),
    workstreams: named(of('workstream'), (one) => one.workstream, (one) => workstreamBody(one, house)),
  }
  return body as Changes
}

/** What the forms ask for. */
export function requestOf(load: LoadForm, changes: readonly Change[], house: House, replications: number): Request {
  const common = { changes: changesBody(changes, house), replications, seed: 1 }
  if (load.source === 'recorded') return { ...common, from: iso(load.since), to: iso(load.until) } as Request
  const streams = load.streams.map(streamBody)
  return { ...common, synthetic: { start: iso(load.start), hours: Number(load.hours), streams, run_up: 0 } } as Request
}
