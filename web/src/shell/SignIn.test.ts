import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n, useLanguage } from '@/messages'

import SignIn from './SignIn.vue'

let provider: string | null = null
const asked: string[] = []

beforeEach(() => {
  provider = null
  asked.length = 0
  localStorage.clear()
  vi.stubGlobal('fetch', (address: string) => {
    const url = new URL(address, location.origin)
    asked.push(url.search)
    return Promise.resolve(Response.json(url.pathname === '/api/v1/session/ways' ? { provider } : {}))
  })
})
afterEach(async () => {
  vi.unstubAllGlobals()
  await useLanguage('en')
})

async function at(address: string) {
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/sign-in', component: SignIn }] })
  await router.push(address)
  const page = mount(SignIn, { global: { plugins: [i18n, createPinia(), router] } })
  await flushPromises()
  return page
}

describe('the sign-in', () => {
  it('is in the language that it says is chosen, also when an account brings its own', async () => {
    await useLanguage('fi')
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: SignIn }] })
    const page = mount(SignIn, { global: { plugins: [i18n, createPinia(), router] } })
    const chosen = () => page.find('[data-state=on]').text()
    expect([page.find('h1').text(), chosen()]).toEqual(['Kirjaudu sisään', 'Suomi'])
    await useLanguage('en')
    expect([page.find('h1').text(), chosen()]).toEqual(['Sign in', 'English'])
    const swedish = page.findAll('button').find((one) => one.text() === 'Svenska')
    await swedish?.trigger('click')
    await expect.poll(() => [page.find('h1').text(), chosen()]).toEqual(['Logga in', 'Svenska'])
  })

  it('leads to a provider where there is one, and on to the page that was wanted', async () => {
    expect((await at('/sign-in')).find('a').exists()).toBe(false)
    provider = 'Example <b>ID</b>'
    const link = (await at('/sign-in?next=/closed?q=a')).find('a')
    expect(link.text()).toBe('Sign in with Example <b>ID</b>')
    expect(link.attributes('href')).toBe('/api/v1/session/oidc?next=%2Fclosed%3Fq%3Da')
  })

  it('remembers whose page it is where a server has several organizations', async () => {
    provider = 'Example ID'
    await at('/sign-in?organization=o1')
    asked.length = 0
    expect((await at('/sign-in')).find('a').attributes('href')).toContain('organization=o1')
    expect(asked).toEqual(['?organization=o1'])
  })

  it('says in its own words why nobody came in by the provider', async () => {
    const words = async (refused: string) => (await at(`/sign-in?refused=${refused}`)).find('[role=alert]')
    expect((await words('unverified')).text()).toContain('has been verified')
    for (const made of ['title', 'made-up', '%3Cb%3E']) expect((await words(made)).exists(), made).toBe(false)
  })

  it('asks for the code alone once the provider has proved who it is', async () => {
    const page = await at('/sign-in?code=asked&next=/floor')
    expect(page.findAll('input').map((one) => one.attributes('name'))).toEqual(['code'])
    expect(page.find('h1').text()).toBe('One more step')
  })
})
