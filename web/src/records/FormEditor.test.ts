import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'

import type * as Signals from '@/live/signals'
import { i18n } from '@/messages'

import FormEditor from './FormEditor.vue'

const told = vi.hoisted(() => ({ listener: (_changed: null) => {} }))
vi.mock('@/live/signals', async (actual) => ({
  ...(await actual<typeof Signals>()),
  useSignal: (_topic: string, listener: (changed: null) => void) => void (told.listener = listener),
}))
afterEach(() => vi.unstubAllGlobals())

it('keeps a field that was added while the form was read once more', async () => {
  const waiting: (() => void)[] = []
  const body = JSON.stringify({ workstream: { id: 'w', name: 'Cases' }, version: 1, fields: [], statuses: [] })
  const answer = () => new Response(body, { headers: { 'Content-Type': 'application/json' } })
  vi.stubGlobal('fetch', () => new Promise((done) => waiting.push(() => done(answer()))))
  const editor = mount(FormEditor, { global: { plugins: [i18n], stubs: { FieldEditor: { template: '<b class="field" />' } } }, props: { workstream: 'w' } })
  waiting.shift()?.()
  await vi.waitFor(() => expect(editor.find('button[type=button]').exists()).toBe(true))
  told.listener(null)
  expect(waiting).toHaveLength(1)
  await editor.find('button[type=button]').trigger('click')
  waiting.shift()?.()
  await flushPromises()
  expect(editor.findAll('.field')).toHaveLength(1)
})
