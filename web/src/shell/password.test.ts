import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n } from '@/messages'
import { useSession, type Me } from '@/stores/session'
import type { MenuEntry } from '@/ui/menu'
import { dismissAllToasts, toasts } from '@/ui/toasts'

import AccountMenu from './AccountMenu.vue'
import PasswordDialog from './PasswordDialog.vue'

let asked: unknown[]
let present: string
let pinia: Pinia
const slotted = { template: '<div><slot /><slot name="footer" /></div>' }
const menu = { props: ['entries'], template: '<div><slot /></div>' }
const fields = (page: VueWrapper) => page.findAll('input[type=password]')

function open(): VueWrapper {
  return mount(PasswordDialog, { global: { plugins: [i18n, pinia], stubs: { Dialog: slotted } } })
}
async function fill(page: VueWrapper, ...words: string[]): Promise<void> {
  for (const [at, word] of words.entries()) await fields(page)[at]?.setValue(word)
  await page.get('form').trigger('submit')
  await flushPromises()
}

beforeEach(() => {
  asked = []
  present = 'the present one'
  pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = { id: 'eino', name: 'Eino', email: 'eino@example.org', roles: ['agent'] } as unknown as Me
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    const body = JSON.parse(String(init.body)) as { old: string }
    asked.push(body)
    const wrong = { type: 'session/wrong-credentials', title: 'Wrong', status: 401 }
    return Promise.resolve(body.old === present ? new Response(null, { status: 204 }) : new Response(JSON.stringify(wrong), { status: 401 }))
  })
})
afterEach(() => {
  dismissAllToasts()
  vi.unstubAllGlobals()
})

describe('one’s own password', () => {
  it('is changed from the menu of the account', async () => {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: slotted }] })
    const page = mount(AccountMenu, { global: { plugins: [i18n, pinia, router], stubs: { Menu: menu, Dialog: slotted } } })
    const entries = page.findComponent(menu).props('entries') as MenuEntry[]
    entries.find((one) => one.label === 'Change password')?.act?.()
    await flushPromises()
    expect(fields(page)).toHaveLength(3)
  })

  it('needs the present one, and the new one twice', async () => {
    const page = open()
    await fill(page, present, 'a new password', 'another password')
    expect(page.text()).toContain('The two are not the same.')
    await fill(page, present, 'too short', 'too short')
    expect(asked).toEqual([])
    await fill(page, present, 'a new password', 'a new password')
    expect(asked).toEqual([{ old: present, new: 'a new password' }])
    expect(page.emitted('close')).toHaveLength(1)
    expect(toasts.map((one) => one.title)).toEqual(['Your password is changed'])
  })

  it('that is wrong is said so, and signs nobody out', async () => {
    const page = open()
    await fill(page, 'a former one', 'a new password', 'a new password')
    expect(page.text()).toContain('This is not your present password.')
    expect(page.emitted('close')).toBeUndefined()
    expect(useSession().me?.id).toBe('eino')
    await fill(page, present)
    expect(page.emitted('close')).toHaveLength(1)
  })
})
