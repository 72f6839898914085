import { describe, expect, it, vi } from 'vitest'

import { Problem } from './problem'
import { useSaving } from './saving'

const refused = () => new Problem({ type: 'settings/name-taken', title: 'Taken', detail: 'Another one has it.', status: 409 })

describe('saving', () => {
  it('is busy until it is done, and done once', async () => {
    const { busy, problem, saving } = useSaving()
    let finish = () => undefined as void
    const act = vi.fn(() => new Promise<void>((resolve) => (finish = resolve)))
    const first = saving(act)
    expect(busy.value).toBe(true)
    expect(await saving(act)).toBe(false)
    finish()
    expect(await first).toBe(true)
    expect([busy.value, problem.value, act.mock.calls.length]).toEqual([false, null, 1])
  })

  it('says why it was not done, until it is tried again', async () => {
    const { busy, problem, saving } = useSaving()
    expect(await saving(() => Promise.reject(refused()))).toBe(false)
    expect([busy.value, problem.value?.type]).toEqual([false, 'settings/name-taken'])
    let seen: Problem | null = refused()
    await saving(() => ((seen = problem.value), Promise.resolve()))
    expect([seen, problem.value]).toEqual([null, null])
    await saving(() => Promise.reject(new TypeError('no network')))
    expect(problem.value).toBeInstanceOf(Problem)
  })
})
