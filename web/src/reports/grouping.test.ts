import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import type * as Live from '@/live'
import { i18n } from '@/messages'

import ReportsPage from './ReportsPage.vue'

vi.mock('@/live', async (actual) => ({ ...(await actual<typeof Live>()), useRows: () => ({ changes: ref(0) }) }))

const period = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z' }
const item = { ...period, agent: null, queue: null, channel: null, language: null, outcome: null, started: 7, service_level: {}, session_service_level: {}, offers: {} }
const GROUPED: Record<string, readonly object[]> = {
  queue: [{ ...item, queue: 'q', queue_name: 'Sales' }],
  channel: [{ ...item, channel: 'sms' }, { ...item, channel: 'email' }],
  language: [{ ...item, language: 'sv' }, { ...item, language: '' }],
  outcome: [{ ...item, outcome: 'bot_ended' }],
}

beforeEach(() => {
  vi.stubGlobal('fetch', (address: string) => {
    const url = new URL(address, location.origin)
    const by = url.searchParams.get('by')
    const items = url.pathname.endsWith('/history') ? (by ? (GROUPED[by] ?? []) : [item]) : []
    return Promise.resolve(new Response(JSON.stringify({ ...period, zone: 'UTC', position: 1, items }), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

async function opened(path = '/reports?period=yesterday&channels=sms') {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/reports', component: { template: '<i />' } }] })
  await router.push(path)
  const stubs = { ReportCharts: true, FigureTiles: true, SurveyQuestions: true, EntriesDialog: true, ExportDialog: true, Segmented: true }
  const page = mount(ReportsPage, { global: { plugins: [i18n, createPinia(), router], stubs } })
  await flushPromises()
  const table = (title: string) => page.get(`section[aria-label="${title}"]`)
  return { page, router, table, group: async (by: string) => (await page.get('select[aria-label="Grouped by"]').setValue(by), flushPromises()) }
}
const names = (table: { findAll: (selector: string) => { text: () => string }[] }) => table.findAll('tbody th').map((one) => one.text())

it.each([
  { by: 'channel', title: 'By channel', rows: ['SMS', 'E-mail'] },
  { by: 'language', title: 'By language', rows: ['Swedish', 'Without a name'] },
  { by: 'outcome', title: 'By outcome', rows: ['Ended with a bot'] },
])('groups the table and the file $by by $by', async ({ by, title, rows }) => {
  const { page, router, table, group } = await opened()
  expect(names(table('By queue'))).toEqual(['Sales'])
  await group(by)
  expect(names(table(title))).toEqual(rows)
  expect(router.currentRoute.value.query).toEqual({ period: 'yesterday', channels: 'sms', by })
  await page.findAll('button').find((one) => one.text() === 'Export')?.trigger('click')
  expect(page.getComponent({ name: 'ExportDialog' }).props('body')).toMatchObject({ by: ['hour', by], channels: ['sms'] })
})

it('is grouped as its address says, and by queue where that says nothing it knows', async () => {
  expect(names((await opened('/reports?by=outcome')).table('By outcome'))).toEqual(['Ended with a bot'])
  expect(names((await opened('/reports?by=weather')).table('By queue'))).toEqual(['Sales'])
})

it('opens what a cell counts, of its group alone', async () => {
  const { page, table, group } = await opened('/reports?period=today')
  await group('language')
  const [swedish, unknown] = table('By language').findAll('tbody tr')
  expect(unknown?.text()).toContain('7')
  expect(unknown?.findAll('button')).toEqual([])
  await swedish?.get('button').trigger('click')
  const listed = page.getComponent({ name: 'EntriesDialog' })
  expect(listed.props('lists')).toEqual(['started'])
  expect(listed.props('query')).toMatchObject({ from: period.since, to: period.until, language: ['sv'] })
  expect(listed.props('query')).not.toHaveProperty('agent')
})
