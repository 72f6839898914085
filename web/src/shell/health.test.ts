import { describe, expect, it } from 'vitest'

import { ageOf, healthWatch, heldIn, toneOf, waitingIn, wrongIn, type Finding, type Health } from './health'

const AT = '2026-03-02T09:00:00Z'
const finding = (id: string): Finding => ({ check: 'state', name: null, conversation_id: id, agent_id: null, fact: null })
const health = (more: Partial<Health> = {}): Health => ({
  id: 'health', inspected_at: AT, checks: [], findings: [], elsewhere: 0, orphans: 0, behind: 0, walked_at: null, ...more,
})
const after = (seconds: number) => Date.parse(AT) + seconds * 1000

describe('the light', () => {
  it('is calm while all is proved, and says so when it is not', () => {
    expect(toneOf(undefined, after(0))).toBe('quiet')
    expect(toneOf(health(), after(3))).toBe('good')
    expect(toneOf(health(), after(121))).toBe('warn')
    expect(toneOf(health({ orphans: 1 }), after(3))).toBe('warn')
    expect(toneOf(health({ findings: [finding('a')] }), after(3))).toBe('bad')
    expect(toneOf(health({ elsewhere: 1 }), after(3))).toBe('bad')
    expect(toneOf(health(), after(3), 1)).toBe('warn')
    expect(toneOf(undefined, after(3), 1)).toBe('warn')
    expect(toneOf(health({ elsewhere: 1 }), after(3), 1)).toBe('bad')
    expect(wrongIn(health({ findings: [finding('a')], elsewhere: 2 }))).toBe(3)
  })
  it.each([
    [0, 'seconds', 0],
    [99, 'seconds', 99],
    [-5, 'seconds', 0],
    [100, 'minutes', 2],
    [5400, 'minutes', 90],
    [7200, 'hours', 2],
  ])('says an age of %i seconds in %s', (seconds, unit, count) => expect(ageOf(AT, after(seconds))).toEqual({ unit, count }))
})

it('counts accounts that are held apart from messages that wait', () => {
  const account = (messages: number, held_since: string | null) => ({ account_id: `a${messages}`, name: 'Line', messages, since: null, problem: null, held_since })
  const waiting = { id: 'waiting', accounts: [account(0, AT), account(3, AT), account(2, null)] }
  expect([waitingIn(waiting), heldIn(waiting)]).toEqual([5, 2])
  expect([waitingIn(undefined), heldIn(undefined)]).toEqual([0, 0])
})

it('tells of what is newly wrong once, and not of what was so when the page began', () => {
  const told: number[] = []
  const take = healthWatch((wrong) => told.push(wrong))
  take(health({ findings: [finding('old')] }))
  expect(told).toEqual([])
  take(health({ findings: [finding('old'), finding('a')] }))
  take(health({ findings: [finding('old'), finding('a')] }))
  expect(told).toEqual([2])
  take(health())
  take(health({ findings: [finding('a')] }))
  expect(told).toEqual([2, 1])
  take(health({ findings: [finding('a')], elsewhere: 1 }))
  expect(told).toEqual([2, 1, 2])
})
