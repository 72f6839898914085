import { afterEach, describe, expect, it, vi } from 'vitest'

import { newId } from './newId'

afterEach(() => vi.unstubAllGlobals())

describe('an id', () => {
  it('is a UUID of version 4, and never the same', () => {
    const made = Array.from({ length: 500 }, newId)
    expect(new Set(made).size).toBe(500)
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('can be had in an insecure context, where browsers have no randomUUID', () => {
    vi.stubGlobal('crypto', { getRandomValues: (bytes: Uint8Array) => bytes.fill(0xff) })
    expect(newId()).toBe('ffffffff-ffff-4fff-bfff-ffffffffffff')
  })
})
