import { describe, expect, it } from 'vitest'

import cases from '../../../tests/samples/light_words.json'

import { inline, light, plain, type Block, type Inline } from './light'

const escaped = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
/** In the words of a page, for the table alone: nothing of ours makes markup. */
function written(one: Inline): string {
  if (typeof one === 'string') return escaped(one)
  if (one.kind === 'code') return `<code>${escaped(one.text)}</code>`
  if (one.kind === 'link') return `<a href="${escaped(one.href)}">${escaped(one.text)}</a>`
  const name = one.kind === 'bold' ? 'b' : 'i'
  return `<${name}>${one.inside.map(written).join('')}</${name}>`
}
function block(one: Block): string {
  if (one.kind === 'code') return `<pre>${escaped(one.text)}</pre>`
  if (one.kind === 'words') return one.inside.map(written).join('')
  return one.items.map((item) => `<li${item.number ? ` value="${item.number}"` : ''}>${item.inside.map(written).join('')}</li>`).join('\n')
}
/** Every link in it, and the words without what marks them. */
function links(some: readonly Inline[]): string[] {
  return some.flatMap((one) => (typeof one === 'string' || one.kind === 'code' ? [] : one.kind === 'link' ? [one.href] : links(one.inside)))
}
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}
const PIECES = ['**', '*', '_', '`', '```\n', '```', '\n', 'a', 'ä', ' ', 'https://a.example', 'javascript:x', '[x](', 'data:y', ')', '- ', '1. ', '<', '"', "'", '&', '<script>', '😀', '\u2028', '\r']

describe('light marks', () => {
  it.each(cases.map((one, number) => ({ ...one, number })))('are read as the table says ($number)', (one) => {
    expect(light(one.written).map(block).join('\n')).toBe(one.shown)
    expect(plain(one.written)).toBe(one.plain)
  })

  it.each(Array.from({ length: 300 }, (_, seed) => seed))('lose no word, and lead nowhere but to http, whatever is written (%i)', (seed) => {
    const below = random(seed + 1)
    const text = Array.from({ length: 1 + below(30) }, () => PIECES[below(PIECES.length)]).join('')
    const parts = (one: Block) => (one.kind === 'code' ? [] : one.kind === 'list' ? one.items.flatMap((item) => item.inside) : one.inside)
    for (const href of links(light(text).flatMap(parts))) expect(href).toMatch(/^https?:\/\/[^\s<>"]+$/)
    const kept = (words: string) => [...words].filter((sign) => /[\p{L}\p{N}<>&"']/u.test(sign)).join('')
    expect(kept(plain(text))).toBe(kept(text))
    expect(plain(text).length).toBeLessThanOrEqual(text.length)
  })

  it('are no riddle that takes long', () => {
    for (const riddle of [' *a'.repeat(3333), ' **a'.repeat(2500), '['.repeat(10_000), '_a *a '.repeat(1666)]) expect(inline(riddle).length).toBeGreaterThan(0)
  })
})
