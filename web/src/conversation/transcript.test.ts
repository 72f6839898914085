import { describe, expect, it } from 'vitest'

import type { Item } from '@/live/protocol'

import { SILENT, asSaid, firstGap, mergeMessages, stillOutgoing, takeItems } from './transcript'
import type { Message } from './types'

function message(seq: number, text = `no. ${seq}`): Message {
  return { id: `m${seq}`, seq, author: { id: 'c', name: 'Noah', role: 'customer' }, visibility: 'public', text, at: '2026-01-01T10:00:00Z', client_id: `x${seq}` }
}
const item = (seq: number): Item => ({ ...message(seq), kind: 'message' }) as unknown as Item

describe('messages', () => {
  it('stand once each, in order, however they come', () => {
    const merged = mergeMessages([message(1), message(3)], [message(2), message(3, 'again')])
    expect(merged.map((one) => one.text)).toEqual(['no. 1', 'no. 2', 'again'])
  })
  it('that were said in a call stand in the order of their times, and what was written where it is', () => {
    const said = (seq: number, began_ms: number, recording = 'r'): Message => ({
      ...message(seq), visibility: 'spoken',
      spoken: { recording, began_ms, ended_ms: began_ms + 1, confidence: 1, heard: true, by: 'w', removed: false },
    })
    const all = [message(1), said(2, 900), said(3, 300), said(4, 600), message(5), said(6, 100), said(7, 50, 'next'), said(8, 10, 'next')]
    expect(asSaid(all).map((one) => one.seq)).toEqual([1, 3, 4, 2, 5, 6, 8, 7])
    expect(asSaid([])).toEqual([])
  })
  it('show a hole where there is one', () => {
    expect(firstGap([message(1), message(2)], 1)).toBe(null)
    expect(firstGap([message(1), message(3)], 1)).toBe(2)
  })
  it('end the typing of who wrote them', () => {
    const typing = takeItems(SILENT, [{ kind: 'typing', author: { id: 'c', name: 'Noah', role: 'customer' }, typing: true }], 0)
    expect(typing.typing.size).toBe(1)
    expect(takeItems(typing, [item(1)], 1).typing.size).toBe(0)
  })
  it('take their outgoing twin away', () => {
    const twin = { client_id: 'x1', text: 'no. 1', visibility: 'public' as const, attachments: [], to: 'Ada Lovelace', failed: null }
    expect(stillOutgoing([twin], [message(1)])).toEqual([])
    expect(stillOutgoing([twin], [message(2)])).toEqual([twin])
  })
})

it('an older state never replaces a newer one', () => {
  const at = (version: number) => ({ kind: 'conversation', id: 'k', version }) as unknown as Item
  const talk = takeItems(takeItems(SILENT, [at(4)], 0), [at(3)], 0)
  expect(talk.state?.version).toBe(4)
})
