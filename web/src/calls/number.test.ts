import { describe, expect, it } from 'vitest'

import { isInternational } from './number'

describe('a number with its country code', () => {
  it.each(['+358401234567', ' +358 40 123 4567 ', '+1 (555) 010-9999', '+44/20.7946.0958'])('is %s', (text) => expect(isInternational(text)).toBe(true))
  it.each(['', '+', '0401234567', '358401234567', '+358 Ann', '+12', '+358;ext=1', `+${'1'.repeat(41)}`])('is not %s', (text) => expect(isInternational(text)).toBe(false))
})
