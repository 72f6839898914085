import { mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTick, ref, shallowRef, type Component } from 'vue'

import AlertsPage from '@/alerts/AlertsPage.vue'
import DeskConversation from '@/desk/DeskConversation.vue'
import { i18n } from '@/messages'

import ConversationPane from './ConversationPane.vue'

const live = vi.hoisted(() => ({ isStale: null as unknown as { value: boolean } }))
vi.mock('@/live', async () => {
  const { ref } = await import('vue')
  live.isStale = ref(false)
  return { isStale: live.isStale, whenLiveSignedOut: vi.fn(), startLive: vi.fn(), stopLive: vi.fn(), watchTopic: vi.fn(), sendLive: vi.fn() }
})
const state = shallowRef({ id: 'ada', version: 1, state: 'active', channel: 'live_chat', mode: 'text', customer: { id: 'ada', name: 'Ada' }, agent: null, queue: null, participants: [], monitored_by: [], acts: { reply: null }, offers: [], sentiment: { points: [] } })
vi.mock('@/conversation/useConversation', () => ({
  useConversation: () => ({ state, messages: ref([]), outgoing: ref([]), typing: ref([]), access: ref('open'), problem: ref(null), refusal: ref(null) }),
}))
vi.mock('@/conversation/useReadings', () => ({ useReadings: () => ref([]) }))
vi.mock('@/desk/useDesk', () => ({ useMarks: () => ({ mark: vi.fn() }) }))
vi.mock('@/alerts/useAlerts', () => ({ useAlerts: () => ({ items: ref([]), more: ref(null), problem: ref(null), load: vi.fn() }) }))

const slotted = { template: '<div><slot name="transcript" /><slot name="why" /><slot name="timeline" /><slot /></div>' }
const show = (page: Component): VueWrapper =>
  mount(page, { props: { id: 'ada' }, shallow: true, global: { plugins: [i18n], stubs: { Tabs: slotted, Page: slotted } } })
const grey = (page: VueWrapper) => page.findAll('.greyed').map((one) => one.element.tagName.toLowerCase())

beforeEach(() => {
  setActivePinia(createPinia())
  vi.stubGlobal('matchMedia', () => ({ matches: true, addEventListener: vi.fn(), removeEventListener: vi.fn() }))
})
afterEach(() => {
  live.isStale.value = false
  state.value = { ...state.value, state: 'active' }
  vi.unstubAllGlobals()
})

describe('what is not current is grey', () => {
  it.each([
    ['the pane', ConversationPane, ['pane-head-stub', 'sentiment-curve-stub', 'transcript-stub', 'div', 'div']],
    ['the desk', DeskConversation, ['header', 'people-line-stub', 'sentiment-curve-stub', 'transcript-stub']],
    ['the alerts', AlertsPage, ['data-table-stub']],
  ])('in %s', async (_, page, parts) => {
    const shown = show(page as Component)
    expect(grey(shown)).toEqual([])
    live.isStale.value = true
    await nextTick()
    expect(grey(shown)).toEqual(parts)
    expect(shown.findAll('composer-stub.greyed, .greyed composer-stub')).toEqual([])
  })

  it('but what is closed does not grow old', async () => {
    state.value = { ...state.value, state: 'closed' }
    live.isStale.value = true
    expect(grey(show(ConversationPane))).toEqual([])
    expect(grey(show(DeskConversation))).toEqual([])
  })
})
