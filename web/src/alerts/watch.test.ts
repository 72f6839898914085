import { describe, expect, it } from 'vitest'

import type { Alert } from './types'
import { alertWatch } from './watch'

const alert = (id: string, state: Alert['state'] = 'raised') => ({ id, state }) as Alert

describe('alerts', () => {
  it('are told once, and not those that were there before or have been seen to', () => {
    const told: string[] = []
    const take = alertWatch((one) => told.push(one.id))
    take([alert('a')])
    take([alert('a'), alert('b'), alert('c', 'acknowledged')])
    take([alert('b'), alert('c')])
    expect(told).toEqual(['b'])
  })
})
