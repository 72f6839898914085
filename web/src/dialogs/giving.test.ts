import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { i18n } from '@/messages'

import { useActs, type Subject } from './acts'
import GiveDialog from './GiveDialog.vue'
import OutcomesDialog from './OutcomesDialog.vue'

const slotted = { template: '<div><slot name="agent" /><slot /><slot name="footer" /></div>' }
const listed = { props: ['rows'], template: '<ul><li v-for="row in rows" :key="row.id"><slot name="cell-outcome" :row="row" /></li></ul>' }
const shown = { props: ['title', 'description'], template: '<section><h2>{{ title }}</h2><p>{{ description }}</p><slot /><slot name="footer" /></section>' }
const EINO = { id: 'eino', name: 'Eino', presence: 'available', capacity: 4, load: 2, exceeded_by: 0, skills: [], match: null, available: true, overrides: [], reason: null, queues: [] }
const subject = (id: string, units: number) => ({ id, units, customer: { id, name: id }, acts: {}, offers: [], participants: [] }) as unknown as Subject
let asked: Record<string, unknown>[]
let pinia: Pinia

function open(...subjects: Subject[]): VueWrapper {
  return mount(GiveDialog, { props: { kind: 'assign', subjects }, global: { plugins: [i18n, pinia], stubs: { Dialog: slotted, Tabs: slotted } } })
}
const outcomes = () => mount(OutcomesDialog, { global: { plugins: [i18n, pinia], stubs: { Dialog: shown, DataTable: listed } } })
async function confirm(page: VueWrapper): Promise<void> {
  await page.findAll('button').find((one) => one.text() === 'Assign')?.trigger('click')
  await flushPromises()
}

beforeEach(() => {
  asked = []
  pinia = createPinia()
  setActivePinia(pinia)
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    const answer = (body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } }))
    if (init.method === 'GET') return answer({ agents: [EINO], queues: [], units: 1 })
    const body = JSON.parse(String(init.body)) as { ids: string[] }
    asked.push(body)
    return answer({ items: body.ids.map((id) => ({ id, ok: true })) })
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('many given to one agent', () => {
  it('say by how much all of them exceed the capacity, and exceed it only where that is allowed', async () => {
    const page = open(subject('ada', 1), subject('grace', 2), subject('alan', 2))
    await flushPromises()
    await page.get('[role=radio]').trigger('click')
    expect(page.text()).toContain('This will exceed the capacity of Eino by 3 units')
    await confirm(page)
    expect(asked[0]).toEqual({ act: 'assign', ids: ['ada', 'grace', 'alan'], agent: 'eino' })
    await page.get('input[type=checkbox], [role=checkbox]').trigger('click')
    await flushPromises()
    await confirm(page)
    expect(asked[1]).toMatchObject({ override_capacity: true })
  })

  it('are offered, not done, while the agent has not answered', async () => {
    const page = open(subject('ada', 1), subject('grace', 1))
    await flushPromises()
    await page.get('[role=radio]').trigger('click')
    await confirm(page)
    const said = outcomes().text()
    expect(said).toContain('2 of 2 offered')
    expect(said.match(/Offered to Eino; waiting for the answer/g)).toHaveLength(2)
    expect(said).not.toContain('Done')
  })

  it('are done where nobody has to answer', () => {
    useActs().outcomes = { act: 'force_close', items: [{ id: 'ada', name: 'Ada', problem: null }] }
    expect(outcomes().text()).toContain('1 of 1 done')
    expect(outcomes().text()).toContain('Done')
  })
})
