import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'

import { api } from '@/api/client'
import { i18n } from '@/messages'

import EntriesDialog from './EntriesDialog.vue'

vi.mock('@/api/client', () => ({ api: { get: vi.fn() } }))
const get = vi.mocked(api.get)
const named = (name: string) => ({ id: name, name })
const entry = (customer: string, counter: string) => ({ at: '2026-01-01T10:00:00Z', counter, conversation: { id: customer, customer, subject: null, state: 'closed' }, queue: named('Support'), agent: named('Saara'), channel: 'live_chat', seconds: 5 })

function shown(lists: readonly string[]) {
  const slots = '<div><slot /><slot name="footer" /></div>'
  const dialog = mount(EntriesDialog, { props: { title: 'Service level', formula: '', lists, query: { from: 'then' } }, global: { plugins: [i18n], stubs: { Dialog: { template: slots }, RouterLink: { template: '<a><slot /></a>' } } } })
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
