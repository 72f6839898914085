import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/messages'
import { onShortcutKey, shortcutGroups } from '@/shell/shortcuts'

import { readySoundWhenTouched } from './alarm'
import OfferHost from './OfferHost.vue'

const mine = vi.hoisted(() => ({ offers: null as unknown }))
vi.mock('./useDesk', () => ({ useMine: () => mine }))
vi.mock('@/calls/useCalls', () => ({ useCalls: () => ({ enter: vi.fn() }) }))

const offers = shallowRef<unknown[]>([])
const offer = (id: string) => ({
  id, expires_at: '2099-01-01T00:01:00Z', conversation: { id, customer: { id, name: id }, channel: 'live_chat', mode: 'text', queue: null, subject: '' },
  offer: { kind: 'assignment', by: null, by_role: null, made_at: '2099-01-01T00:00:00Z', expires_at: '2099-01-01T00:01:00Z', reject_reasons: [], excess_units: 0, note: null },
})
let pinia: Pinia
let page: VueWrapper
let field: HTMLTextAreaElement

// Made once for the whole page, at the first touch.
const audio = { state: 'suspended', resume: vi.fn(() => new Promise<void>(() => undefined)) }
class Audio {
  constructor() {
    return audio
  }
}

beforeEach(() => {
  vi.stubGlobal('AudioContext', Audio)
  pinia = createPinia()
  setActivePinia(pinia)
  mine.offers = offers
  offers.value = []
  document.addEventListener('keydown', onShortcutKey)
  field = document.body.appendChild(document.createElement('textarea'))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<p />' } }] })
  page = mount(OfferHost, { global: { plugins: [i18n, pinia, router] }, attachTo: document.body })
})
afterEach(() => {
  page.unmount()
  document.removeEventListener('keydown', onShortcutKey)
  document.body.replaceChildren()
  vi.unstubAllGlobals()
})
const press = (key: string) => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
const at = () => [document.activeElement?.closest('article')?.getAttribute('aria-label') ?? null, document.activeElement?.textContent?.trim()]

describe('offers by keyboard', () => {
  it('are a key away, also for whoever is writing, who is back there afterwards', async () => {
    field.focus()
    offers.value = [offer('Ada'), offer('Grace')]
    await nextTick()
    expect(document.activeElement).toBe(field)
    press('F8')
    expect(at()).toEqual(['Offer: Ada', 'Accept'])
    press('F8')
    expect(at()).toEqual(['Offer: Grace', 'Accept'])
    offers.value = []
    await nextTick()
    expect(document.activeElement).toBe(field)
    expect(shortcutGroups().flatMap((group) => group.shortcuts.map((one) => one.keys))).toContain('F8')
  })

  it('are rejected without losing one’s place', async () => {
    offers.value = [offer('Ada')]
    await nextTick()
    const no = () => page.findAll('button').find((one) => one.text() === 'Reject')
    no()?.element.focus()
    await no()?.trigger('click')
    await nextTick()
    expect(document.activeElement?.tagName).toBe('INPUT')
    press('Escape')
    await nextTick()
    await nextTick()
    expect(document.activeElement).toBe(no()?.element)
  })
})

it('whoever touches nothing but keys hears of an offer too', async () => {
  const asked = () => audio.resume.mock.calls.length
  page.unmount()
  const before = asked()
  press('j')
  expect(asked()).toBe(before)
  readySoundWhenTouched()
  press('Escape')
  expect(asked()).toBeGreaterThan(before)
  audio.state = 'running'
  press('j')
  const ready = asked()
  press('k')
  expect(asked()).toBe(ready)
})
