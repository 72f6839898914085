import { describe, expect, it } from 'vitest'

import { placed } from './placing'

const offers = (...ids: string[]) => ids.map((id) => ({ id }))
const names = (list: readonly { id: string }[]) => list.map((one) => one.id).join('')

describe('offers', () => {
  it('have at most two cards, those that expire first', () => {
    expect(names(placed(offers('a', 'b', 'c', 'd'), []))).toBe('ab')
    expect(names(placed(offers('a'), []))).toBe('a')
  })

  it('keep their card where it is when a shorter one comes', () => {
    expect(names(placed(offers('x', 'a', 'b', 'c'), offers('a', 'b')))).toBe('ab')
    expect(names(placed(offers('x', 'b', 'a'), offers('a', 'b')))).toBe('ab')
  })

  it('leave their place to what expires first', () => {
    expect(names(placed(offers('x', 'b', 'c'), offers('a', 'b')))).toBe('bx')
    expect(names(placed(offers('b'), offers('a', 'b')))).toBe('b')
    expect(names(placed([], offers('a', 'b')))).toBe('')
  })
})
