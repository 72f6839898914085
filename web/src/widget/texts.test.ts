import { describe, expect, it } from 'vitest'

import en from './messages/en.json'
import fi from './messages/fi.json'
import sv from './messages/sv.json'
import { dateLocale, ourLanguage, textsOf } from './texts'

describe('texts', () => {
  it('are there in every language, with the same facts', () => {
    const facts = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
    for (const other of [fi, sv]) {
      expect(Object.keys(other)).toEqual(Object.keys(en))
      for (const [key, text] of Object.entries(en)) expect(facts(other[key as keyof typeof en]), key).toEqual(facts(text))
    }
  })

  it('are chosen by the language, whatever the region', () => {
    expect([ourLanguage('sv-FI'), ourLanguage('FI'), ourLanguage('de'), ourLanguage(null)]).toEqual(['sv', 'fi', 'en', 'en'])
  })

  it('write dates and times of English as Europe reads them', () => {
    const format = new Intl.DateTimeFormat(dateLocale('en'), { dateStyle: 'short', timeStyle: 'short' })
    expect(format.format(new Date(2026, 2, 2, 21, 5))).toBe('02/03/2026, 21:05')
    expect(dateLocale('fi')).toBe('fi')
  })

  it('name who is meant, and say nothing of an unknown code', () => {
    const texts = textsOf({ ...en, told: { agent_joined: '{name} joined.' } })
    expect(texts.told('agent_joined', { name: 'Eino' })).toBe('Eino joined.')
    expect(texts.told('whispered', {})).toBeNull()
  })
})
