import { describe, expect, it } from 'vitest'

import { LEVELS, corners, isOutdated, marksOf, place, toneOf, type Sentiment, type SentimentPoint } from './sentiment'

const point = (seq: number, score: number, level: SentimentPoint['level'] = 'neutral'): SentimentPoint => ({ seq, score, level, at: '2026-03-02T08:00:00Z' })
const mood: Sentiment = { level: 'neutral', score: 0, trend: null, points: [], seq: 3, at: '2026-03-02T08:00:00Z', hint: false }

describe('sentiment', () => {
  it('has a tone for each level, and none of alarm for what is unsure', () => {
    expect(LEVELS.map(toneOf)).toEqual(['bad', 'bad', 'warn', 'quiet', 'good', 'good', 'good'])
    expect(toneOf('none')).toBe('quiet')
  })
  it('draws sure readings evenly, the best at the top', () => {
    expect(place(1, 16)).toBe(0.5)
    expect(place(-1, 16)).toBe(15.5)
    const found = corners([point(1, 1), point(2, 0, 'none'), point(3, -1)], 44, 16)
    expect(found).toEqual([[2, 0.5], [42, 15.5]])
    expect(corners([point(1, 0)], 44, 16)).toHaveLength(1)
    expect(corners([], 44, 16)).toEqual([])
  })
  it('lets what came later win', () => {
    const marks = marksOf([point(1, 0), point(2, 0)], [point(2, 1)], undefined)
    expect([...marks.keys()]).toEqual([1, 2])
    expect(marks.get(2)?.score).toBe(1)
  })
  it('knows when the customer has written since', () => {
    const preview = { role: 'customer', at: '2026-03-02T08:00:01Z' }
    expect(isOutdated({ sentiment: mood, preview })).toBe(true)
    expect(isOutdated({ sentiment: mood, preview: { ...preview, at: mood.at } })).toBe(false)
    expect(isOutdated({ sentiment: mood, preview: { ...preview, role: 'primary' } })).toBe(false)
    expect(isOutdated({ sentiment: null, preview })).toBe(false)
  })
})
