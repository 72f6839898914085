import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'

import { i18n, useLanguage } from '@/messages'

import SignIn from './SignIn.vue'

afterEach(() => useLanguage('en'))

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
})
