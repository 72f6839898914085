import { describe, expect, it } from 'vitest'

import type { Item } from './protocol'
import { Parts, applyItems, retain, rowSet, slices, type Rows } from './rows'

const rows = (...items: Record<string, unknown>[]): Rows => new Map(items.map((item) => [String(item.id), { ...item }]))

describe('changes', () => {
  it('replace a row in place and keep its identity', () => {
    const known = rows({ id: 'a', version: 1, state: 'open' })
    const before = known.get('a')
    expect(applyItems(known, [{ id: 'a', version: 2, state: 'active' }])).toBe(false)
    expect(known.get('a')).toBe(before)
    expect(before).toMatchObject({ version: 2, state: 'active' })
  })
  it('never turn time back', () => {
    const known = rows({ id: 'a', version: 5, state: 'active' })
    applyItems(known, [{ id: 'a', version: 4, state: 'open' }])
    expect(known.get('a')).toMatchObject({ version: 5, state: 'active' })
  })
  it('bring and take rows, and say so', () => {
    const known = rows({ id: 'a', version: 1 })
    const gone = known.get('a')
    expect(applyItems(known, [{ id: 'b', version: 1 }])).toBe(true)
    expect(applyItems(known, [{ id: 'a', removed: true }])).toBe(true)
    expect([...known.keys()]).toEqual(['b'])
    expect(gone?.removed).toBe(true)
    expect(applyItems(known, [{ id: 'a', removed: true }])).toBe(false)
  })
})

describe('a snapshot', () => {
  it('takes away what it does not name', () => {
    const known = rows({ id: 'a', version: 1 }, { id: 'b', version: 1 })
    const [slice] = slices({ op: 'snapshot', data: [{ id: 'b', version: 2 }, { id: 'c', version: 1 }] })
    expect(retain(known, slice?.only ?? new Set())).toBe(true)
    applyItems(known, slice?.data ?? [])
    expect([...known.keys()].sort()).toEqual(['b', 'c'])
  })
  it('equals the changes that lead to it, in any batches', () => {
    const steps = [
      [{ id: 'a', version: 1, n: 1 }],
      [{ id: 'b', version: 1, n: 1 }, { id: 'a', version: 2, n: 2 }],
      [{ id: 'a', removed: true }, { id: 'c', version: 1, n: 3 }],
    ]
    const bySteps: Rows = new Map()
    for (const step of steps) applyItems(bySteps, step)
    const atOnce: Rows = new Map()
    applyItems(atOnce, steps.flat())
    const fresh: Rows = new Map()
    applyItems(fresh, [{ id: 'b', version: 1, n: 1 }, { id: 'c', version: 1, n: 3 }])
    expect(Object.fromEntries(bySteps)).toEqual(Object.fromEntries(fresh))
    expect(Object.fromEntries(atOnce)).toEqual(Object.fromEntries(fresh))
  })
})

it('a row set counts changes, and membership apart', () => {
  const set = rowSet<{ id: string }>()
  set.take({ data: [{ id: 'a', version: 1 }], only: new Set(['a']) })
  set.take({ data: [{ id: 'a', version: 2 }] })
  expect([set.membership.value, set.changes.value, set.ready.value]).toEqual([1, 2, true])
})

it('a large snapshot over what is shown takes nothing away before its last slice', () => {
  const set = rowSet<{ id: string }>()
  const named = (from: number, count: number) => Array.from({ length: count }, (_, at) => ({ id: `r${from + at}`, version: 1 }))
  for (const slice of slices({ op: 'snapshot', data: named(0, 1200) })) set.take(slice)
  expect(set.rows.size).toBe(1200)
  const kept = set.rows.get('r700')
  const [first, ...rest] = slices({ op: 'snapshot', data: named(600, 1200) })
  if (first) set.take(first)
  expect([rest.length, set.rows.has('r0'), set.rows.size]).toEqual([2, true, 1200])
  for (const slice of rest) set.take(slice)
  expect([set.rows.has('r0'), set.rows.size, set.rows.get('r700') === kept]).toEqual([false, 1200, true])
})

describe('a snapshot in parts', () => {
  const item = (id: string): Item => ({ id })
  it('is shown as it comes where nothing is shown yet', () => {
    const parts = new Parts()
    const first = { op: 'snapshot' as const, data: [item('a')], more: true }
    const second = { op: 'changes' as const, data: [item('b')] }
    expect(parts.take(first, false)).toBe(first)
    expect(parts.take(second, true)).toBe(second)
  })
  it('takes the place of what is shown as one, whole', () => {
    const parts = new Parts()
    expect(parts.take({ op: 'snapshot', data: [item('a')], more: true }, true)).toBeNull()
    expect(parts.take({ op: 'changes', data: [item('b')], more: true }, true)).toBeNull()
    expect(parts.take({ op: 'changes', data: [item('c')] }, true)).toEqual({ op: 'snapshot', data: [item('a'), item('b'), item('c')] })
    const after = { op: 'changes' as const, data: [item('a')] }
    expect(parts.take(after, true)).toBe(after)
  })
  it('that is begun again forgets what it had', () => {
    const parts = new Parts()
    parts.take({ op: 'snapshot', data: [item('a')], more: true }, true)
    expect(parts.take({ op: 'snapshot', data: [item('b')] }, true)).toEqual({ op: 'snapshot', data: [item('b')] })
  })
})
