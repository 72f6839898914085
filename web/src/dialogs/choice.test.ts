import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'

import { i18n } from '@/messages'

import AgentChoice from './AgentChoice.vue'
import type { AgentCandidate, QueueCandidate } from './candidates'
import QueueChoice from './QueueChoice.vue'

const agent = (name: string, more: Partial<AgentCandidate> = {}): AgentCandidate => ({ id: name, name, presence: 'available', capacity: 5, load: 1, exceeded_by: 0, skills: [], match: null, available: true, overrides: [], reason: null, reason_text: null, queues: [], ...more })
const away = { available: false, reason: 'x', reason_text: 'Is not here' }
let shown: VueWrapper
let picked: unknown
function pick(now: unknown): void {
  picked = now
  void shown.setProps({ modelValue: now })
}
afterEach(() => {
  shown.unmount()
  picked = undefined
})

function agents(words = '', chosen: string | null = null): void {
  const list = [agent('Aino'), agent('Eino'), agent('Zoe', away)]
  shown = mount(AgentChoice, { props: { agents: list, words, units: 1, modelValue: chosen, 'onUpdate:modelValue': pick }, global: { plugins: [i18n] }, attachTo: document.body })
}
const radios = () => shown.findAll<HTMLElement>('[role=radio]')
const stops = () => radios().map((one) => one.element.tabIndex)
const here = () => document.activeElement?.getAttribute('aria-label')
async function press(key: string): Promise<void> {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  await shown.vm.$nextTick()
}

it('is one stop of the tabulator, and arrows choose in it', async () => {
  agents()
  expect(stops()).toEqual([0, -1, -1])
  radios()[0]?.element.focus()
  await press('ArrowDown')
  expect([here(), picked, stops()]).toEqual(['Eino', 'Eino', [-1, 0, -1]])
  // Whoever can't be chosen is gone to, and says why; what was chosen stays.
  await press('ArrowDown')
  expect([here(), picked]).toEqual(['Zoe', 'Eino'])
  await press('ArrowDown')
  expect([here(), picked]).toEqual(['Aino', 'Aino'])
  await press('ArrowUp')
  expect(here()).toBe('Zoe')
})

it('is still entered where the chosen one is not among those that were sought', () => {
  agents('Zoe', 'Aino')
  expect(stops()).toEqual([0])
})

it('chooses queues in the same way', async () => {
  const queue = (name: string): QueueCandidate => ({ id: name, name, kind: 'messaging', waiting: 0, members: 2, available: true, reason: null, reason_text: null })
  shown = mount(QueueChoice, { props: { queues: [queue('Billing'), queue('Support')], words: '', modelValue: null, 'onUpdate:modelValue': pick }, global: { plugins: [i18n] }, attachTo: document.body })
  radios()[0]?.element.focus()
  await press('ArrowUp')
  expect([here(), picked, stops()]).toEqual(['Support', 'Support', [-1, 0]])
})

it('names every skill of whom one may choose', () => {
  const skills = Array.from({ length: 6 }, (_, at) => ({ name: `Skill ${at}`, level: at + 1 }))
  shown = mount(AgentChoice, { props: { agents: [agent('Aino', { skills })], words: '', units: 1, modelValue: null }, global: { plugins: [i18n] } })
  expect(shown.text()).toContain('+2')
  for (const { name, level } of skills) expect(shown.text()).toContain(`${name} ${level}`)
})
