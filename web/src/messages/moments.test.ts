import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { afterEach, describe, expect, it } from 'vitest'

import { useLanguage } from './index'
import { clockSeconds, clockTime, day, exactly, moment, weekday } from './moments'

/** Nine in the evening of a day whose number is also a month's. */
const AT = new Date(2026, 2, 2, 21, 5, 9).getTime()
const MIDNIGHT = new Date(2026, 2, 2, 0, 5, 9).getTime()

afterEach(() => useLanguage('en'))

describe('dates and times', () => {
  it('in English are never American', () => {
    expect([day(AT, 'short'), day(AT)]).toEqual(['02/03/2026', '2 Mar 2026'])
    expect([clockTime(AT), clockSeconds(AT)]).toEqual(['21:05', '21:05:09'])
    expect([moment(AT), exactly(AT, 'short')]).toEqual(['2 Mar 2026, 21:05', '02/03/2026, 21:05:09'])
    expect(weekday(AT)).toBe('Monday 2 March')
  })

  it('begin the day at 0 hours', () => expect([clockTime(MIDNIGHT), clockSeconds(MIDNIGHT)]).toEqual(['00:05', '00:05:09']))

  it('follow the page’s language', async () => {
    await useLanguage('fi')
    expect(day(AT, 'short')).toBe('2.3.2026')
    await useLanguage('sv')
    expect(day(AT, 'short')).toBe('2026-03-02')
  })

  it('are written here and nowhere else', () => {
    const source = join(import.meta.dirname, '..')
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(vue|ts)$/.test(name) && !/\.test\.ts$|^widget|^shop|messages\/moments\.ts$/.test(name))
    expect(files.length).toBeGreaterThan(100)
    const writing = /\.toLocale(Date|Time)?String\(|Intl\.DateTimeFormat\(/
    expect(files.filter((name) => writing.test(readFileSync(join(source, name), 'utf8')))).toEqual([])
  })
})
