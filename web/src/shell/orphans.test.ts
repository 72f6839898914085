import { expect, it } from 'vitest'

import { orphanWatch } from './orphans'

const row = (id: string, orphaned: boolean) => ({ id, orphaned, customer: { name: id }, queue: { name: 'Support' } })

it('tells of each conversation that nobody will take once, and again when it happens again', () => {
  const told: string[] = []
  const take = orphanWatch((orphan) => told.push(orphan.id))
  take({ op: 'snapshot', data: [row('old', true), row('a', false)] })
  expect(told).toEqual([])
  take({ op: 'changes', data: [row('a', true)] })
  take({ op: 'changes', data: [row('a', true)] })
  expect(told).toEqual(['a'])
  take({ op: 'changes', data: [row('a', false)] })
  take({ op: 'changes', data: [row('a', true)] })
  take({ op: 'changes', data: [{ id: 'old', removed: true }] })
  expect(told).toEqual(['a', 'a'])
  take({ op: 'snapshot', data: [row('a', true), row('while away', true)] })
  expect(told).toEqual(['a', 'a', 'while away'])
})
