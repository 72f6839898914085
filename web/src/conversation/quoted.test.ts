import { describe, expect, it } from 'vitest'

import cases from '../../../tests/samples/quoted.json'
import { parted } from './quoted'

describe('what is quoted', () => {
  it.each(cases)('is told from words: $text', ({ text, said, rest }) => {
    expect(parted(text)).toEqual({ said, rest })
  })
})
