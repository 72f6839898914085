import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'

import type * as Signals from '@/live/signals'
import { i18n } from '@/messages'

import EvaluationPage from './EvaluationPage.vue'
import type { EvaluationDocument } from './types'

const told = vi.hoisted(() => ({ listener: (_changed: null) => {} }))
vi.mock('@/live/signals', async (actual) => ({
  ...(await actual<typeof Signals>()),
  useSignal: (_topic: string, listener: (changed: null) => void) => void (told.listener = listener),
}))
afterEach(() => vi.unstubAllGlobals())

const question = { id: 'greeted', text: 'Greeted?', kind: 'yes_no', weight: 1, critical: false, most: 0, options: [] }
const draft = {
  id: 'e', conversation: 'c', customer: 'Ada', subject: '', agent: { id: 'a', name: 'Aino' }, queue: { id: 'q', name: 'Billing' }, form: { id: 'f', name: 'Chats' },
  stage: 'draft', why: null, acts: ['fill', 'submit'], sections: [{ title: 'Manner', questions: [question] }], section_points: [null], answers: {}, comment: '', reply: '', revision: 1,
} as unknown as EvaluationDocument

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } })

it('keeps an answer that was given while the evaluation was read once more', async () => {
  const waiting: (() => void)[] = []
  vi.stubGlobal('fetch', (address: string) =>
    address.includes('/messages') ? Promise.resolve(json({ items: [], next: null })) : new Promise((done) => waiting.push(() => done(json(draft)))),
  )
  const stubs = { RouterLink: true, Transcript: true }
  const page = mount(EvaluationPage, { global: { plugins: [i18n, createPinia()], stubs }, props: { id: 'e' } })
  told.listener(null)
  await flushPromises()
  expect(waiting).toHaveLength(2)
  waiting[0]?.()
  await vi.waitFor(() => expect(page.find('[role=radio]').exists()).toBe(true))
  await page.find('[role=radio]').trigger('click')
  waiting[1]?.()
  await flushPromises()
  await page.find('form').trigger('submit')
  expect(page.text()).not.toContain('This needs an answer.')
})
