import { describe, expect, it } from 'vitest'

import { allParts, attentionMissing, attentionReasons, attentionScore } from '@/attention/score'
import type { AttentionPart, BoardRow, Call } from '@/conversation/types'

import { floorColumns } from './columns'
import { factsOf, waitOf } from './facts'
import type { CallGrade } from './grades'
import { grouped, heldOrder, passes, rank, waited, type Ranking } from './ranking'
import { chosenByHand, DEFAULT_VIEW, FIGURE_FILTERS, NOBODY, showsFigure } from './view'

const T0 = Date.parse('2026-01-01T10:00:00Z')
const iso = (seconds: number) => new Date(T0 + seconds * 1000).toISOString()

function row(id: string, part: Partial<BoardRow> = {}): BoardRow {
  return {
    id, version: 1, at: iso(0), state: 'open', stage: null, channel: 'live_chat', mode: 'text', queue: { id: 'q1', name: 'Support' },
    workstream: { id: 'w', name: 'Web' }, agent: null, bot: null, customer: { id: `c${id}`, name: `Customer ${id}` }, subject: 'Invoice', preview: null,
    sentiment: null, language: 'fi', tags: [], vip: false, verified: false, priority: 0, created_at: iso(0), queued_at: iso(0), session_queued_at: iso(0), first_accepted_at: null, accepted_at: null,
    waiting_at: null, wrap_up_at: null, closed_at: null, closed_as: null, unanswered_since: null, attention: [], agent_attention: {}, unheeded: [], asked: null, muted: null, pinned: null, offers: [], participants: [],
    monitored_by: [], excess_units: 0, units: 1, orphaned: false, customer_online: true, consent: { policy: 'none', answer: null, told: false }, acts: {}, ...part,
  }
}
const ranking = (part: Partial<Ranking> = {}): Ranking => ({ view: DEFAULT_VIEW, words: '', at: T0 + 600_000, language: 'en', nobody: 'Nobody', ...part })
const call = (since: string | null): Call => ({ id: 'call', mode: 'voice', state: 'on', since: iso(0), held_since: null, coached_by: [], recording: null, with_agent_since: since })
const held = (since: string | null): Call => ({ ...call(since), held_since: iso(30) })
const again: Call = { ...call(null), state: 'wanted', telephone: { number: null, account: 'trunk', line: 'wanted', tries: 1, why: 'busy', recall_at: iso(390) } }
const ids = (rows: readonly BoardRow[]) => rows.map((one) => one.id).join('')

describe('attention', () => {
  const part = { name: 'waiting', base: 10, per_minute: 10, from: iso(60), cap: 60 }
  it('is nothing before its time, then grows up to its cap', () => {
    expect([0, 60, 120, 600].map((second) => attentionScore(row('a', { attention: [part] }), T0 + second * 1000))).toEqual([0, 10, 20, 60])
  })
  it('is at most 100, and says its reasons by weight', () => {
    const orphaned = { name: 'orphaned', base: 50, per_minute: 0, from: null, cap: null }
    expect(attentionScore(row('a', { attention: [part, orphaned] }), T0 + 600_000)).toBe(100)
    expect(attentionReasons([orphaned, part], T0 + 600_000).map(({ part: one }) => one.name)).toEqual(['waiting', 'orphaned'])
    expect(attentionReasons([part], T0)).toEqual([])
  })
})

describe('what others say of attention', () => {
  const part: AttentionPart = { name: 'orphaned', base: 50, per_minute: 0, from: null, cap: null }
  const silent: AttentionPart = { name: 'silent', base: 5, per_minute: 5, from: iso(0), cap: 30 }
  it('counts what an agent adds only where the row says so, with its weight', () => {
    const theirs = row('a', { attention: [part], agent_attention: { silent: 0.5 } })
    expect(attentionScore(theirs, T0 + 60_000, [silent])).toBe(55)
    expect(attentionScore(row('b', { attention: [part] }), T0 + 60_000, [silent])).toBe(50)
    expect(allParts(theirs, [silent]).map(({ name, cap }) => [name, cap])).toEqual([['orphaned', null], ['silent', 15]])
  })
  it('is nothing while it is muted, and comes back by the clock', () => {
    const muted = { by: 'Saara', at: iso(0), until: iso(60), why: null }
    expect([0, 59, 60].map((second) => attentionScore(row('a', { attention: [part], muted }), T0 + second * 1000))).toEqual([0, 0, 50])
    expect(attentionScore(row('a', { attention: [part], muted: { ...muted, until: null } }), T0 + 1e9)).toBe(0)
  })
  it('puts what is pinned first, whichever way the list is sorted', () => {
    const rows = [row('a', { attention: [part] }), row('b'), row('c', { pinned: { by: 'Saara', at: iso(0), why: null } })]
    expect(ids(rank(rows, ranking()))).toBe('cab')
    const ascending = { ...DEFAULT_VIEW, sort: { column: 'attention', direction: 'ascending' as const } }
    expect(ids(rank(rows, ranking({ view: ascending })))).toBe('cba')
  })
  it('says why it is not higher: switched off, later, or not so', () => {
    const later = { ...silent, name: 'waiting', from: iso(60) }
    const missing = attentionMissing(row('a', { attention: [later], unheeded: ['vip'] }), [later], T0)
    expect(missing).toContainEqual({ name: 'waiting', because: 'later', after: 60_000 })
    expect(missing).toContainEqual({ name: 'vip', because: 'unheeded' })
    expect(missing).toContainEqual({ name: 'asked', because: 'not' })
    expect(attentionReasons([{ ...silent, base: 30 }], T0 + 60_000)[0]?.full).toBe(true)
  })
})

describe('wait', () => {
  it('runs until acceptance, and anew in the queue after it', () => {
    expect(waited(factsOf(row('a')), T0 + 5000)).toBe(5000)
    const served = { first_accepted_at: iso(20), accepted_at: iso(20), state: 'active', stage: 'accepted' } as const
    expect(waitOf(row('a', served))).toEqual({ since: iso(0), until: iso(20) })
    expect(waitOf(row('a', { first_accepted_at: iso(20), session_queued_at: iso(90) }))).toEqual({ since: iso(90), until: null })
  })
  it('does not run before it is time to call somebody again', () => {
    const later = row('a', { first_accepted_at: iso(20), session_queued_at: iso(90), call: again })
    expect(waitOf(later)).toEqual({ since: null, until: null })
    expect(waited(factsOf(later), T0)).toBe(-Infinity)
  })
})

describe('filters', () => {
  const mine = row('a', { agent: { id: 'a1', name: 'Aino' }, state: 'active', stage: 'accepted' })
  it('look at state, queue, agent, channel', () => {
    const view = (part: Partial<typeof DEFAULT_VIEW>) => ({ view: { ...DEFAULT_VIEW, ...part }, words: '' })
    expect(passes(mine, view({ situations: ['active'] }))).toBe(true)
    expect(passes(mine, view({ situations: ['queued'] }))).toBe(false)
    expect(passes(mine, view({ agents: [NOBODY] }))).toBe(false)
    expect(passes(row('b'), view({ agents: [NOBODY] }))).toBe(true)
    expect(passes(mine, view({ channels: ['voice'] }))).toBe(false)
  })
  it('find every word wherever it stands', () => {
    expect(passes(mine, { view: DEFAULT_VIEW, words: 'aino INV' })).toBe(true)
    expect(passes(mine, { view: DEFAULT_VIEW, words: 'aino refund' })).toBe(false)
  })
})

describe('order', () => {
  const rows = [row('a'), row('b', { queued_at: iso(-60) }), row('c', { queued_at: iso(30) })]
  it('is by the chosen column, equal ones by age', () => {
    const byWait = { ...DEFAULT_VIEW, sort: { column: 'wait', direction: 'descending' } as const }
    expect(ids(rank(rows, ranking({ view: byWait })))).toBe('bac')
    expect(ids(rank(rows, ranking()))).toBe('abc')
  })
  it('puts the worst call first, and what is in none last', () => {
    const grades: Record<string, CallGrade> = {
      a: { id: 'a', call: 'call', customer: 4, agent: 3 },
      b: { id: 'b', call: 'call', customer: 0, agent: 4, stale: true },
      c: { id: 'c', call: 'call', customer: null, agent: null },
    }
    const view = { ...DEFAULT_VIEW, sort: { column: 'quality', direction: 'ascending' as const } }
    expect(ids(rank([row('d'), row('c'), row('a'), row('b')], ranking({ view, graded: (id) => grades[id] })))).toBe('bacd')
  })
  it('is the same wherever sorting begins', () => {
    const many = Array.from({ length: 200 }, (_, at) => row(`r${(at * 7919) % 1000}`, { queued_at: iso(-((at * 31) % 40)), customer: { id: 'c', name: `Åsa ${(at * 17) % 50}` } }))
    for (const column of ['wait', 'customer', 'attention']) {
      const wanted = ranking({ view: { ...DEFAULT_VIEW, sort: { column, direction: 'descending' } } })
      const fresh = rank(many, wanted)
      expect(rank(many, wanted, [...fresh].reverse())).toEqual(fresh)
      expect(rank(many.slice(0, 150), wanted, fresh)).toEqual(fresh.filter((one) => many.indexOf(one) < 150))
    }
  })
  it('follows a row that has changed in place', () => {
    const changed = row('b', { queued_at: iso(-60) })
    const byWait = ranking({ view: { ...DEFAULT_VIEW, sort: { column: 'wait', direction: 'descending' } } })
    const before = rank([row('a'), changed], byWait)
    expect(ids(before)).toBe('ba')
    Object.assign(changed, { version: 2, queued_at: iso(60), attention: [] })
    expect(ids(rank(before, byWait, before))).toBe('ab')
  })
  it('stands still while held: new ones at the end, gone ones where they were', () => {
    const held = heldOrder([row('b'), row('a')], [row('c'), row('a')])
    expect([ids(held.rows), held.added]).toEqual(['bac', 1])
  })
  it('is broken into groups by name', () => {
    const view = { ...DEFAULT_VIEW, group: 'agent' as const }
    const lines = grouped([row('a'), row('b', { agent: { id: 'x', name: 'Aino' } })], ranking({ view }))
    expect(lines.map((line) => ('group' in line ? `${line.label} ${line.count}` : line.id))).toEqual(['Aino 1', 'b', 'Nobody 1', 'a'])
  })
})

it('a figure is pressed while the list shows what it counts', () => {
  expect(showsFigure({ ...DEFAULT_VIEW, situations: ['waiting'] }, 'waiting')).toBe(true)
  expect(showsFigure({ ...DEFAULT_VIEW, inCall: true }, 'in_call')).toBe(true)
  expect(showsFigure(DEFAULT_VIEW, 'in_call')).toBe(false)
  expect(showsFigure({ ...DEFAULT_VIEW, situations: ['waiting'], inCall: undefined }, 'waiting')).toBe(true)
  expect(showsFigure({ ...DEFAULT_VIEW, situations: ['waiting'], inCall: true }, 'waiting')).toBe(false)
  expect(showsFigure({ ...DEFAULT_VIEW, situations: ['queued', 'orphaned', 'offered'] }, 'in_queue')).toBe(true)
  expect(showsFigure({ ...DEFAULT_VIEW, situations: ['queued', 'orphaned', 'offered'] }, 'longest_wait')).toBe(false)
})

describe('each figure opens the list that it counts', () => {
  const agent = { id: 'a', name: 'Aino' }
  const served = { agent, first_accepted_at: iso(5), accepted_at: iso(5), stage: 'accepted' } as const
  const floor = [
    row('o'),
    row('n', { orphaned: true }),
    row('f', { state: 'active', stage: 'offered' }),
    row('a', { state: 'active', ...served }),
    row('b', { state: 'active', stage: 'accepted', bot: agent }),
    row('w', { state: 'waiting', ...served, stage: null }),
    row('u', { state: 'wrap_up', ...served, stage: null }),
    row('c', { state: 'active', ...served, call: call(iso(5)) }),
    row('h', { state: 'active', ...served, call: held(iso(5)) }),
    row('q', { call: held(null) }),
    row('l', { call: again, first_accepted_at: iso(5) }),
  ]
  const listed = (figure: string) => ids(floor.filter((one) => passes(one, { view: { ...DEFAULT_VIEW, ...FIGURE_FILTERS[figure] }, words: '' })))

  it.each([['in_queue', 'onfq'], ['longest_wait', 'onfq'], ['active', 'fabch'], ['in_call', 'ch'], ['on_hold', 'h'], ['waiting', 'w'], ['wrap_up', 'u'], ['orphans', 'n']])('%s', (figure, rows) =>
    expect(listed(figure)).toBe(rows))

  it('and who is in queue is who waits', () => {
    const waiting = floor.filter((one) => (one.state === 'open' || one.stage === 'offered') && waitOf(one).since !== null)
    expect(ids(waiting)).toBe(listed('in_queue'))
    expect(waiting.map((one) => waitOf(one).until)).toEqual([null, null, null, null])
  })
})

it('columns give way by importance where there is little room', () => {
  const name = (id: string) => id
  const shown = (room: number | null) => floorColumns(DEFAULT_VIEW.hidden, room, name).map((column) => column.id)
  const all = ['attention', 'customer', 'subject', 'state', 'queue', 'agent', 'wait', 'handle', 'sentiment', 'quality', 'monitors', 'acts']
  expect(shown(null)).toEqual(all)
  expect(shown(350)).toEqual(['customer', 'state'])
  expect(shown(660)).toEqual(['attention', 'customer', 'state', 'wait', 'acts'])
  // A screen of so many pixels without the navigation, a scroll bar and the boxes to choose by.
  const screen = (width: number) => shown(width - 208 - 11 - 40)
  expect(screen(1280)).toEqual(all.filter((id) => !['queue', 'quality', 'handle', 'sentiment'].includes(id)))
  expect(screen(1440)).toEqual(all.filter((id) => !['quality', 'handle'].includes(id)))
  expect(screen(1600)).toEqual(all)
})

it('what is drawn always fits, and only a choice by hand is kept whatever the room', () => {
  for (let room = 350; room < 1700; room += 1) {
    const used = floorColumns(DEFAULT_VIEW.hidden, room, (id) => id).reduce((sum, column) => sum + column.width, 0)
    expect(used).toBeLessThanOrEqual(room)
  }
  const hiding = (hidden: string[]) => chosenByHand({ ...DEFAULT_VIEW, hidden })
  expect([hiding(['tags', 'language']), hiding(['tags']), hiding(['tags', 'queue']), hiding([])]).toEqual([false, true, true, true])
})
