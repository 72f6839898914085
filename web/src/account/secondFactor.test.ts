import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { i18n } from '@/messages'
import { useSession } from '@/stores/session'

import SecondFactorPage from './SecondFactorPage.vue'

/** What has been asked of the server, and what it says of the account. */
const asked: [string, unknown][] = []
interface Said {
  second_factor: boolean
  second_factor_needed: boolean
  sign_in_link?: { issuer: string; linked_at: string } | null
  by_provider?: boolean
}
let me: Said = { second_factor: false, second_factor_needed: false }
const answers: Record<string, (body: Record<string, string>) => [number, unknown]> = {
  '/api/v1/me': () => [200, { id: 'u', name: 'U', roles: ['supervisor'], language: 'en', organization: { id: 'o', name: 'O' }, queues: [], supervised: [], ...me }],
  '/api/v1/me/second-factor': (body) =>
    body.password === 'right' || me.by_provider ? [200, { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Valvomo:u?secret=JBSWY3DPEHPK3PXP' }] : [401, { type: 'session/wrong-credentials', status: 401, title: 'Wrong' }],
  '/api/v1/me/second-factor/confirm': (body) => {
    if (body.code !== '123456') return [401, { type: 'session/wrong-code', status: 401, title: 'Not right' }]
    me = { ...me, second_factor: true }
    return [200, { recovery: ['aaaa-bbbb-cccc', 'dddd-eeee-ffff'] }]
  },
  '/api/v1/session/ways': () => [200, { provider: me.by_provider ? 'Example ID' : null }],
  '/api/v1/me/sign-in-link': () => {
    me = { ...me, sign_in_link: null }
    return [204, null]
  },
  '/api/v1/me/second-factor/end': () => {
    me = { ...me, second_factor: false }
    return [204, null]
  },
}

beforeEach(async () => {
  asked.length = 0
  me = { second_factor: false, second_factor_needed: false }
  setActivePinia(createPinia())
  vi.stubGlobal('WebSocket', class { close(): void {} })
  vi.stubGlobal('fetch', (address: string, options: { body?: string }) => {
    const path = new URL(address, location.origin).pathname
    const body = options.body ? (JSON.parse(options.body) as Record<string, string>) : {}
    if (options.body) asked.push([path, body])
    const [status, said] = answers[path]!(body)
    return Promise.resolve(new Response(said === null ? null : JSON.stringify(said), { status, headers: { 'Content-Type': 'application/json' } }))
  })
  await useSession().load()
})
afterEach(() => vi.unstubAllGlobals())

function page() {
  return mount(SecondFactorPage, { global: { plugins: [i18n] }, attachTo: document.body })
}

describe('the second factor', () => {
  it('is begun with the password, confirmed with a code, and shows the recovery codes', async () => {
    const shown = page()
    await shown.find('input[type=password]').setValue('wrong')
    await shown.find('form').trigger('submit')
    await flushPromises()
    expect(shown.find('[role=alert]').text()).toContain('Wrong')
    expect(useSession().me, 'a wrong password ends no session').not.toBeNull()
    await shown.find('input[type=password]').setValue('right')
    await shown.find('form').trigger('submit')
    await flushPromises()
    expect(shown.find('svg[role=img] path').attributes('d')).toMatch(/^M\d/)
    expect(shown.html()).toContain('JBSWY3DPEHPK3PXP')
    for (const [code, ends] of [['000000', false], ['123456', true]] as const) {
      await shown.find('input[autocomplete=one-time-code]').setValue(code)
      await shown.find('form').trigger('submit')
      await flushPromises()
      expect(shown.html().includes('dddd-eeee-ffff'), code).toBe(ends)
    }
    expect(useSession().me?.second_factor).toBe(true)
    expect(asked.map(([path]) => path.replace('/api/v1/me/second-factor', ''))).toEqual(['', '', '/confirm', '/confirm'])
  })

  it('is ended with password and code', async () => {
    me = { second_factor: true, second_factor_needed: false }
    await useSession().load()
    const shown = page()
    await shown.find('input[type=password]').setValue('right')
    await shown.find('input[autocomplete=one-time-code]').setValue('123456')
    await shown.find('form').trigger('submit')
    await flushPromises()
    expect(asked.at(-1)).toEqual(['/api/v1/me/second-factor/end', { password: 'right', code: '123456' }])
    expect(useSession().me?.second_factor).toBe(false)
  })

  it('needs no password of whom the provider has let in, who sees the link and ends it', async () => {
    me = { second_factor: false, second_factor_needed: false, by_provider: true, sign_in_link: { issuer: 'https://id.example', linked_at: '2026-03-02T08:00:00Z' } }
    await useSession().load()
    const shown = page()
    await flushPromises()
    expect(shown.text()).toContain('with https://id.example')
    expect(shown.find('input[type=password]').exists()).toBe(false)
    await shown.findAll('button').find((one) => one.text() === 'Unlink')?.trigger('click')
    await flushPromises()
    expect(shown.text()).toContain('Sign in with Example ID once')
    await shown.find('form').trigger('submit')
    await flushPromises()
    expect(asked.at(-1)).toEqual(['/api/v1/me/second-factor', {}])
    expect(shown.html()).toContain('JBSWY3DPEHPK3PXP')
  })

  it('that the organization asks for is all that is open', async () => {
    me = { second_factor: false, second_factor_needed: true }
    await useSession().load()
    expect(useSession().home).toBe('/account/second-factor')
    expect(page().text()).toContain('Your organization asks')
  })
})
