import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { api } from './client'
import { Problem } from './problem'

interface Asked {
  headers: Record<string, string>
}

function problem(status: number, type: string): Response {
  return new Response(JSON.stringify({ type, title: type, status }), { status })
}

const BUSY = (): Response => problem(503, 'server/busy')
const fetched = vi.fn<(path: string, asked: Asked) => Promise<Response>>()

/** What came of a command whose pauses are over. */
async function ended(command: Promise<unknown>): Promise<unknown> {
  const found = command.catch((error: unknown) => error)
  await vi.runAllTimersAsync()
  return found
}

describe('a command', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', fetched)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
    fetched.mockReset()
  })

  it.each([
    ['a database that is away', () => Promise.resolve(BUSY())],
    ['a network that is away', () => Promise.reject(new TypeError('gone'))],
  ])('is asked for again with the same key over %s', async (_what, fails) => {
    fetched.mockImplementationOnce(fails).mockImplementationOnce(fails)
    fetched.mockImplementationOnce(() => Promise.resolve(new Response('{"id":"one"}')))
    expect(await ended(api.post('/conversations', {}))).toEqual({ id: 'one' })
    const keys = fetched.mock.calls.map(([, asked]) => asked.headers['Idempotency-Key'])
    expect([keys.length, new Set(keys).size]).toEqual([3, 1])
  })

  it('that stays impossible is said to be so in the end', async () => {
    fetched.mockImplementation(() => Promise.resolve(BUSY()))
    const found = await ended(api.post('/conversations', {}))
    expect(found).toBeInstanceOf(Problem)
    expect([(found as Problem).type, fetched.mock.calls.length]).toEqual(['server/busy', 4])
  })

  it.each([
    [409, 'conversation/ended'],
    [429, 'request/rate-limited'],
    [500, 'server/internal'],
    [503, 'files/storage-unavailable'],
  ])('that is refused is not asked for again (%i %s)', async (status, type) => {
    fetched.mockImplementation(() => Promise.resolve(problem(status, type)))
    expect(await ended(api.post('/conversations', {}))).toMatchObject({ type })
    expect(fetched).toHaveBeenCalledTimes(1)
  })

  it('is one; what is only read is asked for once', async () => {
    fetched.mockImplementation(() => Promise.resolve(BUSY()))
    expect(await ended(api.get('/agents'))).toMatchObject({ type: 'server/busy' })
    expect(fetched).toHaveBeenCalledTimes(1)
  })
})
