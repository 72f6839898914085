import { expect, it } from 'vitest'

import { conditionText } from './words'

it('an event condition says every event that counts, and for how long', () => {
  const said = conditionText({ kind: 'event', events: ['supervisor_asked', 'offer_expired', 'orphaned'], within: 90 })
  expect(said).toBe('A supervisor was asked for, An offer was missed, or Nobody will take it (within 1:30)')
  expect(conditionText({ kind: 'event', events: ['orphaned'] })).toBe('Nobody will take it (within 5:00)')
})

it('a survey condition says which score, and how much at most', () => {
  expect(conditionText({ kind: 'survey', name: 'nps', at_most: 0 })).toBe('An answer to a survey: Recommendation (0 to 10) ≤ 0')
})
