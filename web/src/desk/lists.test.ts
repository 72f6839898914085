import { describe, expect, it } from 'vitest'

import type { Message } from '@/conversation/types'

import { byUrgency, groupOf, readOf, stillHere, unreadOf } from './lists'
import type { MyConversation } from './types'
import { waitingTone } from './waiting'

const row = (id: string, more: Partial<MyConversation>) => ({ id, at: '2026-03-02T09:00:00Z', unanswered_since: null, ...more }) as MyConversation

describe('the desk’s list', () => {
  it('has who waits longest first, and then the newest word', () => {
    const rows = [
      row('quiet', {}),
      row('newer', { at: '2026-03-02T09:05:00Z' }),
      row('short', { unanswered_since: '2026-03-02T09:04:00Z' }),
      row('long', { unanswered_since: '2026-03-02T09:01:00Z' }),
    ]
    expect(rows.sort(byUrgency).map((one) => one.id)).toEqual(['long', 'short', 'newer', 'quiet'])
  })

  it('keeps what is mine apart from where I only help', () => {
    expect(groupOf({ role: 'consult', state: 'active' })).toBe('helping')
    expect(groupOf({ role: 'primary', state: 'wrap_up' })).toBe('wrap_up')
    expect(groupOf({ role: 'primary', state: 'active' })).toBe('active')
  })

  it('counts what came after the last look, and forgets what has gone', () => {
    expect(unreadOf(row('a', { written: 5 }), { a: 3 })).toBe(2)
    expect(unreadOf(row('b', { written: 2 }), {})).toBe(2)
    expect(stillHere({ a: 3, b: 1 }, new Set(['b']))).toEqual({ b: 1 })
  })

  it('takes what a machine has written down of a call for nothing to read', () => {
    const said = (seq: number, visibility: Message['visibility'] = 'public') => ({ seq, visibility })
    const all = [said(1), said(2, 'spoken'), said(3, 'spoken'), said(4, 'internal')]
    expect(readOf({ seq: 4, written: 2 }, all)).toBe(2)
    expect(readOf({ seq: 1, written: 1 }, all)).toBe(2)
    expect(readOf({ seq: 3, written: 1 }, [said(3, 'spoken')])).toBe(1)
    expect(readOf({ seq: 5, written: 3 }, all)).toBeNull()
    expect(readOf({}, all)).toBeNull()
    expect(unreadOf(row('a', { written: 2 }), { a: readOf({ seq: 4, written: 2 }, all) ?? 0 })).toBe(0)
  })
})

describe('waiting', () => {
  it('goes from blue over amber to red', () => {
    expect([0, 59, 60, 179, 180].map(waitingTone)).toEqual(['info', 'info', 'warn', 'warn', 'bad'])
  })
})
