import { describe, expect, it } from 'vitest'

import english from './messages/en.json'
import { standing } from './standing'
import { textsOf } from './texts'

const texts = textsOf({ ...english, told: {} } as never)

describe('what somebody who waits is told', () => {
  it('is the place, and an estimate only where there is one', () => {
    expect(standing({ place: 3, estimate: null }, texts)).toBe('You are number 3 in the queue.')
    expect(standing({ place: null }, texts)).toBe('Somebody will be with you soon.')
    expect(standing({ place: 3, estimate: { low: 230, high: 391 } }, texts)).toBe('You are number 3 in the queue. The wait is about 4–7 minutes.')
  })

  it('never promises less than a minute, nor a range that is none', () => {
    expect(standing({ place: 1, estimate: { low: 4, high: 20 } }, texts)).toBe('You are next in the queue. The wait is about a minute.')
    expect(standing({ place: 2, estimate: { low: 290, high: 300 } }, texts)).toBe('You are number 2 in the queue. The wait is about 5 minutes.')
  })

  it('is the agent who is on the way, whatever the place', () => {
    expect(standing({ place: 1, coming: true, estimate: { low: 60, high: 120 } }, texts)).toBe('An agent is on the way.')
  })
})
