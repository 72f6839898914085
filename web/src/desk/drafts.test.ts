import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { ConversationState } from '@/conversation/types'
import { i18n } from '@/messages'
import { useSession, type Me } from '@/stores/session'

import DetailsForm from './DetailsForm.vue'
import WrapUpForm from './WrapUpForm.vue'

let sent: { address: string; body: Record<string, unknown> }[]
let broken: string | null
const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const ada = (change: Partial<ConversationState> = {}) => ({ id: 'ada', subject: 'Order', tags: ['parcel'], priority: 0, disposition: null, wrap_up_at: null, queue: null, ...change }) as ConversationState

function show(form: typeof WrapUpForm | typeof DetailsForm, state = ada()): VueWrapper {
  return mount(form as typeof DetailsForm, { props: { state }, global: { plugins: [i18n] } })
}
const field = (form: VueWrapper, label: string) => {
  const id = form.findAll('label').find((one) => one.text() === label)?.attributes('for')
  return form.get<HTMLInputElement>(`[id="${id}"]`)
}
const value = (form: VueWrapper, label: string) => field(form, label).element.value

beforeEach(() => {
  sent = []
  broken = null
  sessionStorage.clear()
  setActivePinia(createPinia())
  useSession().me = { id: 'eino' } as Me
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    if (init.method === 'GET') return Promise.resolve(answer({ items: [], next: null }))
    sent.push({ address, body: JSON.parse(String(init.body)) as Record<string, unknown> })
    return Promise.resolve(broken && address.endsWith(broken) ? answer({ type: 'x', title: 'No', status: 409 }, 409) : answer({}))
  })
})
afterEach(() => vi.unstubAllGlobals())

describe('what was begun and not finished', () => {
  it('is there again in the wrap-up, until it is completed', async () => {
    const form = show(WrapUpForm)
    await field(form, 'Notes').setValue('Promised to call')
    await field(form, 'Tags').setValue('parcel, late')
    form.unmount()
    const again = show(WrapUpForm)
    expect([value(again, 'Notes'), value(again, 'Tags')]).toEqual(['Promised to call', 'parcel, late'])
    await again.trigger('submit')
    await flushPromises()
    expect(again.emitted('done')).toHaveLength(1)
    expect(value(show(WrapUpForm), 'Notes')).toBe('')
  })

  it('writes a note once, also when its writer looked elsewhere between two attempts', async () => {
    broken = '/complete'
    const form = show(WrapUpForm)
    await field(form, 'Notes').setValue('Promised to call')
    await form.trigger('submit')
    await flushPromises()
    form.unmount()
    broken = null
    await show(WrapUpForm).trigger('submit')
    await flushPromises()
    const notes = sent.filter((one) => one.address.endsWith('/messages'))
    expect(notes).toHaveLength(2)
    expect(notes[1]?.body).toEqual(notes[0]?.body)
  })

  it('lets what was not touched follow the conversation', async () => {
    const form = show(WrapUpForm)
    await field(form, 'Notes').setValue('Promised to call')
    form.unmount()
    expect(value(show(WrapUpForm, ada({ tags: ['angry'] })), 'Tags')).toBe('angry')
  })

  it('is there again in the details, and gives way to a change of the same thing alone', async () => {
    const form = show(DetailsForm)
    await field(form, 'Subject').setValue('Order 7')
    await form.setProps({ state: ada({ priority: 5 }) })
    expect([value(form, 'Subject'), value(form, 'Priority')]).toEqual(['Order 7', '5'])
    form.unmount()
    expect(value(show(DetailsForm, ada({ priority: 5 })), 'Subject')).toBe('Order 7')
    expect(value(show(DetailsForm, ada({ subject: 'Complaint' })), 'Subject')).toBe('Complaint')
  })

  it('is nobody else’s who signs in to the same tab', async () => {
    await field(show(WrapUpForm), 'Notes').setValue('Promised to call')
    await field(show(DetailsForm), 'Subject').setValue('Order 7')
    useSession().me = { id: 'onni' } as Me
    expect(value(show(WrapUpForm), 'Notes')).toBe('')
    expect(value(show(DetailsForm), 'Subject')).toBe('Order')
  })
})
