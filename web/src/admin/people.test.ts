import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { api } from '@/api/client'
import type * as Signals from '@/live/signals'
import { i18n } from '@/messages'

import PeoplePick from './PeoplePick.vue'
import PersonPick from './PersonPick.vue'

vi.mock('@/live/signals', async (original) => ({ ...(await original<typeof Signals>()), useSignal: () => undefined }))

/** A house of more accounts than any list of them shows; every tenth supervises. */
const house = Array.from({ length: 3_000 }, (_, at) => ({ id: `u${at}`, name: at === 2_345 ? 'Zoe' : `Person ${at}`, email: `p${at}@demo.example`, roles: at % 10 ? ['agent'] : ['supervisor'], disabled: at === 7 }))
const read = vi.fn()
let shown: VueWrapper

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(api, 'get').mockImplementation((path, given) => {
    const { q = '', limit, cursor = null, role, id } = given as { q?: string; limit: number; cursor?: string | null; role?: string; id?: string[] }
    read(path, given)
    const from = Number(cursor ?? 0)
    const fitting = house.filter((one) => (id ? id.includes(one.id) : !one.disabled && one.name.includes(q) && (!role || one.roles.includes(role))))
    return Promise.resolve({ items: fitting.slice(from, from + limit), next: from + limit < fitting.length ? String(from + limit) : null }) as never
  })
})
afterEach(() => {
  shown.unmount()
  read.mockReset()
  vi.restoreAllMocks()
  vi.useRealTimers()
})
async function search(words: string): Promise<void> {
  await shown.get('input[type=search]').setValue(words)
  await vi.runAllTimersAsync()
}
const names = () => shown.findAll('li label').map((one) => one.text())

it('finds one of thousands, and keeps those who are chosen', async () => {
  shown = mount(PeoplePick, { props: { label: 'Members', role: 'agent', modelValue: ['u2999', 'u7'] }, global: { plugins: [i18n] } })
  await flushPromises()
  expect(names().slice(0, 3)).toEqual(['Person 2999', 'Person 7', 'Person 1'])
  expect(shown.text()).toContain('p7@demo.example · Disabled')
  expect(names()).toHaveLength(52)
  await search('Zoe')
  expect(names()).toEqual(['Zoe'])
  await shown.get('li button').trigger('click')
  expect(shown.emitted('update:modelValue')).toEqual([[['u2999', 'u7', 'u2345']]])
  expect(read.mock.calls.every(([, given]) => (given as { limit: number }).limit <= 50)).toBe(true)
})

it('shows those who are chosen page by page where they are many', async () => {
  const many = house.slice(1_000, 1_120).map((one) => one.id)
  shown = mount(PeoplePick, { props: { label: 'Members', role: 'agent', modelValue: many }, global: { plugins: [i18n] } })
  await flushPromises()
  expect(names()).toHaveLength(50)
  for (const length of [100, 170]) {
    await shown.findAll('button').at(-1)?.trigger('click')
    await flushPromises()
    expect(names()).toHaveLength(length)
  }
})

it('does not send the form around it when somebody presses Enter in the search', async () => {
  shown = mount(PeoplePick, { props: { label: 'Members', role: 'agent', modelValue: [] }, global: { plugins: [i18n] } })
  const pressed = new KeyboardEvent('keydown', { key: 'Enter', cancelable: true })
  shown.get('input[type=search]').element.dispatchEvent(pressed)
  expect(pressed.defaultPrevented).toBe(true)
  await flushPromises()
})

it('says who is chosen also where the list does not reach, and offers nobody', async () => {
  shown = mount(PersonPick, { props: { label: 'Assign to', role: 'supervisor', none: 'Nobody', modelValue: 'u2990' }, global: { plugins: [i18n] } })
  await flushPromises()
  const options = shown.findAll('label').map((one) => one.element.firstChild?.textContent?.trim())
  expect(options.slice(0, 3)).toEqual(['Nobody', 'Person 2990', 'Person 0'])
  await search('2980')
  await shown.findAll('button[role=radio]').at(-1)?.trigger('click')
  expect(shown.emitted('update:modelValue')).toEqual([['u2980']])
})
