import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import { hasText, i18n } from '@/messages'

import { FIGURES, formulaOf, ownOf, type Figure } from './figures'
import FigureTable from './FigureTable.vue'
import type { HistoryItem } from './types'

const offers = { offered: 9, accepted: 5, rejected: 2, expired: 1, withdrawn: 1 }
const item = { agent: null, queue: null, channel: null, language: null, outcome: null, handle_time: 60, focus_share: 0.5, service_level: {}, session_service_level: {}, offers } as unknown as HistoryItem
function cells(part: Partial<HistoryItem>, agents: boolean) {
  const table = mount(FigureTable, { props: { title: 'By', first: 'Who', items: [{ ...item, ...part }], agents }, global: { plugins: [i18n] } })
  const press = async (name: string) => {
    await table.get(`button[aria-label*=", ${name}:"]`).trigger('click')
    return table.emitted<[Figure]>('open')?.at(-1)?.[0]
  }
  return { table, press }
}

it.each(FIGURES)('$name says what it is, by which formula, and what each of its lists is', (figure) => {
  const keys = [`reports.figures.${figure.name}`, formulaOf(figure), formulaOf(ownOf(figure)), ...(figure.parts ?? []).map((one) => `reports.lists.${one}`)]
  expect(keys.filter((key) => !hasText(key))).toEqual([])
  expect(figure.parts?.[0] ?? figure.of).toBe(figure.of)
})

it("an agent's own figures open what they are worked out of, by a formula of their own", async () => {
  const own = await cells({ agent: 'e', agent_name: 'Eino' }, true).press('Handle time')
  expect([own?.of, own && formulaOf(own)]).toEqual(['served', 'reports.formulas.own_handle_time'])
  const whole = await cells({ queue: 'q', queue_name: 'Sales' }, false).press('Handle time')
  expect([whole?.of, whole && formulaOf(whole)]).toEqual(['handled', 'reports.formulas.handle_time'])
})

it.each([true, false])('tells what became of offers, by agent (%s) and by queue', async (agents) => {
  const { table, press } = cells(agents ? { agent: 'e', agent_name: 'Eino' } : { queue: 'q', queue_name: 'Sales' }, agents)
  const told = ['Offers', 'Offers accepted', 'Offers rejected', 'Offers missed'].map((name) => table.get(`button[aria-label*=", ${name}:"]`).text())
  expect(told).toEqual(['9', '5', '2', '1'])
  expect((await press('Offers missed'))?.of).toBe('offers_expired')
})
