import { describe, expect, it } from 'vitest'

import { isElsewhere, isSameWay, isSeen, NEVER, offerAt, pauseAfter, sectionsOf, SILENCE_MS, speaks, type Offered, type Part, type Standing, type Wanted } from './rules'

const PARTS: readonly Part[] = ['customer', 'agent', 'consult', 'listener', 'whisperer', 'speaker']
const AGENT: Wanted = { call: 'one', mode: 'voice', part: 'agent' }
const SENT: Offered = { ...AGENT, sent: 1000, answered: null }
const IN: Offered = { ...AGENT, sent: 1000, answered: 1200 }
const stands = (change: Partial<Standing>): Standing => ({ wanted: AGENT, offered: null, status: null, failed: null, notBefore: 0, ...change })

describe('when to offer', () => {
  it.each<[string, Partial<Standing>, number]>([
    ['nobody wants me in a call', { wanted: null }, NEVER],
    ['nobody wants me any more', { wanted: null, offered: IN }, NEVER],
    ['I am wanted', {}, 0],
    ['I am wanted, but have to wait', { notBefore: 700 }, 700],
    ['an offer is being made', { offered: { ...SENT, sent: null } }, NEVER],
    ['an offer is being made as something else', { offered: { ...SENT, sent: null, part: 'listener' } }, 0],
    ['an offer has gone', { offered: SENT }, 6000],
    ['an offer has gone and I am something else now', { offered: { ...SENT, part: 'listener' } }, 6000],
    ['another call than the one that was offered to', { offered: { ...IN, call: 'other' } }, 0],
    ['I am in, and nothing was told yet', { offered: IN }, 1200 + SILENCE_MS],
    ['I am in, and was told so', { offered: IN, status: { at: 4000, here: true, connected: true } }, 4000 + SILENCE_MS],
    ['I am not in, by what was told before I came', { offered: IN, status: { at: 2000, here: false, connected: false } }, 2000 + SILENCE_MS],
    ['I am named, and no media has come from me for long', { offered: IN, status: { at: 9000, here: true, connected: false } }, 0],
    ['I am named, and am only just coming', { offered: IN, status: { at: 4000, here: true, connected: false } }, 4000 + SILENCE_MS],
    ['I was put out', { offered: IN, status: { at: 4000, here: false, connected: false } }, 0],
    ['I was put out, and have to wait', { offered: IN, status: { at: 4000, here: false, connected: false }, notBefore: 4500 }, 4500],
    ['my connection failed, and the house has not noticed yet', { offered: IN, status: { at: 4000, here: true, connected: true }, failed: 3900 }, 3900 + SILENCE_MS],
    ['my connection failed, as the house says too', { offered: IN, status: { at: 6000, here: true, connected: false }, failed: 3900 }, 0],
    ['my connection failed, and the house has none of mine', { offered: IN, status: { at: 6000, here: false, connected: false }, failed: 3900 }, 0],
    ['my connection failed, and nobody says anything', { offered: IN, failed: 3900 }, 3900 + SILENCE_MS],
    ['my connection failed because I went on elsewhere', { offered: IN, status: { at: 6000, here: true, connected: true }, failed: 3900 }, NEVER],
    ['I may speak now', { offered: { ...IN, part: 'listener' }, status: { at: 4000, here: true, connected: true }, notBefore: 5000 }, 0],
    ['I am something else that speaks', { offered: { ...IN, part: 'consult' }, status: { at: 4000, here: true, connected: true } }, 4000 + SILENCE_MS],
    ['there are pictures now', { offered: IN, wanted: { ...AGENT, mode: 'video' }, status: { at: 4000, here: true, connected: true } }, 0],
  ])('%s', (_, change, at) => {
    expect(offerAt(stands(change))).toBe(at)
  })

  it('knows that I am elsewhere once the house still has me after my own connection is gone', () => {
    const status = { at: 6000, here: true, connected: true }
    expect(isElsewhere({ failed: null, status })).toBe(false)
    expect(isElsewhere({ failed: 5000, status })).toBe(false)
    expect(isElsewhere({ failed: 4000, status })).toBe(true)
    expect(isElsewhere({ failed: 4000, status: { ...status, connected: false } })).toBe(false)
    expect(isElsewhere({ failed: 4000, status: null })).toBe(false)
  })

  it('waits longer each time, never longer than eight seconds, and never the same for all', () => {
    const longest = [0, 1, 2, 3, 4, 5, 20].map((failures) => pauseAfter(failures, 1))
    expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000])
    expect(pauseAfter(3, 0)).toBe(2000)
  })
})

describe('what is offered', () => {
  it('lets nobody but a listener send sound, and shows only who is in the talk', () => {
    expect(PARTS.filter((part) => !speaks(part))).toEqual(['listener'])
    expect(PARTS.filter((part) => isSeen({ part, mode: 'video' }))).toEqual(['customer', 'agent', 'consult', 'speaker'])
    expect(PARTS.filter((part) => isSeen({ part, mode: 'voice' }))).toEqual([])
  })

  it('sends in the first section of a kind at most', () => {
    for (const part of PARTS) {
      for (const mode of ['voice', 'video'] as const) {
        const sections = sectionsOf({ part, mode })
        const sent = (kind: string) => sections.filter((one) => one.kind === kind).map((one) => one.direction === 'sendrecv')
        expect(sent('audio')).toEqual([speaks(part), false, false])
        expect(sent('video')).toEqual(mode === 'video' ? [isSeen({ part, mode }), false, false] : [])
      }
    }
  })

  it('does for another part where the same is sent', () => {
    const ways = (one: Part, other: Part, mode: 'voice' | 'video') => isSameWay({ ...AGENT, part: one, mode }, { ...AGENT, part: other, mode })
    expect(ways('agent', 'consult', 'video')).toBe(true)
    expect(ways('listener', 'whisperer', 'voice')).toBe(false)
    expect(ways('whisperer', 'speaker', 'voice')).toBe(false)
    expect(ways('consult', 'agent', 'voice')).toBe(true)
    expect(ways('whisperer', 'speaker', 'video')).toBe(false)
  })
})
