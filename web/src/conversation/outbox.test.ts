import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'

import { useSession, type Me } from '@/stores/session'
import { dismissToast, toasts } from '@/ui/toasts'

import { useConversation, type LiveConversation } from './useConversation'

vi.mock('@/live', () => ({ sendLive: vi.fn(), watchTopic: () => () => undefined, startLive: vi.fn(), stopLive: vi.fn(), whenLiveSignedOut: vi.fn() }))

const answer = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
const REFUSED = { type: 'message/refused', title: 'Not now', detail: 'The window is closed.', status: 409 }
let works: boolean
let sent: Record<string, unknown>[]
let scopes: EffectScope[]

/** What a screen that shows this conversation does, until it is left. */
function open(id: string): { live: LiveConversation; leave: () => void } {
  const scope = effectScope()
  scopes.push(scope)
  const live = scope.run(() => useConversation(ref(id)))
  if (!live) throw new Error('no scope')
  return { live, leave: () => scope.stop() }
}
const sayings = (live: LiveConversation) => live.outgoing.value.map((one) => [one.text, one.failed])

/** As a page that is loaded anew: nothing is left but what the tab keeps. */
function load(me = 'eino'): void {
  setActivePinia(createPinia())
  useSession().me = { id: me } as Me
}

beforeEach(() => {
  works = false
  sent = []
  scopes = []
  sessionStorage.clear()
  load()
  vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
    if (init.method === 'GET') return Promise.resolve(answer({ id: address.split('/').at(-1), version: 1, customer: { name: 'Ada Lovelace' } }))
    const body = JSON.parse(String(init.body)) as Record<string, unknown>
    sent.push(body)
    return Promise.resolve(works ? answer({ ...body, seq: 1, author: { id: 'eino' }, at: '2026-01-01T00:00:00Z' }, 201) : answer(REFUSED, 409))
  })
})
afterEach(() => {
  for (const scope of scopes) scope.stop()
  for (const one of [...toasts]) dismissToast(one.id)
  vi.unstubAllGlobals()
})

describe('a message that could not be sent', () => {
  it('is there again when its conversation is looked at again, and goes under the same name', async () => {
    const first = open('ada')
    await flushPromises()
    first.live.send('Hello', 'public')
    first.leave()
    await flushPromises()
    expect(sayings(open('grace').live)).toEqual([])
    const { live } = open('ada')
    expect(sayings(live)).toEqual([['Hello', 'The window is closed.']])
    works = true
    const [message] = live.outgoing.value
    if (message) live.sendAgain(message)
    await flushPromises()
    expect(sayings(live)).toEqual([])
    expect(live.messages.value.map((one) => one.text)).toEqual(['Hello'])
    expect(sent[1]).toEqual(sent[0])
    expect(toasts).toHaveLength(0)
  })

  it('is told of wherever its writer is, and can be sent from there', async () => {
    const { live, leave } = open('ada')
    await flushPromises()
    live.send('Hello', 'public')
    leave()
    await flushPromises()
    expect(toasts.map((one) => [one.tone, one.title, one.detail])).toEqual([['bad', 'A message in the conversation with Ada Lovelace was not sent', 'The window is closed.']])
    works = true
    toasts[0]?.action?.act()
    await flushPromises()
    expect(sent).toHaveLength(2)
    expect(sayings(open('ada').live)).toEqual([])
  })

  it('outlives the page, also where nobody knows whether it arrived', async () => {
    const { live } = open('ada')
    live.send('Refused', 'public')
    await flushPromises()
    live.send('On its way', 'internal')
    load()
    expect(sayings(open('ada').live)).toEqual([['Refused', 'The window is closed.'], ['On its way', 'The page was closed before it had been sent.']])
  })

  it('is nobody else’s who signs in to the same tab', async () => {
    open('ada').live.send('Hello', 'public')
    await flushPromises()
    load('onni')
    expect(sayings(open('ada').live)).toEqual([])
  })

  it('is given up when its writer wants that', async () => {
    const { live } = open('ada')
    live.send('Hello', 'public')
    await flushPromises()
    const [message] = live.outgoing.value
    if (message) live.drop(message)
    load()
    expect(sayings(open('ada').live)).toEqual([])
    expect(toasts).toHaveLength(0)
  })
})
