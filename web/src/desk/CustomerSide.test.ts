import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Message } from '@/conversation/types'
import type * as Signals from '@/live/signals'
import type { Signal } from '@/live/signals'
import { i18n } from '@/messages'
import CustomerKnown from '@/pane/CustomerKnown.vue'

import NotesTab from './NotesTab.vue'

const heard = vi.hoisted(() => ({ tell: (_: readonly Signal[] | null): void => undefined }))
vi.mock('@/live/signals', async (original) => ({
  ...(await original<typeof Signals>()),
  useSignal: (_topic: string, listener: (changed: readonly Signal[] | null) => void) => {
    heard.tell = listener
  },
}))

const ada = { id: 'ada', name: 'Ada', email: 'ada@example.org', phone: null, company: '', language: 'fi', about: 'Likes trains', created_at: '2026-03-02T09:00:00Z', revision: 1, into: null }
const document = (contact = ada) => ({ contact, merged: [], identities: [{ kind: 'phone', value: '+358401234567', verified_at: '2026-03-02T09:00:00Z' }], may_merge: false, may_forget: false, forgotten: null })
const message = (id: string, visibility: string, text: string) => ({ id, seq: 1, author: { id: 'a', name: 'Aino', role: 'primary' }, visibility, text, at: '2026-03-02T09:00:00Z' }) as Message
const global = { plugins: [i18n, createPinia()] }
let house: ReturnType<typeof document>
let sent: Record<string, unknown>[]

beforeEach(() => {
  house = document()
  sent = []
  sessionStorage.clear()
  localStorage.clear()
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    if (init.method === 'PATCH') {
      const change = JSON.parse(String(init.body)) as { revision: number; about: string }
      sent.push(change)
      house = document({ ...house.contact, about: change.about, revision: change.revision + 1 })
    }
    return Promise.resolve(new Response(JSON.stringify(house), { headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => vi.unstubAllGlobals())

async function notes() {
  const messages = [message('1', 'public', 'Hello'), message('2', 'internal', 'Called **twice**'), message('3', 'whisper', 'Be kind')]
  const tab = mount(NotesTab, { global, props: { contact: 'ada', messages } })
  await flushPromises()
  return tab
}
const words = (tab: Awaited<ReturnType<typeof notes>>) => tab.get('textarea').element as HTMLTextAreaElement
async function elsewhere(change: Partial<typeof ada>): Promise<void> {
  house = document({ ...house.contact, ...change, revision: house.contact.revision + 1 })
  heard.tell([{ id: 'ada', kind: 'contact_changed', position: 2 }])
  await flushPromises()
}

describe('what is known beside a conversation', () => {
  it('tells what is written apart from what a channel vouches for', () => {
    const known = mount(CustomerKnown, { global, props: { customer: document() } })
    expect(known.get('dl').text()).toContain('ada@example.org')
    expect(known.get('dl').text()).not.toContain('+358401234567')
    expect(known.get('ul').text()).toContain('+358401234567')
  })
})

describe('notes beside a conversation', () => {
  it('are those of this conversation and no other words, and those that stay', async () => {
    const tab = await notes()
    expect(tab.findAll('li').map((one) => one.get('.text-sm').html())).toEqual([expect.stringContaining('<strong>twice</strong>')])
    expect(words(tab).value).toBe('Likes trains')
  })

  it('show what somebody else writes, and never over what one writes oneself', async () => {
    const tab = await notes()
    await elsewhere({ about: 'Likes ships' })
    expect(words(tab).value).toBe('Likes ships')
    await tab.get('textarea').setValue('Likes ships and trains')
    await elsewhere({ company: 'Engines' })
    expect(tab.find('[role=alert]').exists()).toBe(false)
    await tab.get('form').trigger('submit')
    await flushPromises()
    expect(sent).toEqual([{ revision: 3, about: 'Likes ships and trains' }])
    await tab.get('textarea').setValue('Likes planes')
    await elsewhere({ about: 'Likes cars' })
    expect([words(tab).value, tab.get('[role=alert]').text()]).toEqual(['Likes planes', expect.stringContaining('Somebody else has changed this contact.')])
    await tab.get('[role=alert] button').trigger('click')
    expect(words(tab).value).toBe('Likes cars')
  })
})
