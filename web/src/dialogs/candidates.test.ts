import { describe, expect, it } from 'vitest'

import { refusalCode } from '@/conversation/acts'

import { byFit, excessOfAll, fitOf, overridesOf, type AgentCandidate } from './candidates'
import { actEntry } from './list'

function agent(name: string, part: Partial<AgentCandidate> = {}): AgentCandidate {
  return {
    id: name, name, presence: 'available', capacity: 4, load: 0, exceeded_by: 0, skills: [{ name: 'Returns', level: 3 }], match: null,
    available: true, overrides: [], reason: null, reason_text: null, queues: ['Support'], ...part,
  }
}
const full = agent('Lumi', { available: false, overrides: ['override_presence', 'override_capacity'], exceeded_by: 1, reason: 'target/presence-not-allowed' })
const same = agent('Eino', { available: false, reason: 'target/same-agent' })

describe('candidates', () => {
  it('stand apart by fit', () => {
    expect([agent('Aino'), full, same].map(fitOf)).toEqual(['free', 'override', 'impossible'])
    expect(overridesOf(full)).toEqual({ presence: true, capacity: true })
  })
  it('are found by name and by skill', () => {
    expect(byFit([agent('Aino'), full], 'lum').override).toEqual([full])
    expect(byFit([agent('Aino')], 'retur').free).toHaveLength(1)
  })
})

describe('what many would cost together', () => {
  it.each([
    ['all fit', { load: 1 }, [1, 1, 1], 0],
    ['the first fits, all do not', { load: 3 }, [1, 2, 2], 4],
    ['not even the first fits', { load: 4, exceeded_by: 1 }, [1, 1], 2],
    ['a limit on the channel is reached', { load: 0, exceeded_by: 1 }, [1, 1, 1], 3],
  ] as const)('%s', (_, part, units, excess) => expect(excessOfAll(agent('Eino', part), units)).toBe(excess))
})

describe('acts of a row', () => {
  it('"assign" is open while one of its ways is', () => {
    expect(actEntry('assign').reason({ acts: { assign_agent: 'conversation/closed', assign_queue: null } })).toBe(null)
    expect(actEntry('assign').reason({ acts: { assign_agent: 'conversation/closed', assign_queue: 'conversation/closed' } })).not.toBe(null)
  })
  it('a transfer that waits for the call is a transfer', () => {
    const acts = { transfer_agent: 'conversation/elevated', transfer_queue: 'conversation/elevated', transfer_when_call_ends: null }
    expect(actEntry('transfer').reason({ acts })).toBe(null)
  })
  it('what is switched off is not shown, what is not possible is', () => {
    expect(actEntry('monitor').shown({ acts: { monitor: 'supervision/switched-off' } })).toBe(false)
    expect(actEntry('monitor').shown({ acts: { monitor: 'consent/refused' } })).toBe(true)
  })
  it('are read in both of their forms', () => {
    expect(refusalCode({ join: { allowed: false, reason: 'conversation/closed' } }, 'join')).toBe('conversation/closed')
    expect(refusalCode({ join: { allowed: true } }, 'join')).toBe(null)
    expect(refusalCode({}, 'join')).toBe(undefined)
  })
})
