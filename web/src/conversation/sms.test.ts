import { expect, it } from 'vitest'

import { smsOf } from './sms'

it.each([
  ['', 0, true],
  ['Hei', 1, true],
  ['a'.repeat(160), 1, true],
  ['a'.repeat(161), 2, true],
  ['a'.repeat(306), 2, true],
  ['a'.repeat(307), 3, true],
  ['€'.repeat(80), 1, true],
  ['€'.repeat(81), 2, true],
  // A sign of two septets is not parted: 76 of them go into 153.
  ['€'.repeat(153), 3, true],
  ['ÄÖåé', 1, true],
  ['ž'.repeat(70), 1, false],
  ['ž'.repeat(71), 2, false],
  ['😀'.repeat(35), 1, false],
  ['😀'.repeat(36), 2, false],
  // Nor is one of two units: 33 of them go into 67.
  ['😀'.repeat(67), 3, false],
])('counts short messages (%#)', (text, parts, plain) => {
  expect(smsOf(text)).toMatchObject({ parts, plain, characters: [...text].length })
})
