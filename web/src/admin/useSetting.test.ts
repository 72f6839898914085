import { flushPromises } from '@vue/test-utils'
import { effectScope, ref } from 'vue'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Sink } from '@/live/connection'

import { useSetting } from './useSetting'

const live = vi.hoisted(() => ({ sink: undefined as Sink | undefined }))
vi.mock('@/live/index', () => ({
  watchTopic: (_topic: string, sink: Sink) => {
    live.sink = sink
    return () => (live.sink = undefined)
  },
}))

interface Hook {
  id: string
  url: string
}
let stored: Record<string, string>
beforeEach(() => {
  vi.useFakeTimers()
  stored = { w1: 'https://one', w2: 'https://two' }
  vi.stubGlobal('fetch', (address: string, wanted?: RequestInit) => {
    const id = address.split('/').at(-1) ?? ''
    if (wanted?.method === 'PATCH') stored[id] = (JSON.parse(String(wanted.body)) as Hook).url
    const there = id in stored
    const body = there ? { id, url: stored[id] } : { type: 'about:blank', title: 'Gone', status: 404 }
    return Promise.resolve(new Response(JSON.stringify(body), { status: there ? 200 : 404, headers: { 'Content-Type': 'application/json' } }))
  })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function changed(kind: string): Promise<void> {
  live.sink?.frame({ topic: 'settings', op: 'changes', at: 2, data: [{ id: 'w1', kind, position: 2 }] })
  await vi.advanceTimersByTimeAsync(1000)
  await flushPromises()
}

it('what others change is known, and takes the place of nothing that is being edited', async () => {
  const id = ref('w1')
  const url = ref('')
  const scope = effectScope()
  const page = scope.run(() => useSetting<Hook>('/webhooks', () => id.value, 'webhook', (found) => (url.value = found.url)))
  if (!page) throw new Error('no scope')
  await flushPromises()
  expect([page.one.value?.url, url.value]).toEqual(['https://one', 'https://one'])
  url.value = 'https://mine'
  stored.w1 = 'https://theirs'
  await changed('webhook')
  expect([page.one.value?.url, url.value]).toEqual(['https://theirs', 'https://mine'])
  expect(await page.save({ url: url.value })).toBe(true)
  expect([page.one.value?.url, stored.w1]).toEqual(['https://mine', 'https://mine'])
  id.value = 'w2'
  await flushPromises()
  expect([page.one.value?.url, url.value]).toEqual(['https://two', 'https://two'])
  id.value = 'w3'
  await flushPromises()
  expect([page.one.value, page.problem.value?.status, page.failed.value]).toEqual([null, 404, null])
  scope.stop()
})
