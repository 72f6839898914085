import { DOMWrapper, flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/messages'
import { useSession, type Role } from '@/stores/session'

import CommandPalette from './CommandPalette.vue'

async function opened(...roles: Role[]) {
  const pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = { id: 'me', name: 'Saara', roles } as unknown as ReturnType<typeof useSession>['me']
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '<p />' } }] })
  const page = mount(CommandPalette, { props: { open: true }, global: { plugins: [i18n, pinia, router] }, attachTo: document.body })
  await flushPromises()
  const found = new DOMWrapper(document.body)
  return { page, router, found, options: () => found.findAll('[role=option]').map((one) => one.text()) }
}

it('searches in what was written from wherever one is', async () => {
  const { page, router, found, options } = await opened('supervisor')
  await found.get('input').setValue(' refund ')
  expect(options()).toEqual(['Search what was written for “refund”'])
  await found.get('input').trigger('keydown', { key: 'Enter' })
  await flushPromises()
  expect(router.currentRoute.value.fullPath).toBe('/search?q=refund')
  page.unmount()
})

it('does not lead there whoever may not read', async () => {
  const { page, found, options } = await opened('administrator')
  await found.get('input').setValue('refund')
  expect(options()).toEqual([])
  expect(found.text()).toContain('Nothing matches “refund”')
  page.unmount()
})
