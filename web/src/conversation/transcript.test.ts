import { describe, expect, it } from 'vitest'

import type { Item } from '@/live/protocol'

import { SILENT, firstGap, mergeMessages, stillOutgoing, takeItems } from './transcript'
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
    const twin = { client_id: 'x1', text: 'no. 1', visibility: 'public' as const, attachments: [], failed: null }
    expect(stillOutgoing([twin], [message(1)])).toEqual([])
    expect(stillOutgoing([twin], [message(2)])).toEqual([twin])
  })
})

it('an older state never replaces a newer one', () => {
  const at = (version: number) => ({ kind: 'conversation', id: 'k', version }) as unknown as Item
  const talk = takeItems(takeItems(SILENT, [at(4)], 0), [at(3)], 0)
  expect(talk.state?.version).toBe(4)
})
