import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import english from './messages/en.json'
import finnish from './messages/fi.json'
import swedish from './messages/sv.json'
import { standing } from './standing'
import { textsOf } from './texts'

const texts = textsOf({ ...english, told: {} } as never)

describe('what somebody who waits is told', () => {
  it('is the place, and an estimate only where there is one', () => {
    expect(standing({ place: 3, estimate: null }, texts)).toBe('You are number 3 in the queue.')
    expect(standing({ place: null }, texts)).toBe('Somebody will be with you soon.')
    expect(standing({ place: 3, estimate: { low: 230, high: 391 } }, texts)).toBe('You are number 3 in the queue. The wait is about 4–7 minutes.')
  })

  it('never promises less than a minute, nor a range that is none', () => {
    expect(standing({ place: 1, estimate: { low: 4, high: 20 } }, texts)).toBe('You are next in the queue. The wait is about a minute.')
    expect(standing({ place: 2, estimate: { low: 290, high: 300 } }, texts)).toBe('You are number 2 in the queue. The wait is about 5 minutes.')
  })

  it('is the agent who is on the way, whatever the place', () => {
    expect(standing({ place: 1, coming: true, estimate: { low: 60, high: 120 } }, texts)).toBe('An agent is on the way.')
  })
})

describe('what somebody who waits in a closed queue is told', () => {
  const inLanguages = { en: english, fi: finnish, sv: swedish }
  const told = (opens_at: string | null, language: keyof typeof inLanguages = 'en') =>
    standing(
      { place: 2, estimate: { low: 60, high: 120 }, hours: { open: false, opens_at } },
      textsOf({ ...inLanguages[language], told: {} } as never),
      language,
    )
  const place = ' You are number 2 in the queue.'
  const at = (...moment: [number, number, number, number, number]) => new Date(...moment).toISOString()

  beforeEach(() => {
    vi.useFakeTimers()
    // Saturday, late in the evening.
    vi.setSystemTime(new Date(2026, 1, 28, 23, 30))
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is when it opens, as one says it on that day, and no estimate', () => {
    expect(told(at(2026, 1, 28, 23, 45))).toBe(`We are closed right now. We open again today at 23:45.${place}`)
    expect(told(at(2026, 2, 1, 0, 5))).toBe(`We are closed right now. We open again tomorrow at 0:05.${place}`)
    expect(told(at(2026, 2, 2, 9, 0))).toBe(`We are closed right now. We open again on Monday at 9:00.${place}`)
    expect(told(at(2026, 2, 7, 9, 0))).toBe(`We are closed right now. We open again on 7 March at 9:00.${place}`)
    expect(told(null)).toBe(`We are closed right now.${place}`)
  })

  it('becomes another day’s when the day turns', () => {
    vi.setSystemTime(new Date(2026, 2, 1, 0, 1))
    expect(told(at(2026, 2, 2, 9, 0))).toContain('tomorrow at 9:00')
    expect(told(at(2026, 2, 7, 9, 0))).toContain('on Saturday at 9:00')
  })

  it('counts days, not hours, also where the clock is put forward between them', () => {
    vi.setSystemTime(new Date(2026, 2, 28, 23, 59))
    expect(told(at(2026, 2, 30, 0, 1))).toContain('on Monday')
    expect(told(at(2026, 2, 29, 23, 59))).toContain('tomorrow')
  })

  it('is said in Finnish and Swedish as they are spoken', () => {
    expect(told(at(2026, 2, 2, 9, 0), 'fi')).toBe('Olemme juuri nyt kiinni. Avaamme taas maanantaina klo 9.00. Paikkasi jonossa: 2.')
    expect(told(at(2026, 2, 1, 9, 0), 'fi')).toContain('huomenna klo 9.00')
    expect(told(at(2026, 2, 9, 9, 0), 'fi')).toContain('Avaamme taas 9. maaliskuuta klo 9.00.')
    expect(told(at(2026, 2, 2, 9, 0), 'sv')).toBe('Vi har stängt just nu. Vi öppnar igen på måndag kl. 9:00. Din plats i kön: 2.')
    expect(told(at(2026, 2, 9, 9, 0), 'sv')).toContain('Vi öppnar igen den 9 mars kl. 9:00.')
  })

  it('is the agent who is on the way, should one be there after all', () => {
    expect(standing({ place: 1, coming: true, hours: { open: false, opens_at: null } }, texts)).toBe('An agent is on the way.')
  })

  it('says nothing of hours where it is open', () => {
    expect(standing({ place: 2, hours: { open: true, opens_at: null } }, texts)).toBe('You are number 2 in the queue.')
  })
})
