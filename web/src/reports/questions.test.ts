import { flushPromises, mount } from '@vue/test-utils'
import { expect, it, vi } from 'vitest'
import { nextTick, ref } from 'vue'

import { api } from '@/api/client'
import type * as Live from '@/live'
import { i18n } from '@/messages'

import SurveyQuestions from './SurveyQuestions.vue'

vi.mock('@/api/client', () => ({ api: { get: vi.fn() } }))
const changes = ref(0)
vi.mock('@/live', async (actual) => ({ ...(await actual<typeof Live>()), useRows: () => ({ changes }) }))
const get = vi.mocked(api.get)
const named = (name: string) => ({ id: name, name })
const question = (id: string, kind: 'rating' | 'yes_no' | 'words', counts: Readonly<Record<string, number>>, mean: number | null) => ({ workstream: named('chat'), id, kind, words: `${id}?`, answered: 2, counts, mean })
const items = [question('solved', 'yes_no', { true: 1, false: 1 }, 0.5), question('why', 'words', {}, null)]
const answered = (customer: string | null, answer: string | null) => ({ conversation: { id: 'c', customer }, queue: named('Support'), at: '2026-01-01T10:00:00Z', score: 4, answer })

function shown() {
  const stubs = { Dialog: { props: ['title', 'description'], template: '<div role="dialog"><h3>{{ title }}</h3><p>{{ description }}</p><slot /><slot name="footer" /></div>' }, RouterLink: { template: '<a><slot /></a>' } }
  return mount(SurveyQuestions, { props: { items, query: { from: 'then' }, readable: false }, global: { plugins: [i18n], stubs } })
}

it.each([
  { opens: 'Answered No: 1', answer: 'false', of: 'solved', kind: 'yes_no', lead: 'Who answered No, the newest first.', says: 'No' },
  { opens: '2 answers · 50% yes', answer: '', of: 'solved', kind: 'yes_no', lead: 'Everybody who answered, the newest first.', says: 'No' },
  { opens: '2 answers', answer: '', of: 'why', kind: 'words', lead: 'Everybody who answered, the newest first.', says: null },
])('opens whom "$opens" counts', async ({ opens, answer, of, kind, lead, says }) => {
  get.mockReset().mockResolvedValue({ items: [answered('Ada', says && 'false'), answered(null, says && 'false')], next: null })
  const page = shown()
  const button = page.findAll('button').find((one) => [one.text(), one.attributes('aria-label')].includes(opens))
  await button?.trigger('click')
  await flushPromises()
  expect(get.mock.calls.map(([path, query]) => [path, query])).toEqual([['/metrics/survey-answers', { from: 'then', workstream: 'chat', of, kind, answer, cursor: null, limit: 50 }]])
  const dialog = page.get('[role="dialog"]')
  expect([dialog.get('h3').text(), dialog.get('p').text()]).toEqual([`${of}?`, lead])
  const rows = dialog.findAll('[data-answered]').map((one) => one.text())
  expect(rows).toHaveLength(2)
  expect(rows[0]).toContain('Ada')
  expect(rows.every((one) => one.endsWith('No') === (says !== null))).toBe(true)
  expect(dialog.text()).toContain('2 entries')
  get.mockResolvedValue({ items: [answered('Grace', says && 'true'), answered('Ada', says && 'false')], next: null })
  changes.value += 1
  await nextTick()
  await flushPromises()
  expect(dialog.findAll('[data-answered]')[0]?.text()).toContain('Grace')
})
