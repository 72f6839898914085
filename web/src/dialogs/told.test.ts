import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { i18n } from '@/messages'

import type { Subject } from './acts'
import ForceCloseDialog from './ForceCloseDialog.vue'
import { joinedDetail, untoldDetail, whyUntold } from './told'

const slotted = { template: '<div><slot /><slot name="footer" /></div>' }
const subject = (channel = 'voice') => ({ id: 'one', channel, mode: channel, customer: { id: 'k', name: 'Kaisa' }, acts: {}, offers: [], participants: [] }) as unknown as Subject

function answers(force_close: string | null, status = 200): void {
  const acts = { join: 'no_voice', leave: null, take_over: null, force_close }
  vi.stubGlobal('fetch', vi.fn(async () => new Response(JSON.stringify({ acts }), { status, headers: { 'content-type': 'application/json' } })))
}
async function opened(of: Subject): Promise<VueWrapper> {
  const page = mount(ForceCloseDialog, { props: { subjects: [of] }, global: { plugins: [i18n, createPinia()], stubs: { Dialog: slotted } } })
  await flushPromises()
  return page
}

afterEach(() => vi.unstubAllGlobals())

describe('whether the customer is told', () => {
  it('is what the server says, and nothing where it does not say', async () => {
    answers(null)
    expect(await whyUntold('one', 'force_close')).toBeNull()
    expect(await whyUntold('one', 'join')).toContain('no voice')
    answers(null, 500)
    expect(await whyUntold('one', 'join')).toBeUndefined()
  })

  it('is promised to who joins where it is so alone', () => {
    expect(joinedDetail(null)).toBe('The customer and the agent were told.')
    expect(joinedDetail('nobody can speak')).toBe('The agent was told. The customer is not: nobody can speak.')
    expect(joinedDetail(undefined)).toBe('The agent was told.')
    expect(untoldDetail(null)).toBeUndefined()
    expect(untoldDetail(undefined)).toBeUndefined()
    expect(untoldDetail('nobody can speak')).toBe('The customer is not told: nobody can speak.')
  })

  it.each([
    [null, 200, true, false],
    ['no_voice', 200, false, true],
    [null, 500, false, false],
  ])('is in the dialog that closes by force: %s, %i', async (why, status, told, untold) => {
    answers(why, status)
    const text = (await opened(subject())).text()
    expect(text.includes('Kaisa is told that')).toBe(told)
    expect(text.includes('Kaisa is not told that')).toBe(untold)
  })

  it('is not said of a record, which has nobody to tell', async () => {
    answers('nobody')
    expect((await opened(subject('record'))).text()).not.toContain('told')
  })
})
