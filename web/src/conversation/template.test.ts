import { expect, test } from 'vitest'

import { filledIn, type Template } from './template'

const template: Template = {
  name: 'parcel', language: 'fi', category: 'UTILITY', header: 'Tilaus {{1}}', body: 'Hei {{1}}, {{ 2 }} on tullut.', footer: 'Talo Oy',
  buttons: ['Kiitos', 'Soita'], places: ['header.1', 'body.1', 'body.2'],
}

test('shows what the customer reads, and places that wait for words', () => {
  const words = filledIn(template, { 'header.1': '1042', 'body.1': ' Ann ', 'body.2': '' })
  expect(words).toBe('Tilaus 1042\n\nHei Ann, {{ 2 }} on tullut.\n\nTalo Oy\n\n[Kiitos] [Soita]')
})

test('takes words as they are, whatever is in them', () => {
  expect(filledIn({ ...template, header: '', footer: '', buttons: [] }, { 'body.1': '$& {{2}}', 'body.2': '$1' })).toBe('Hei $& {{2}}, $1 on tullut.')
})
