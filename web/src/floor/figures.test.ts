import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/messages'
import EntriesDialog from '@/reports/EntriesDialog.vue'

import FigureStrip from './FigureStrip.vue'
import type { FiguresItem } from './types'
import { DEFAULT_VIEW, type FloorView } from './view'

const SINCE = '2026-01-01T22:00:00Z'
const item = (part: Partial<FiguresItem> = {}) =>
  ({
    id: 'all', name: null, since: SINCE, in_queue: 0, longest_wait_since: null, active: 0, waiting: 0, wrap_up: 0, orphans: 0, in_call: 0, on_hold: 0, calls: 0, call_talk_time: null, hold_time: null,
    call_quality: null, abandoned: 1, force_closed: 0, auto_closed: 0, completed: 0, agents: {}, occupancy: null,
    service_level: { ratio: 0.5, of_accepted: 1, without_short_abandons: 0.5, within: 2, accepted: 2, abandoned: 1, short: 0, unserved: 1, seconds: 60 }, ...part,
  }) satisfies FiguresItem

function shown(figures: FiguresItem, moment?: number) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)', component: FigureStrip }] })
  let view = DEFAULT_VIEW
  const strip = mount(FigureStrip, { props: { figures, moment, view, 'onUpdate:view': (next: FloorView | undefined) => void (view = next ?? view) }, global: { plugins: [i18n, router], stubs: { EntriesDialog: true } } })
  const tile = (name: string) => strip.find(`[data-figure="${name}"]`)
  const list = () => strip.findComponent(EntriesDialog)
  const press = async (name: string) => {
    expect(tile(name).element.tagName).toBe('BUTTON')
    await tile(name).trigger('click')
    return list().props()
  }
  return { strip, tile, list, press, view: () => view }
}

it('the service level opens whoever was offered today, by what became of them', async () => {
  const { press, list } = shown(item())
  const opened = await press('service_level')
  expect([opened.title, opened.formula]).toEqual(['Service level', 'Accepted within 60 s / all offered, today'])
  expect([opened.lists, opened.query]).toEqual([['within', 'late', 'left', 'unserved'], { from: SINCE }])
  list().vm.$emit('close')
  await list().vm.$nextTick()
  expect(list().exists()).toBe(false)
})

it('calls open those of today, and who is on hold is found in the list', async () => {
  const { press, tile, strip, view } = shown(item({ calls: 3, in_call: 2, on_hold: 1 }))
  expect((await press('calls')).lists).toEqual(['calls', 'call_talk', 'call_hold', 'call_quality'])
  await tile('on_hold').trigger('click')
  expect(view()).toMatchObject({ inCall: true, onHold: true })
  await strip.setProps({ view: view() })
  expect([tile('on_hold').attributes('aria-pressed'), tile('in_call').attributes('aria-pressed')]).toEqual(['true', 'false'])
})

it('says nothing of calls where nobody calls', () => {
  const { tile } = shown(item())
  expect(['in_call', 'on_hold', 'calls'].map((one) => tile(one).exists())).toEqual([false, false, false])
})

it('occupancy leads to whoever is there', () => {
  expect(shown(item()).tile('occupancy').attributes('href')).toBe('/agents?presence=available&presence=busy&presence=do_not_disturb&presence=inactive')
})

it('in the past the lists end with the moment that is shown, and nothing leads to now', async () => {
  const { press, tile } = shown(item(), Date.parse('2026-01-02T10:00:00.250Z'))
  const query = { from: SINCE, to: '2026-01-02T10:00:00.250001Z' }
  expect((await press('service_level')).query).toEqual(query)
  const abandoned = await press('abandoned')
  expect([abandoned.lists, abandoned.query]).toEqual([['abandoned'], query])
  expect(tile('occupancy').element.tagName).toBe('DIV')
})
