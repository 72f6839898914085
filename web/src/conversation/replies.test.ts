import { describe, expect, it } from 'vitest'

import { fitting, slashBefore, type Reply } from './replies'

const reply = (name: string, texts: Record<string, string>): Reply => ({ id: name, name, queue_id: null, texts })
const REPLIES = [reply('thanks', { en: 'Thank you', fi: 'Kiitos' }), reply('hello', { en: 'Hello there', sv: 'Hej' }), reply('later', { en: 'I will say thanks later' })]

describe('a slash', () => {
  it('begins a quick reply at the start or after a blank, up to the cursor', () => {
    expect([slashBefore('/th', 3), slashBefore('Well /th and', 8)]).toEqual([{ from: 0, words: 'th' }, { from: 5, words: 'th' }])
    expect(slashBefore('/', 1)).toEqual({ from: 0, words: '' })
  })

  it('within a word, an address or before a blank is just a slash', () => {
    expect(['and/or', 'https://x', '/th '].map((text) => slashBefore(text, text.length))).toEqual([null, null, null])
  })
})

describe('quick replies', () => {
  it('come in the customer’s language first', () => {
    expect(fitting(REPLIES, 'tha', ['fi', 'en']).map((one) => one.text)).toEqual(['Kiitos', 'Thank you', 'I will say thanks later'])
  })

  it('are found by shortcut or text, shortcuts first', () => {
    expect(fitting(REPLIES, 'THANKS', ['en']).map((one) => one.name)).toEqual(['thanks', 'thanks', 'later'])
    expect(fitting(REPLIES, 'nothing like it', ['en'])).toEqual([])
  })
})
