import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'

import { i18n } from '@/messages'

import Button from './Button.vue'
import { formatDuration, isoDuration } from './duration'
import LoadMeter from './LoadMeter.vue'
import { nextSort } from './table'

const plugins = { global: { plugins: [i18n] } }

describe('durations', () => {
  it.each([[0, '0:00'], [17_400, '0:17'], [-5, '0:00'], [723_000, '12:03'], [3_849_000, '1:04:09'], [183_000_000, '2d 02:50']])('%d ms', (ms, text) =>
    expect(formatDuration(ms)).toBe(text))
  it('for machines', () => expect(isoDuration(17_400)).toBe('PT17S'))
})

describe('Button', () => {
  it('with a reason can be focused but does nothing', async () => {
    const button = mount(Button, { ...plugins, props: { reason: 'Not now' }, slots: { default: 'Join' } })
    expect(button.attributes('aria-disabled')).toBe('true')
    expect(button.attributes('disabled')).toBeUndefined()
    await button.trigger('click')
    expect(button.emitted('click')).toBeUndefined()
  })
})

describe('LoadMeter', () => {
  it('says by how much the limit is exceeded', () => {
    const meter = mount(LoadMeter, { ...plugins, props: { load: 3, capacity: 4, adding: 2 } })
    expect(meter.attributes('aria-valuetext')).toBe('5 of 4 units in use, 1 over the limit')
    expect(meter.text()).toBe('5/4')
  })
})

it('pressing a sorted column turns it round', () => {
  expect(nextSort(null, 'wait')).toEqual({ column: 'wait', direction: 'ascending' })
  expect(nextSort({ column: 'wait', direction: 'ascending' }, 'wait').direction).toBe('descending')
})
