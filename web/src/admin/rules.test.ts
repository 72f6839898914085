import { describe, expect, it } from 'vitest'

import { Problem } from '@/api/problem'

import { UNCHANGED, sentBulk } from './bulk'
import { faultAt, faultsOf } from './faults'
import { freshName, moved, sentConditions, sentOverflow, valuesOf } from './rules'
import { clockOf, misfitOf, nextSpan, sentSpans, stripOf } from './spans'
import { pairsOf, sentSample, EMPTY } from './trying'

describe('times of opening', () => {
  it('are taken as people write them', () => {
    expect(['8', '8.30', '830', '0830', '08:30', '24', '24:00'].map(clockOf)).toEqual(['08:00', '08:30', '08:30', '08:30', '08:30', '24:00', '24:00'])
    expect(['', '24:01', '25', '8:60', 'noon', '8:3'].map(clockOf)).toEqual(Array(6).fill(null))
  })

  it('may touch, and neither overlap nor end before they begin', () => {
    expect(misfitOf([['08:00', '12:00'], ['12:00', '24:00']])).toBeNull()
    expect(misfitOf([['13:00', '16:00'], ['08:00', '13:30']])).toBe('overlap')
    expect(misfitOf([['16:00', '08:00']])).toBe('order')
    expect(misfitOf([['24:00', '24:00']])).toBe('time')
    expect(misfitOf([])).toBeNull()
  })

  it('are sent in order, and another one follows the last', () => {
    expect(sentSpans([['13', '16.30'], ['8', '12']])).toEqual([['08:00', '12:00'], ['13:00', '16:30']])
    expect([nextSpan([]), nextSpan([['08:00', '12:00']]), nextSpan([['08:00', '23:30']])]).toEqual([['08:00', '16:00'], ['13:00', '17:00'], ['23:00', '24:00']])
    expect(stripOf([['06:00', '12:00'], ['x', '1']])).toEqual([{ left: 25, width: 25 }])
  })
})

describe('lists of rules', () => {
  it('are moved within themselves only', () => {
    expect([moved(['a', 'b', 'c'], 2, -1), moved(['a', 'b'], 0, -1), moved(['a', 'b'], 1, 1)]).toEqual([['a', 'c', 'b'], ['a', 'b'], ['a', 'b']])
  })

  it('have a name each', () => expect(freshName('Rule', ['Rule 2', 'x'])).toBe('Rule 3'))

  it('send no values where none are asked for, and no words where nothing is said', () => {
    expect(sentConditions([{ field: ' subject ', operator: 'is_set', values: ['left over'] }])).toEqual([{ field: 'subject', operator: 'is_set', values: [] }])
    const rule = { trigger: 'closed', remedy: 'queue', over: 30, queue_id: 'q', texts: { en: 'left over' } } as const
    expect(sentOverflow([rule, { ...rule, remedy: 'close', texts: { en: ' Closed. ', fi: ' ' } }])).toEqual([
      { ...rule, over: 0, texts: {} },
      { ...rule, remedy: 'close', over: 0, queue_id: null, texts: { en: 'Closed.' } },
    ])
    expect(valuesOf(' fi, ,sv ')).toEqual(['fi', 'sv'])
  })
})

describe('what is wrong in a request', () => {
  const refused = (at: string) => faultsOf(new Problem({ type: 'request/malformed', status: 422, title: '', errors: [{ at, problem: 'why' }] }))

  it('is found at its field, however the server writes the place', () => {
    for (const at of ['overflow.2.texts', 'body.overflow[2].texts', '$.overflow[2].texts[...]']) expect(faultAt(refused(at), 'overflow.2.texts')).toBe('why')
    expect(faultAt(refused('skill_rules.0.needs.1.level'), 'skill_rules.0.needs')).toBe('why')
  })

  it('is not found at another that begins alike', () => {
    expect(faultAt(refused('overflow.21.texts'), 'overflow.2')).toBeNull()
    expect(faultsOf(null).size).toBe(0)
  })
})

describe('a sample', () => {
  it('has its pairs line by line', () => expect(pairsOf('topic = a=b\n\nplain\n= none')).toEqual({ topic: 'a=b', plain: '' }))
  it('is of now unless a moment is named', () => {
    expect(sentSample(EMPTY)).not.toHaveProperty('at')
    expect(sentSample({ ...EMPTY, at: '2026-03-02T21:05' }).at).toBe(new Date(2026, 2, 2, 21, 5).toISOString())
  })
})

describe('changing many accounts', () => {
  it('sends what changes and nothing else', () => {
    expect(sentBulk(UNCHANGED, ['a'])).toBeNull()
    expect(sentBulk({ ...UNCHANGED, capacity: '0', hours: '' }, ['a'])).toEqual({ ids: ['a'], capacity: 0, hours_id: null })
    expect(sentBulk({ ...UNCHANGED, capacity: 7 }, ['a'])).toEqual({ ids: ['a'], capacity: 7 })
  })
})
