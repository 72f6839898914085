import { describe, expect, it } from 'vitest'

import { embedLine } from './embed'
import type { Channel } from '@/conversation/types'
import { limitedChannels, limitsOf, parseLimit } from './limits'
import { isDenied, withRight } from './narrowing'
import { inSeconds, unitOf } from './seconds'
import { CHANNELS } from './types'

describe('narrowing', () => {
  it('takes one right from one and leaves all else', () => {
    const before = { veikko: ['force_close' as const] }
    expect(withRight(before, 'saara', 'supervisor_assign', false)).toEqual({ veikko: ['force_close'], saara: ['supervisor_assign'] })
    expect(before).toEqual({ veikko: ['force_close'] })
  })

  it('forgets whom nothing is taken from', () => {
    expect(withRight({ veikko: ['force_close'] }, 'veikko', 'force_close', true)).toEqual({})
    expect(isDenied({ veikko: ['force_close'] }, 'veikko', 'force_close')).toBe(true)
    expect(isDenied({}, 'veikko', 'force_close')).toBe(false)
  })
})

describe('times', () => {
  it('are said in the unit that people use', () => {
    expect([90, 120, 900, 7200, 2_419_200, 3601].map(unitOf)).toEqual(['seconds', 'minutes', 'minutes', 'hours', 'days', 'seconds'])
  })

  it('are whole seconds, or never', () => {
    expect(inSeconds('1.5', 'minutes')).toBe(90)
    expect(inSeconds(' ', 'days')).toBeNull()
    expect(inSeconds('-1', 'days')).toBeUndefined()
  })
})

describe('the line for a web page', () => {
  it('has the key and the colour, and nothing that breaks out of it', () => {
    expect(embedLine('https://desk.example', 'wk_1', '#2f5d50')).toBe(
      '<script src="https://desk.example/widget/v1/loader.js?key=wk_1" data-color="#2f5d50" async></script>',
    )
    expect(embedLine('https://desk.example', 'a"b', '')).not.toContain('a"b')
  })
})

describe('limits by channel', () => {
  it('are whole numbers from 0 to 1000, or none', () => {
    expect(['', ' ', '0', '3', '1000'].map(parseLimit)).toEqual([null, null, 0, 3, 1000])
    expect(['-1', '1.5', '1001', 'two', '1e2'].map(parseLimit)).toEqual(Array(5).fill(undefined))
  })

  it('are sent only as a whole: one that is wrong holds all back, an empty one takes a limit away', () => {
    expect(limitsOf({ live_chat: '3', record: '', persistent_chat: '0' })).toEqual({ live_chat: 3, persistent_chat: 0 })
    expect(limitsOf({ live_chat: '3', record: 'many' })).toBeNull()
  })

  it('keep a limit for a channel that nothing arrives by any more', () => {
    expect(limitedChannels({ fax: 1, record: 2 } as Partial<Record<Channel, number>>)).toEqual([...CHANNELS, 'fax'])
  })
})
