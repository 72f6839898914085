import { describe, expect, it } from 'vitest'

import { LATE_MS, SILENCE_MS, UNKNOWN, broken, heard, waited } from './freshness'

const live = heard(UNKNOWN, 1000, 80, true)

describe('freshness', () => {
  it('is live once everything watched has been answered', () => {
    expect(heard(UNKNOWN, 1000, 80, false).status).toBe('connecting')
    expect(live).toEqual({ status: 'live', ms: 80, heardAt: 1000, staleSince: null })
  })
  it('is stale since the last word after a silence, and not before', () => {
    expect(waited(live, 1000 + SILENCE_MS)).toBe(live)
    expect(waited(live, 1001 + SILENCE_MS)).toMatchObject({ status: 'stale', staleSince: 1000 })
  })
  it('is stale at once when the connection breaks, and keeps the first moment', () => {
    const stale = broken(live, 1500)
    expect(stale).toMatchObject({ status: 'stale', staleSince: 1000 })
    expect(broken(stale, 9000).staleSince).toBe(1000)
  })
  it('stays stale until it has caught up, whatever the heartbeat says', () => {
    const stale = broken(live, 1500)
    expect(heard(stale, 2000, 20, false)).toMatchObject({ status: 'stale', staleSince: 1000 })
    expect(heard(stale, 2100, 20, true)).toMatchObject({ status: 'live', staleSince: null })
  })
  it('is stale while the server itself is late', () => {
    expect(heard(live, 9000, LATE_MS, true)).toMatchObject({ status: 'stale', staleSince: 9000 - LATE_MS })
  })
  it('has nothing to be stale before the first answer', () => expect(broken(UNKNOWN, 5)).toBe(UNKNOWN))
})
