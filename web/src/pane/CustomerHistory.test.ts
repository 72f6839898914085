import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'

import type { ConversationState } from '@/conversation/types'
import { i18n } from '@/messages'

import CustomerHistory from './CustomerHistory.vue'

const state = (id: string, contact: string) => ({ id, customer: { id: contact, name: 'Ada' } }) as ConversationState
const closed = (id: string, subject: string) => ({ id, subject, channel: 'live_chat', created_at: '2026-03-02T09:00:00Z', closed_as: 'abandoned', agent: null })
const PAGES: Record<string, unknown> = {
  'contact=ada': { items: [closed('now', 'This one'), closed('b', 'Second')], next: 'more' },
  'contact=ada&cursor=more': { items: [closed('a', 'First')], next: null },
  'contact=bo': { items: [], next: null },
}
let asked: string[]

function open(contact: string) {
  asked = []
  vi.stubGlobal('fetch', (address: string) => {
    asked.push(address)
    const query = new URL(address, 'http://localhost').searchParams
    const page = ['contact', 'cursor'].filter((name) => query.has(name)).map((name) => `${name}=${query.get(name)}`).join('&')
    return Promise.resolve(new Response(JSON.stringify(PAGES[page]), { headers: { 'Content-Type': 'application/json' } }))
  })
  const stubs = { RouterLink: { props: ['to'], template: '<a :href="to"><slot /></a>' } }
  return mount(CustomerHistory, { global: { plugins: [i18n], stubs }, props: { state: state('now', contact) } })
}
afterEach(() => vi.unstubAllGlobals())

describe('a customer’s history', () => {
  it('is read by contact, page by page, without the conversation that is open', async () => {
    const history = open('ada')
    await flushPromises()
    expect(history.findAll('a').map((one) => one.attributes('href'))).toEqual(['/conversations/b'])
    expect(history.find('a').text()).toContain('2 Mar 2026 · Abandoned by the customer')
    await history.find('button').trigger('click')
    await flushPromises()
    expect(history.findAll('a').map((one) => one.attributes('href'))).toEqual(['/conversations/b', '/conversations/a'])
    expect(history.find('button').exists()).toBe(false)
    expect(asked.every((address) => address.includes('state=closed'))).toBe(true)
  })

  it('is that of the customer who is open now', async () => {
    const history = open('ada')
    await flushPromises()
    await history.setProps({ state: state('other', 'bo') })
    await flushPromises()
    expect(history.text()).toBe('No earlier conversations')
  })
})
