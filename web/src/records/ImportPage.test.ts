import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/messages'

import ImportPage from './ImportPage.vue'

vi.mock('@/live/index', () => ({ watchTopic: () => () => undefined }))

const NO = { type: 'about:blank', title: 'No', status: 422 }
const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
let asked: string[]
let know: (forms: readonly unknown[]) => void

beforeEach(() => {
  asked = []
  vi.stubGlobal('fetch', (address: string, wanted?: RequestInit) => {
    asked.push(`${wanted?.method ?? 'GET'} ${address}`)
    if (address.includes('/record-forms')) return new Promise((resolve) => (know = (forms) => resolve(answer(forms))))
    return Promise.resolve(wanted?.method === 'POST' ? answer(NO, 422) : answer({ items: [], next: null }))
  })
})
afterEach(() => vi.unstubAllGlobals())

it('a file is given to no workstream before it is known which there are', async () => {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/records/import/:id?', component: { template: '<i />' } }, { path: '/records', component: { template: '<i />' } }] })
  await router.push('/records/import')
  const page = mount(ImportPage, { global: { plugins: [i18n, createPinia(), router] } })
  const input = page.find('input[type=file]')
  const give = async () => {
    Object.defineProperty(input.element, 'files', { configurable: true, value: [new File(['Nr'], 'cases.csv')] })
    await input.trigger('change')
    input.element.dispatchEvent(new Event('change'))
    await flushPromises()
  }
  const given = () => asked.filter((one) => one.startsWith('POST'))
  await give()
  expect(given()).toEqual([])
  know([{ workstream: { id: 'w1', name: 'Claims' }, fields: [], statuses: [] }])
  await flushPromises()
  await give()
  expect(given()).toEqual(['POST /api/v1/record-imports?name=cases.csv&workstream=w1'])
})
