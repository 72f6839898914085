import { describe, expect, it } from 'vitest'

import { lengthOf, linesOf } from './recording'

describe('a recording', () => {
  it('is as long as its last track', () => {
    expect(lengthOf([{ began: 0, seconds: 4 }, { began: 3, seconds: 2.5 }])).toBe(5.5)
    expect(lengthOf([])).toBe(0)
  })

  it('is drawn where it was said, and as loudly as its loudest moment allows', () => {
    const samples = new Float32Array([0, 0.1, -0.5, 0.25])
    expect(linesOf(samples, 2, 2, 4, 4)).toEqual([0, 0, expect.closeTo(0.2), 1])
  })

  it('that is silent is drawn as silence', () => {
    expect(linesOf(new Float32Array(10), 5, 0, 2, 3)).toEqual([0, 0, 0])
    expect(linesOf(new Float32Array([1]), 5, 9, 2, 2)).toEqual([0, 0])
    expect(linesOf(new Float32Array(0), 0, 0, 0, 2)).toEqual([0, 0])
  })
})
