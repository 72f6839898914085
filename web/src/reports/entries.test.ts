import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'

import { api, type Query } from '@/api/client'
import { i18n } from '@/messages'

import type * as Live from '@/live'

import EntriesDialog from './EntriesDialog.vue'

vi.mock('@/api/client', () => ({ api: { get: vi.fn() } }))
const changes = ref(0)
vi.mock('@/live', async (actual) => ({ ...(await actual<typeof Live>()), useRows: () => ({ changes }) }))
const get = vi.mocked(api.get)
const named = (name: string) => ({ id: name, name })
const entry = (customer: string, counter: string) => ({ at: '2026-01-01T10:00:00Z', counter, conversation: { id: customer, customer, subject: null, state: 'closed' }, queue: named('Support'), agent: named('Saara'), channel: 'live_chat', seconds: 5 })

function shown(lists: readonly string[], query: Query = { from: 'then' }) {
  const slots = '<div><slot /><slot name="footer" /></div>'
  const dialog = mount(EntriesDialog, { props: { title: 'Service level', formula: '', lists, query }, global: { plugins: [i18n], stubs: { Dialog: { template: slots }, RouterLink: { template: '<a><slot /></a>' } } } })
  return { dialog, names: () => dialog.findAll('tbody a').map((one) => one.text()), part: (name: string) => dialog.findAll('[role="group"] button').find((one) => one.text() === name) }
}

it('shows one of the lists that a figure is made of, whichever answers first', async () => {
  const answers: Record<string, (page: unknown) => void> = {}
  get.mockImplementation((_, query) => new Promise((answer) => void (answers[String(query?.of)] = answer)))
  const { names, part } = shown(['within', 'left'])
  await part('Left while waiting')?.trigger('click')
  answers.left?.({ items: [entry('Ada', 'left')], next: null })
  answers.within?.({ items: [entry('Grace', 'answered')], next: null })
  await flushPromises()
  expect(names()).toEqual(['Ada'])
  expect(get.mock.calls.map(([, query]) => [query?.of, query?.from])).toEqual([['within', 'then'], ['left', 'then']])
})

it.each([
  { of: 'supervised_join', whose: 'Supervisor' },
  { of: 'followed_assign_rejected', whose: 'Supervisor' },
  { of: 'answered', whose: 'Agent' },
])('says whose the entries of $of are, and asks for no part where there is one list', async ({ of, whose }) => {
  get.mockResolvedValue({ items: [entry('Ada', of)], next: null })
  const { dialog } = shown([of])
  await flushPromises()
  expect(dialog.findAll('thead th').map((one) => one.text())[3]).toBe(whose)
  expect(dialog.find('[role="group"]').exists()).toBe(false)
})

it('grows with what it counts while its period goes on, as far as it was read', async () => {
  const all = Array.from({ length: 250 }, (_, number) => entry(`c${number}`, 'answered'))
  get.mockImplementation((_, query) => {
    const from = Number(query?.cursor ?? 0)
    const to = from + Number(query?.limit)
    return Promise.resolve({ items: all.slice(from, to), next: to < all.length ? String(to) : null })
  })
  const { dialog, names } = shown(['answered'])
  const button = () => dialog.findAll('button').find((one) => one.text() === 'Show more')
  await flushPromises()
  expect(names()).toHaveLength(100)
  await button()?.trigger('click')
  await button()?.trigger('click')
  await flushPromises()
  expect([names().length, button()]).toEqual([250, undefined])
  all.push(entry('new', 'answered'))
  changes.value += 1
  await nextTick()
  await flushPromises()
  expect([names().length, names().at(-1)]).toEqual([251, 'new'])
})

it('stays as it is when its period is over', async () => {
  get.mockReset().mockResolvedValue({ items: [entry('Ada', 'answered')], next: null })
  const { names } = shown(['answered'], { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' })
  await flushPromises()
  changes.value += 1
  await nextTick()
  await flushPromises()
  expect([names(), get.mock.calls.length]).toEqual([['Ada'], 1])
})
