import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'

import { i18n } from '@/messages'

import EChart from './EChart.vue'
import ReportCharts from './ReportCharts.vue'
import type { Listed } from './options'
import type { HistoryItem } from './types'
import type { Report } from './useReport'

type Click = (event: { dataIndex?: number; seriesIndex?: number }) => void
const drawn = vi.hoisted(() => ({ click: (() => undefined) as Click }))
vi.mock('./echarts', () => ({ init: () => ({ on: (_: string, act: Click) => void (drawn.click = act), setOption: () => undefined, resize: () => undefined, dispose: () => undefined }) }))

const part = (since: string) => ({ since, until: since, started: 4, answered: 3, abandonment: 0.25, speed_of_answer: null, response_time: 9, talk_time: 60, wrap_up_time: 5, service_level: { ratio: 0.5, abandoned: 1 }, sentiment: { very_negative: 2 } }) as unknown as HistoryItem
const empty = { since: '2026-01-01T00:00:00Z', until: '2026-01-03T00:00:00Z', zone: 'UTC', position: 0, items: [] }
const report: Report = {
  whole: empty, by: 'queue', groups: empty, agents: null, languages: [], questions: [],
  parts: { ...empty, items: [part('2026-01-01T00:00:00Z'), part('2026-01-02T00:00:00Z')] },
  waits: { items: [{ since: 0, until: 5, counts: { answered: 3, left: 1 } }, { since: 5, until: null, counts: { answered: 0, left: 2 } }] },
  interventions: [
    { act: 'join', supervisor: null, count: 2, unasked: 2, answers: {}, outcomes: { completed: 2 } },
    { act: 'assign', supervisor: { id: 's', name: 'Saara' }, count: 1, unasked: 0, answers: { accepted: 1 }, outcomes: { completed: 1 } },
  ],
}

function shown(title: string) {
  const charts = mount(ReportCharts, { props: { report, unit: 'day', level: (one) => one }, global: { plugins: [i18n], stubs: { EChart: true } } })
  const lists = () => (charts.emitted('open') ?? []).map(([listed]) => listed as Listed)
  const opened = () => lists().map(({ of, title, query }) => [of, title, String(query?.from).slice(0, 10)])
  return { card: charts.get(`section[aria-label="${title}"]`), drawing: charts.findAllComponents(EChart).find((one) => String(one.props('label')).startsWith(title)), opened, lists }
}
async function inTable(title: string) {
  const { card, opened, lists } = shown(title)
  await card.get('button[aria-label="Show as a table"]').trigger('click')
  return { buttons: card.findAll('tbody button'), cells: card.findAll('tbody td'), opened, lists }
}

it.each([
  { title: 'Arrivals and service level', opens: [['started', 'Arrived'], ['within', 'Service level']] },
  { title: 'Abandonment', opens: [['answered', 'Answered'], ['left', 'Abandonment'], ['left', 'Abandonment']] },
  { title: 'Handle time', opens: [['handled', 'Handle time'], ['handled', 'Handle time']] },
  // Nobody was answered then: a mean of nothing has no list.
  { title: 'Speed of answer and response', opens: [['responses', 'Response time']] },
])('opens the lists of $title from the cells of its table', async ({ title, opens }) => {
  const { buttons, opened } = await inTable(title)
  for (const button of buttons) await button.trigger('click')
  const on = (day: string) => opens.map((one) => [...one, day])
  expect(opened()).toEqual([...on('2026-01-01'), ...on('2026-01-02')])
})

it('says what a cell opens, and opens what customers felt', async () => {
  const { buttons, opened } = await inTable('What customers felt at the end')
  expect(buttons).toHaveLength(14)
  expect(buttons[7]?.attributes('aria-label')).toMatch(/2.*, very_negative: 2$/)
  await buttons[7]?.trigger('click')
  expect(opened()).toEqual([['felt_very_negative', 'What customers felt at the end: very_negative', '2026-01-02']])
})

it('opens who waited so long, as a part of the whole period', async () => {
  const { buttons, cells, lists } = await inTable('How long they waited')
  expect(buttons).toHaveLength(cells.length)
  expect(buttons[3]?.attributes('aria-label')).toBe('from 0:05, Left while waiting: 2')
  for (const button of buttons) await button.trigger('click')
  expect(lists().map(({ of, title, query }) => [of, title, query])).toEqual([
    ['answered', 'Answered: waited 0:00–0:05', { least: 0, below: 5 }],
    ['left', 'Left while waiting: waited 0:00–0:05', { least: 0, below: 5 }],
    ['answered', 'Answered: waited from 0:05', { least: 5, below: null }],
    ['left', 'Left while waiting: waited from 0:05', { least: 5, below: null }],
  ])
})

it('opens what supervisors did, how those answered who were asked, and what followed', async () => {
  const answers = await inTable('Interventions and answers')
  expect(answers.buttons).toHaveLength(answers.cells.length)
  for (const button of answers.buttons.slice(3, 7)) await button.trigger('click')
  expect(answers.lists().map(({ of, title, query }) => [of, title, query])).toEqual([
    ['followed_join_withdrawn', 'Joined · Withdrawn', {}],
    ['unasked_join', 'Joined · Nobody had to be asked', {}],
    ['followed_assign_accepted', 'Saara: Assigned · Accepted', { agent: ['s'] }],
    ['followed_assign_rejected', 'Saara: Assigned · Rejected', { agent: ['s'] }],
  ])
  const outcomes = await inTable('What followed the interventions')
  expect(outcomes.buttons).toHaveLength(outcomes.cells.length)
  for (const button of outcomes.buttons) await button.trigger('click')
  expect(outcomes.lists().map(({ of, query }) => [of, query])).toEqual([
    ['supervised_join', { outcome: ['completed'] }],
    ['supervised_assign', { outcome: ['completed'], agent: ['s'] }],
  ])
})

it('opens the list of the series that is pressed, not of another one there', () => {
  const { drawing, opened } = shown('Arrivals and service level')
  drawing?.vm.$emit('pick', 1, 1)
  drawing?.vm.$emit('pick', 0, 0)
  expect(opened()).toEqual([['within', 'Service level', '2026-01-02'], ['started', 'Arrived', '2026-01-01']])
  const waits = shown('How long they waited')
  waits.drawing?.vm.$emit('pick', 1, 1)
  expect(waits.lists().map(({ of, query }) => [of, query])).toEqual([['left', { least: 5, below: null }]])
})

it('a drawn chart tells which part of which series was pressed', async () => {
  const chart = mount(EChart, { props: { draw: () => ({}), label: 'Drawn' } })
  await vi.dynamicImportSettled()
  await flushPromises()
  drawn.click({ dataIndex: 2, seriesIndex: 1 })
  drawn.click({})
  expect(chart.emitted('pick')).toEqual([[2, 1]])
})
