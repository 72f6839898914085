import { mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { shallowRef } from 'vue'

import { i18n, useLanguage } from '@/messages'

import LiveLight from './LiveLight.vue'

vi.mock('@/live', () => ({ freshness: shallowRef({ status: 'live', ms: 1_640, heardAt: 0, staleSince: null }) }))
afterEach(() => useLanguage('en'))

it('says how old what is shown is, as the language writes numbers', async () => {
  const light = mount(LiveLight, { global: { plugins: [i18n] } })
  expect(light.text()).toContain('live · 1.6 s')
  await useLanguage('fi')
  await expect.poll(() => light.text()).toContain('live · 1,6 s')
})
