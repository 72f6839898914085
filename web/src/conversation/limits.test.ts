import { describe, expect, it } from 'vitest'

import { over } from './limits'
import type { Allowance } from './useAllowance'

const MB = 1024 * 1024
const MAIL: Allowance = {
  allowed: true, reason: null, types: null, most: 3, total: 18 * MB, caption: null,
  largest: { image: 18 * MB, audio: 2 * MB, document: 18 * MB, archive: 5 * MB },
}
const pdf = (size: number) => ({ media_type: 'application/pdf', size })

describe('what goes with a message', () => {
  it.each([
    [pdf(18 * MB), [], null],
    [pdf(18 * MB + 1), [], { limit: 'tooLarge', bytes: 18 * MB }],
    [{ media_type: '', size: 19 * MB }, [], { limit: 'tooLarge', bytes: 18 * MB }],
    [{ media_type: 'audio/mpeg', size: 3 * MB }, [], { limit: 'tooLarge', bytes: 2 * MB }],
    [{ media_type: 'video/mp4', size: 3 * MB }, [], null],
    [pdf(9 * MB), [pdf(9 * MB)], null],
    [pdf(9 * MB + 1), [pdf(9 * MB)], { limit: 'tooMuch', bytes: 18 * MB }],
    [pdf(1), [pdf(1), pdf(1), pdf(1)], { limit: 'tooMany', most: 3 }],
    [{ media_type: 'image/png', size: 19 * MB }, [], null],
  ])('%j with %j', (one, others, found) => {
    if (found === null) expect(over(MAIL, one, others)).toBeNull()
    else expect(over(MAIL, one, others)).toMatchObject(found)
  })

  it('judges a picture by what was made of it', () => {
    expect(over(MAIL, { media_type: 'image/png', size: 19 * MB }, [], true)).toMatchObject({ limit: 'tooLarge' })
    expect(over(MAIL, { media_type: 'image/png', size: 10 * MB }, [pdf(9 * MB)], true)).toMatchObject({ limit: 'tooMuch' })
    expect(over({ ...MAIL, total: null }, { media_type: 'image/png', size: 10 * MB }, [pdf(9 * MB)], true)).toBeNull()
  })
})
