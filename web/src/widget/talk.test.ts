import { describe, expect, it } from 'vitest'

import { SILENT, continuousTo, hasGap, lines, takeItems, unread } from './talk'
import type { Item, Situation } from './types'

const message = (seq: number, role = 'primary', text = `m${seq}`): Item => ({
  kind: 'message',
  id: `id${seq}`,
  seq,
  author: { name: 'Eino', role },
  text,
  at: `2026-03-02T09:00:0${seq}Z`,
})
const situation = (more: Partial<Situation> = {}): Item => ({ kind: 'conversation', id: 'c', state: 'active', ...more })

describe('takeItems', () => {
  it('keeps a message once and in order, however often and late it comes', () => {
    const first = takeItems(SILENT, [message(2), message(1)], 0)
    const again = takeItems(first, [message(1), message(3), message(2)], 0)
    expect(again.messages.map((one) => one.seq)).toEqual([1, 2, 3])
  })

  it('believes typing until the person has spoken, and never shows one’s own', () => {
    const typing = takeItems(SILENT, [{ kind: 'typing', author: { name: 'Eino', role: 'primary' } }], 1000)
    expect(typing.typing?.name).toBe('Eino')
    expect(takeItems(typing, [message(1)], 1001).typing).toBeNull()
    expect(takeItems(SILENT, [{ kind: 'typing', author: { name: 'Maija', role: 'customer' } }], 0).typing).toBeNull()
  })

  it('keeps notices that a later state leaves out', () => {
    const notice = { id: 1, code: 'agent_joined', name: 'Eino', at: '2026-03-02T09:00:00Z', after: 0 }
    const told = takeItems(SILENT, [situation({ notices: [notice] })], 0)
    expect(takeItems(told, [situation({ notices: [] })], 0).situation?.notices).toEqual([notice])
  })
})

describe('what is missing', () => {
  it('reads on from the last message before a gap', () => {
    const talk = takeItems(SILENT, [message(1), message(2), message(4)], 0)
    expect(continuousTo(talk.messages)).toBe(2)
    expect(hasGap(talk)).toBe(true)
    expect(hasGap(takeItems(talk, [message(3)], 0))).toBe(false)
  })

  it('knows from the state that there is more', () => {
    expect(hasGap(takeItems(SILENT, [message(1), situation({ seq: 3 })], 0))).toBe(true)
  })
})

describe('lines', () => {
  it('puts each notice after the message that it followed', () => {
    const notices = [
      { id: 2, code: 'ended', name: null, at: '2026-03-02T09:00:09Z', after: 2 },
      { id: 1, code: 'agent_joined', name: 'Eino', at: '2026-03-02T09:00:01Z', after: 1 },
    ]
    const talk = takeItems(SILENT, [message(1, 'customer'), message(2), situation({ notices })], 0)
    expect(lines(talk).map(({ message: one, notice }) => one?.seq ?? notice?.code)).toEqual([1, 'agent_joined', 2, 'ended'])
  })
})

describe('unread', () => {
  it('counts the house’s words after the last seen, not one’s own', () => {
    const talk = takeItems(SILENT, [message(1), message(2, 'customer'), message(3), message(4)], 0)
    expect(unread(talk, 1)).toBe(2)
  })
})
