import { describe, expect, it } from 'vitest'

import { moved, newQuestion, ofKind, trouble } from './editing'

describe('a form while it is edited', () => {
  const asked = { ...newQuestion(), text: 'Greeted?' }

  it('says what is missing before it can be saved', () => {
    expect(trouble('', [{ title: '', questions: [asked] }])).toBe('name')
    expect(trouble('Chat', [])).toBe('questions')
    expect(trouble('Chat', [{ title: '', questions: [newQuestion()] }])).toBe('text')
    expect(trouble('Chat', [{ title: '', questions: [ofKind(asked, 'choice')] }])).toBe('options')
    expect(trouble('Chat', [{ title: '', questions: [ofKind(asked, 'text')] }])).toBe('weight')
    expect(trouble('Chat', [{ title: '', questions: [{ ...asked, weight: 0 }] }])).toBe('weight')
    expect(trouble('Chat', [{ title: '', questions: [asked] }])).toBeNull()
  })

  it('gives a choice two answers, and takes from words what they cannot have', () => {
    expect(ofKind(asked, 'choice').options).toHaveLength(2)
    expect(ofKind({ ...asked, critical: true }, 'text')).toMatchObject({ critical: false, options: [] })
    const chosen = ofKind(asked, 'choice')
    expect(ofKind(chosen, 'choice').options).toEqual(chosen.options)
  })

  it('moves things as far as the list goes', () => {
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c'])
    expect(moved(['a', 'b', 'c'], 0, -1)).toEqual(['a', 'b', 'c'])
    expect(moved(['a', 'b', 'c'], 2, 1)).toEqual(['a', 'b', 'c'])
  })
})
