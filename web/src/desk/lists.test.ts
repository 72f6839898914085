import { describe, expect, it } from 'vitest'

import { byUrgency, groupOf, stillHere, unreadOf } from './lists'
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
    expect(unreadOf(row('a', { seq: 5 }), { a: 3 })).toBe(2)
    expect(unreadOf(row('b', { seq: 2 }), {})).toBe(2)
    expect(stillHere({ a: 3, b: 1 }, new Set(['b']))).toEqual({ b: 1 })
  })
})

describe('waiting', () => {
  it('goes from blue over amber to red', () => {
    expect([0, 59, 60, 179, 180].map(waitingTone)).toEqual(['info', 'info', 'warn', 'warn', 'bad'])
  })
})
