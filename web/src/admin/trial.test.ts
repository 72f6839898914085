import { describe, expect, it } from 'vitest'

import { MOST_ROWS, readLabelled } from './trial'

describe('a labelled file', () => {
  it('is read from tabs, commas and semicolons, with a heading or without', () => {
    const wanted = { text: 'Cold food, again', label: 'negative', language: '' }
    expect(readLabelled('text\tlabel\nCold food, again\tnegative').rows).toEqual([wanted])
    expect(readLabelled('"Cold food, again",neg').rows).toEqual([wanted])
    expect(readLabelled('neg;Cold food again').rows).toEqual([{ ...wanted, text: 'Cold food again' }])
    expect(readLabelled('\uFEFFlabel,text,language\r\nnegative,"Say ""no""",en\r\n').rows).toEqual([{ text: 'Say "no"', label: 'negative', language: 'en' }])
  })
  it('names the lines that it cannot read, and says how much it leaves out', () => {
    expect(readLabelled('text,label\nfine,positive\nwhat is this\n,neutral').bad).toEqual([3, 4])
    const many = Array.from({ length: MOST_ROWS + 3 }, (_, number) => `text number ${number}\tneutral`).join('\n')
    expect(readLabelled(many)).toMatchObject({ cut: 3, bad: [] })
  })
  it('is nothing when there is nothing', () => {
    expect(readLabelled('')).toEqual({ rows: [], bad: [], cut: 0 })
  })
})
