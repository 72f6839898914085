import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'

import { i18n } from '@/messages'

import Toasts from './Toasts.vue'
import { dismissAllToasts, dismissToast, toast, toasts } from './toasts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  dismissAllToasts()
  vi.useRealTimers()
})
const titles = () => toasts.map((one) => one.title)

it('lets go of what is not important first, and of nothing important', () => {
  toast({ tone: 'bad', title: 'Rejected' })
  toast({ tone: 'good', title: 'Joined' })
  for (const title of ['one', 'two', 'three']) toast({ tone: 'bad', title })
  expect(titles()).toEqual(['Rejected', 'one', 'two', 'three'])
  toast({ tone: 'good', title: 'Left' })
  expect(titles()).toEqual(['Rejected', 'one', 'two', 'three', 'Left'])
  toast({ tone: 'bad', title: 'four' })
  vi.runAllTimers()
  expect(titles()).toEqual(['Rejected', 'one', 'two', 'three', 'four'])
})

it('says how many are behind those that are shown, and brings them back', async () => {
  const page = mount(Toasts, { global: { plugins: [i18n], stubs: { teleport: true } } })
  const ids = ['one', 'two', 'three', 'four', 'five', 'six'].map((title) => toast({ tone: 'bad', title }))
  await nextTick()
  expect(page.findAll('[role=alert]').map((one) => one.text())).toEqual(['three', 'four', 'five', 'six'])
  expect(page.get('[data-more]').text()).toContain('2 earlier notices have not been read')
  for (const id of ids.slice(2, 4)) dismissToast(id)
  await nextTick()
  expect(page.findAll('[role=alert]').map((one) => one.text())).toEqual(['one', 'two', 'five', 'six'])
  expect(page.find('[data-more]').exists()).toBe(false)
})
