import { describe, expect, it } from 'vitest'

import { colourSheet, parseColour } from './colour'

describe('the site’s colour', () => {
  it('is read in both lengths and is nothing but a colour', () => {
    expect(parseColour('#fa0')).toEqual([255, 170, 0])
    expect(parseColour('2f5d50')).toEqual([47, 93, 80])
    expect(parseColour('red}*{display:none')).toBeNull()
    expect(colourSheet('url(x)')).toBe('')
  })

  it('carries white where that can be read, else ink', () => {
    expect(colourSheet('#2f5d50')).toContain('--on-site:#fff')
    expect(colourSheet('#ffd400')).toContain('--on-site:#14161c')
  })
})
