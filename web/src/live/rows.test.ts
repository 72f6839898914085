import { describe, expect, it } from 'vitest'

import type { Item } from './protocol'
import { Parts, applyItems, applySnapshot, rowSet, type Rows } from './rows'

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
    expect(applySnapshot(known, [{ id: 'b', version: 2 }, { id: 'c', version: 1 }])).toBe(true)
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
    applySnapshot(fresh, [{ id: 'b', version: 1, n: 1 }, { id: 'c', version: 1, n: 3 }])
    expect(Object.fromEntries(bySteps)).toEqual(Object.fromEntries(fresh))
    expect(Object.fromEntries(atOnce)).toEqual(Object.fromEntries(fresh))
  })
})

it('a row set counts changes, and membership apart', () => {
  const set = rowSet<{ id: string }>()
  set.take('snapshot', [{ id: 'a', version: 1 }])
  set.take('changes', [{ id: 'a', version: 2 }])
  expect([set.membership.value, set.changes.value, set.ready.value]).toEqual([1, 2, true])
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
