import { describe, expect, it } from 'vitest'

import { movedBy, spanOf } from './window'

describe('the part of a list that is drawn', () => {
  it('is what is seen and a little beyond', () => {
    expect(spanOf(10_000, 44, 0, 900)).toEqual({ from: 0, to: 29 })
    expect(spanOf(10_000, 44, 44 * 5000, 900)).toEqual({ from: 4992, to: 5029 })
  })
  it('never goes beyond the list, also when it has become shorter than where one was', () => {
    expect(spanOf(3, 44, 0, 900)).toEqual({ from: 0, to: 3 })
    expect(spanOf(0, 44, 4000, 900)).toEqual({ from: 0, to: 0 })
    expect(spanOf(50, 44, 44 * 5000, 900)).toEqual({ from: 42, to: 50 })
  })
})

describe('what is read', () => {
  it('has moved by as many rows as came or went above it', () => {
    expect(movedBy(['a', 'b', 'c'], ['x', 'y', 'a', 'b', 'c'], 1)).toBe(2)
    expect(movedBy(['a', 'b', 'c'], ['b', 'c'], 1)).toBe(-1)
    expect(movedBy(['a', 'b', 'c'], ['x', 'a', 'c'], 1)).toBe(0)
  })
  it('shows what is new to whoever is at the beginning, and stays where nothing is left of it', () => {
    expect(movedBy(['a', 'b'], ['x', 'a', 'b'], 0)).toBe(0)
    expect(movedBy(['a', 'b'], ['x', 'y'], 1)).toBe(0)
  })
})
