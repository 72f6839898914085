import { describe, expect, it } from 'vitest'

import { continues, details, differences, joined, overrides, reasonOf, type AuditEntry } from './entries'

const entry = (position: number) => ({ position }) as AuditEntry

describe('the audit log', () => {
  it('shows each entry once, newest first', () => {
    expect(joined([entry(3), entry(2)], [entry(4), entry(3)]).map((one) => one.position)).toEqual([4, 3, 2])
  })

  it('begins anew where the newest page does not reach what is known', () => {
    expect(continues([entry(3)], { items: [entry(5), entry(3)], next: 'x' })).toBe(true)
    expect(continues([entry(3)], { items: [entry(9), entry(8)], next: 'x' })).toBe(false)
    expect(continues([entry(3)], { items: [entry(9), entry(8)], next: null })).toBe(true)
    expect(continues([], { items: [entry(9)], next: 'x' })).toBe(true)
  })

  it('tells what a setting was and is', () => {
    const facts = { before: { name: 'Support', priority: 0 }, after: { name: 'Support', priority: 5 } }
    expect(differences(facts)).toEqual([{ name: 'priority', before: '0', after: '5' }])
    expect(differences({ before: null, after: { name: 'New' } })).toEqual([{ name: 'name', before: '–', after: 'New' }])
  })

  it('finds reason and overrides wherever the fact keeps them', () => {
    expect(reasonOf({ reason: 'abuse' })).toBe('abuse')
    expect(reasonOf({ offer: { note: 'speaks Swedish' } })).toBe('speaks Swedish')
    expect(overrides({ offer: { override_presence: true, override_capacity: true, excess_units: 2 } })).toEqual({ presence: true, units: 2 })
    expect(details({ offer: { agent_name: 'Eino', note: null }, by_id: 'u1' })).toEqual([['by_id', 'u1'], ['agent_name', 'Eino']])
  })
})
