import { flushPromises, mount } from '@vue/test-utils'
import { beforeEach, expect, it, vi } from 'vitest'
import { ref, type Component } from 'vue'
import { createMemoryHistory, createRouter, RouterView } from 'vue-router'

import { i18n } from '@/messages'

import Desk from './Desk.vue'

const lists = vi.hoisted(() => ({ current: {} as Record<string, unknown> }))
vi.mock('./useDesk', () => ({ useLists: () => lists.current, setMyPresence: vi.fn() }))
vi.mock('./useFocus', () => ({ useFocus: vi.fn() }))

const ready = ref(false)
let contacts: ((page: Component) => void) | undefined

function open() {
  const page = () => new Promise<Component>((done) => (contacts = done))
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/desk/:id?', component: Desk },
      { path: '/contacts', component: page },
    ],
  })
  const names = ['AgentNotice', 'DeskConversation', 'DeskHead', 'DeskList', 'EmptyState', 'Skeleton']
  mount(RouterView, { global: { plugins: [i18n, router], stubs: Object.fromEntries(names.map((one) => [one, true])) } })
  return router
}

beforeEach(() => {
  ready.value = false
  vi.stubGlobal('matchMedia', () => ({ matches: true }))
  lists.current = { ready, problem: ref(null), presence: ref(null), groups: ref([{ rows: [{ id: 'one', role: 'primary', state: 'active' }] }]), pickable: ref([]), unread: ref({}) }
})

it('opens the most urgent conversation where none was chosen', async () => {
  const router = open()
  await router.push('/desk')
  ready.value = true
  await flushPromises()
  expect(router.currentRoute.value.path).toBe('/desk/one')
})

it('calls nobody back who is on the way to another page', async () => {
  const router = open()
  await router.push('/desk')
  const going = router.push('/contacts')
  await flushPromises()
  ready.value = true
  await flushPromises()
  contacts?.({ template: '<p />' })
  await going
  expect(router.currentRoute.value.path).toBe('/contacts')
})
