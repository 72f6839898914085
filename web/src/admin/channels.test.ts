import { describe, expect, it } from 'vitest'

import { begun, countriesOf, filledIn, namedCountries, newSecret, type Field } from './channels'

const field = (name: string, kind: Field['kind'], more: Partial<Field> = {}): Field => ({
  name, kind, required: false, nullable: false, default: null, least: null, most: null, pattern: null, choices: [], ...more,
})
const FIELDS = [field('url', 'url', { required: true }), field('rate', 'number', { default: 20 }), field('hours', 'number', { nullable: true }), field('vouches', 'boolean', { default: false })]

describe('a form made of the provider’s fields', () => {
  it('begins with what is known, or with defaults', () => {
    expect(begun(FIELDS, {})).toEqual({ url: '', rate: '20', hours: '', vouches: false })
    expect(begun(FIELDS, { url: 'https://x', rate: 0.5, hours: 24, vouches: true })).toEqual({ url: 'https://x', rate: '0.5', hours: '24', vouches: true })
  })
  it('sends numbers as numbers, nothing where a field may be empty, and leaves the rest out', () => {
    expect(filledIn(FIELDS, { url: ' https://x ', rate: '5', hours: '', vouches: true })).toEqual({ url: 'https://x', rate: 5, hours: null, vouches: true })
    expect(filledIn(FIELDS, { url: '', rate: '', hours: '24', vouches: false })).toEqual({ hours: 24, vouches: false })
  })
  it('makes another secret each time', () => {
    expect(newSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    expect(newSecret()).not.toBe(newSecret())
  })
  it('names countries in the language of the console', () => {
    expect(countriesOf('FI SE')).toEqual(['FI', 'SE'])
    expect(countriesOf('')).toEqual([])
    expect(namedCountries(['FI', 'AC'], 'sv').map((one) => one.name)).toEqual(['Finland', 'Ascension'])
  })
})
