import { describe, expect, it } from 'vitest'

import { callSign, lineOf, numberBeside, wayKey, type Sign } from './state'
import type { Call, Telephone } from './types'

const CALL: Call = { id: 'call', mode: 'voice', state: 'on', since: '', held_since: null, coached_by: [], recording: null, telephone: null }
const PHONE: Telephone = { number: '+358401234567', account: 'trunk', line: 'up', tries: 0, why: null }
const voice = { channel: 'voice', mode: 'voice' } as const

describe('the sign of a call', () => {
  const held = '2026-11-30T04:00:00Z'
  const cases: [string, Call | null, Sign | null][] = [
    ['none', null, null],
    ['by a window', CALL, 'voice'],
    ['by telephone', { ...CALL, telephone: PHONE }, 'voice'],
    ['on hold', { ...CALL, held_since: held, telephone: PHONE }, 'held'],
    ['whose window is gone', { ...CALL, held_since: held, reconnect_by: held }, 'gone'],
    ['asked into it', { ...CALL, state: 'asked' }, 'asked'],
    ['to be called back', { ...CALL, state: 'wanted', telephone: { ...PHONE, line: 'wanted' } }, 'wanted'],
    ['to be called again later', { ...CALL, state: 'wanted', telephone: { ...PHONE, line: 'wanted', tries: 1, why: 'busy', recall_at: held } }, 'again'],
    ['called just now', { ...CALL, telephone: { ...PHONE, line: 'dialling', tries: 1 } }, 'dialling'],
    ['not reached', { ...CALL, state: 'missed', telephone: { ...PHONE, line: 'missed', tries: 1, why: 'busy' } }, 'missed'],
  ]
  it.each(cases)('of a customer: %s', (_, call, sign) => {
    expect(callSign({ ...voice, call })).toBe(sign)
  })
})

describe('the number of a customer', () => {
  it('stands beside a name that is another', () => {
    const ann = { id: 'ann', name: 'Ann' }
    expect(numberBeside({ customer: ann, call: { ...CALL, telephone: PHONE } })).toBe('+358401234567')
    expect(numberBeside({ customer: { ...ann, name: '+358401234567' }, call: { ...CALL, telephone: PHONE } })).toBeNull()
    expect(numberBeside({ customer: ann, call: { ...CALL, telephone: { ...PHONE, number: null } } })).toBeNull()
    expect(numberBeside({ customer: ann, call: CALL })).toBeNull()
    expect(numberBeside({ customer: ann, call: null })).toBeNull()
  })
})

it('names a telephone, and a call from a window by its channel', () => {
  expect(wayKey({ channel: 'voice', call: { ...CALL, telephone: PHONE } })).toBe('calls.telephone.title')
  expect(wayKey({ channel: 'voice', call: CALL })).toBe('conversation.channel.voice')
  expect(wayKey({ channel: 'live_chat', call: null })).toBe('conversation.channel.live_chat')
})

it('names the line over which somebody is on the telephone, and its number where they have called it', () => {
  const over = (more: Partial<Telephone>) => lineOf({ call: { ...CALL, telephone: { ...PHONE, ...more } } })
  expect(over({ account_name: 'Main line', called: '+358931001000' })).toBe('Main line +358931001000')
  expect(over({ account_name: 'Main line', called: null })).toBe('Main line')
  expect(over({ account_name: null, called: '+358931001000' })).toBe('+358931001000')
  expect(over({})).toBeNull()
  expect(lineOf({ call: CALL })).toBeNull()
  expect(lineOf({ call: null })).toBeNull()
})
