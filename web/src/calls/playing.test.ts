import { beforeEach, expect, it } from 'vitest'

import { clockOf, isHeard, playable, setPlayable } from './playing'

const SPAN = { recording: 'one', began_ms: 1000, ended_ms: 2500 }

beforeEach(() => {
  playable.value = new Set()
})

it.each([
  [null, false],
  [{ recording: 'one', at: 999 }, false],
  [{ recording: 'one', at: 1000 }, true],
  [{ recording: 'one', at: 2500 }, true],
  [{ recording: 'one', at: 2501 }, false],
  [{ recording: 'other', at: 1500 }, false],
])('knows what is heard at %o', (now, heard) => {
  expect(isHeard(SPAN, now)).toBe(heard)
})

it('knows which recordings are there to be played', () => {
  setPlayable('one', true)
  const before = playable.value
  setPlayable('one', true)
  expect(playable.value).toBe(before)
  setPlayable('two', true)
  setPlayable('one', false)
  expect([...playable.value]).toEqual(['two'])
})

it.each([
  [0, '0:00'],
  [61_999, '1:01'],
  [3_600_000, '60:00'],
])('writes %i ms as minutes and seconds', (ms, words) => {
  expect(clockOf(ms)).toBe(words)
})
