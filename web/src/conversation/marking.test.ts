import { describe, expect, it } from 'vitest'

import { LANGUAGES } from '@/messages'

import { emojiNames, found, GROUPS } from './emoji'
import { around, linked, listed, type Chosen } from './marking'

/** `[` and `]` stand for what is chosen. */
function of(shown: string): Chosen {
  const from = shown.indexOf('‹')
  return { text: shown.replace(/[‹›]/g, ''), from, to: shown.indexOf('›') - 1 }
}
const shown = ({ text, from, to }: Chosen) => `${text.slice(0, from)}‹${text.slice(from, to)}›${text.slice(to)}`

describe('marks', () => {
  it.each([
    ['a ‹word› b', '**', 'a **‹word›** b'],
    ['a **‹word›** b', '**', 'a ‹word› b'],
    ['a **‹word›** b', '*', 'a ***‹word›*** b'],
    ['a *‹word›* b', '*', 'a ‹word› b'],
    ['a ‹ word › b', '`', 'a  `‹word›`  b'],
    ['‹›', '**', '**‹›**'],
  ])('go around what is chosen in %j by %j, and away again', (before, mark, after) => {
    expect(shown(around(of(before), mark))).toBe(after)
  })

  it('make items of lines, and links of words', () => {
    expect(shown(listed(of('x\n‹one\n- two›\nz')))).toBe('x\n- one\n- two‹›\nz')
    expect(shown(linked(of('see ‹this› now')))).toBe('see [this](‹https://›) now')
    expect(shown(linked(of('see ‹https://a.example/b›')))).toBe('see [‹›](https://a.example/b)')
  })
})

describe('emoji', () => {
  it.each([...LANGUAGES])('each have a name of their own in %s', async (language) => {
    const names = await emojiNames(language)
    const signs = GROUPS.flatMap((group) => [...group.signs])
    expect(Object.keys(names).sort()).toEqual([...signs].sort())
    expect(new Set(Object.values(names)).size).toBe(signs.length)
  })

  it('are found by words of their names', async () => {
    const names = await emojiNames('fi')
    expect(found('peukku YLÖS', names).flatMap((group) => group.signs)).toEqual(['👍'])
    expect(found('no such thing', names)).toEqual([])
  })
})
