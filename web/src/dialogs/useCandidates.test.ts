import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ref, shallowRef, type Component } from 'vue'

import ConsultDialog from '@/desk/ConsultDialog.vue'
import type * as Live from '@/live'
import { PAUSE_MS } from '@/live/signals'
import { i18n } from '@/messages'

import type { Subject } from './acts'
import type { AgentCandidate, QueueCandidate } from './candidates'
import GiveDialog from './GiveDialog.vue'
import { inOrder } from './useCandidates'

const moved = vi.hoisted(() => ({ changes: null as unknown as { value: number } }))
vi.mock('@/live', async (original) => ({
  ...(await original<typeof Live>()),
  useRows: () => ({ rows: new Map(), membership: ref(0), changes: moved.changes, ready: ref(true), problem: shallowRef(null) }),
}))

const slotted = { template: '<div><slot name="agent" /><slot name="queue" /><slot /><slot name="footer" /></div>' }
const agent = (id: string, more: Partial<AgentCandidate> = {}): AgentCandidate => ({ id, name: id, presence: 'available', capacity: 4, load: 2, exceeded_by: 0, skills: [], match: null, available: true, overrides: [], reason: null, reason_text: null, queues: [], ...more })
const queue = (id: string, more: Partial<QueueCandidate> = {}): QueueCandidate => ({ id, name: id, kind: 'messaging', waiting: 0, members: 2, available: true, reason: null, reason_text: null, ...more })
const subject = { id: 'ada', units: 1, customer: { id: 'ada', name: 'Ada' }, acts: {}, offers: [], participants: [] } as unknown as Subject
let now: { agents: AgentCandidate[]; queues: QueueCandidate[]; units: number }
let asked: number

async function change(next: Partial<typeof now>): Promise<void> {
  now = { ...now, ...next }
  moved.changes.value += 1
  await vi.advanceTimersByTimeAsync(PAUSE_MS)
  await flushPromises()
}
function mounted(page: Component, props: Record<string, unknown>): VueWrapper {
  return mount(page, { props, global: { plugins: [i18n], stubs: { Dialog: slotted, Tabs: slotted } } })
}
async function open(): Promise<VueWrapper> {
  const page = mounted(GiveDialog, { kind: 'assign', subjects: [subject] })
  await flushPromises()
  await vi.advanceTimersByTimeAsync(PAUSE_MS)
  return page
}
const names = (page: VueWrapper) => page.findAll('[role=radio]').map((one) => one.attributes('aria-label'))
const pick = (page: VueWrapper, name: string) => page.get(`[role=radio][aria-label=${name}]`).trigger('click')
const button = (page: VueWrapper, words: string) => page.findAll('button').find((one) => one.text() === words)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
  moved.changes = ref(0)
  asked = 0
  now = { agents: [agent('Aino'), agent('Eino')], queues: [queue('Sales')], units: 1 }
  vi.stubGlobal('fetch', () => {
    asked += 1
    return Promise.resolve(new Response(JSON.stringify(now), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the order of candidates', () => {
  it('is kept for whom one knows, with what is true of them now', () => {
    expect(inOrder([{ id: 'a', load: 1 }, { id: 'b', load: 1 }], [{ id: 'c', load: 0 }, { id: 'b', load: 2 }, { id: 'a', load: 3 }])).toEqual([
      { id: 'a', load: 3 },
      { id: 'b', load: 2 },
      { id: 'c', load: 0 },
    ])
    expect(inOrder([{ id: 'gone' }], [])).toEqual([])
  })
})

describe('a dialog that is open', () => {
  it('shows presence and load as they are, in the order in which they were, without asking at every turn', async () => {
    const page = await open()
    expect(names(page)).toEqual(['Aino', 'Eino', 'Sales'])
    const before = asked
    for (let turn = 0; turn < 20; turn += 1) moved.changes.value += 1
    await flushPromises()
    await change({ agents: [agent('Eino'), agent('Onni'), agent('Aino', { presence: 'busy', load: 3 })] })
    expect(asked - before).toBeLessThanOrEqual(2)
    expect(names(page)).toEqual(['Aino', 'Eino', 'Onni', 'Sales'])
    expect(page.get('#candidate-Aino').text()).toContain('Busy')
    expect(page.get('#candidate-Aino').text()).toContain('3')
  })

  it('asks anew for an override that has become another one', async () => {
    const full = (by: number) => agent('Aino', { available: false, overrides: ['override_capacity'], reason: 'agent/full', exceeded_by: by, load: 3 + by })
    now.agents = [full(1)]
    const page = await open()
    await pick(page, 'Aino')
    await page.get('input[type=checkbox], [role=checkbox]').trigger('click')
    expect(button(page, 'Assign')?.attributes('disabled')).toBeUndefined()
    await change({ agents: [full(2)] })
    expect(page.text()).toContain('by 2 units')
    expect(button(page, 'Assign')?.attributes('disabled')).toBeDefined()
  })

  it.each([
    ['give', () => mounted(GiveDialog, { kind: 'assign', subjects: [subject] }), 'Assign'],
    ['consult', () => mounted(ConsultDialog, { state: { id: 'ada', customer: { name: 'Ada' } } }), 'Ask'],
  ])('keeps whoever was chosen in sight, and says why they can be chosen no more (%s)', async (_, dialog, words) => {
    const page = dialog()
    await flushPromises()
    await vi.advanceTimersByTimeAsync(PAUSE_MS)
    await pick(page, 'Aino')
    const before = asked
    await change({ agents: [agent('Eino'), agent('Aino', { available: false, reason: 'agent/gone', reason_text: 'Aino has left.' })] })
    expect(asked).toBeGreaterThan(before)
    const confirm = button(page, words)
    expect(confirm?.attributes('aria-disabled')).toBe('true')
    await confirm?.trigger('click')
    await flushPromises()
    expect(page.emitted('close')).toBeUndefined()
    expect(page.text()).toContain('Aino has left.')
    expect(page.get('[role=radio][aria-label=Aino]').attributes('aria-checked')).toBe('true')
  })
})
