import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Role } from '@/stores/session'

/** Who the server says is signed in; null for nobody. */
let signedIn: readonly Role[] | null

function answer(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
}

async function arrive(path: string): Promise<string> {
  vi.resetModules()
  setActivePinia(createPinia())
  const { router } = await import('@/router')
  await router.push(path)
  return router.currentRoute.value.fullPath
}

beforeEach(() => {
  // On a slow machine it is taken for dead before the test is over, and closed.
  vi.stubGlobal('WebSocket', class { close(): void {} })
  vi.stubGlobal('fetch', () => {
    if (signedIn === null) return Promise.resolve(answer(401, { type: 'access/not-signed-in', status: 401, title: '' }))
    return Promise.resolve(answer(200, { id: 'u', name: 'U', roles: signedIn, language: 'en', queues: [], supervised: [] }))
  })
})
afterEach(() => vi.unstubAllGlobals())

/** Each arrival loads the page that it leads to, which on a busy machine takes a while. */
describe('the way in', { timeout: 60_000 }, () => {
  it.each<[Role[], string]>([
    [['supervisor'], '/floor'],
    [['supervisor', 'agent', 'administrator'], '/floor'],
    [['agent'], '/desk'],
    [['administrator'], '/admin/supervision'],
    [['administrator', 'auditor'], '/admin/supervision'],
    [['auditor'], '/audit'],
  ])('of %s begins at %s', async (roles, home) => {
    signedIn = roles
    expect(await arrive('/')).toBe(home)
    expect(await arrive('/sign-in')).toBe(home)
  })

  it('of nobody is the sign-in, which keeps a page that was asked for and no other', async () => {
    signedIn = null
    expect(await arrive('/')).toBe('/sign-in')
    expect(await arrive('/conversations/1?tab=timeline')).toBe('/sign-in?next=/conversations/1?tab=timeline')
  })

  it('to a page of other roles is the way home', async () => {
    signedIn = ['agent']
    expect(await arrive('/audit')).toBe('/desk')
    signedIn = ['supervisor']
    expect(await arrive('/audit')).toBe('/audit')
    expect(await arrive('/admin/users')).toBe('/floor')
  })
})
