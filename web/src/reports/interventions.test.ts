import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import { i18n } from '@/messages'

import ReportCharts from './ReportCharts.vue'
import type { Intervention } from './types'
import type { Report } from './useReport'

const act = (name: string, rest: Partial<Intervention>): Intervention => ({ act: name, supervisor: null, count: 0, unasked: 0, answers: {}, outcomes: {}, ...rest })
const empty = { since: '2026-01-01T00:00:00Z', until: '2026-01-02T00:00:00Z', zone: 'UTC', position: 0, items: [] }
const report = (interventions: readonly Intervention[]): Report => ({ whole: empty, parts: empty, by: 'queue', groups: empty, agents: null, languages: [], waits: { items: [] }, questions: [], interventions })

async function shown(interventions: readonly Intervention[], title: string) {
  const charts = mount(ReportCharts, { props: { report: report(interventions), unit: 'day', level: (one) => one }, global: { plugins: [i18n], stubs: { EChart: true } } })
  const card = charts.get(`section[aria-label="${title}"]`)
  await card.get('button[aria-label="Show as a table"]').trigger('click')
  const words = (selector: string) => card.findAll(selector).map((one) => one.text())
  return { head: words('thead th'), rows: card.findAll('tbody tr').map((row) => row.findAll('th, td').map((one) => one.text())), text: card.text() }
}

it('draws how the conversations ended that supervisors stepped into', async () => {
  const table = await shown(
    [
      act('join', { count: 5, outcomes: { completed: 3, bot_ended: 1, ongoing: 1 } }),
      act('force_close', { count: 2, supervisor: { id: 's', name: 'Saara' }, outcomes: { force_closed: 2 } }),
    ],
    'What followed the interventions',
  )
  expect(table.head).toEqual(['Act', 'Completed', 'Closed by a supervisor', 'Ended with a bot', 'Still going on'])
  expect(table.rows).toEqual([
    ['Joined', '3', '0', '1', '1'],
    ['Saara: Force closed', '0', '2', '0', '0'],
  ])
})

it('still draws how those answered who were asked', async () => {
  const table = await shown([act('assign', { count: 6, unasked: 2, answers: { accepted: 2, rejected: 1 }, outcomes: { ongoing: 6 } })], 'Interventions and answers')
  expect(table.rows).toEqual([['Assigned', '2', '1', '0', '0', '2']])
})

it('says so where nobody stepped in', async () => {
  expect((await shown([], 'What followed the interventions')).text).toContain('Nothing was counted here.')
})
