import { afterEach, beforeEach, expect, it, vi } from 'vitest'

let frames: (() => void)[] = []
let clock = 0
const visible = (state: DocumentVisibilityState) => {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}
const draw = () => {
  const due = frames
  frames = []
  for (const frame of due) frame()
}

beforeEach(() => {
  frames = []
  clock = 0
  vi.resetModules()
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act))
  vi.stubGlobal('cancelAnimationFrame', () => (frames = []))
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

it('does what was gathered with the next frame, in order', async () => {
  const { inNextBatch } = await import('./batch')
  visible('visible')
  const done: number[] = []
  for (const one of [1, 2, 3]) inNextBatch(() => done.push(one))
  expect([done, frames.length]).toEqual([[], 1])
  draw()
  expect([done, frames.length]).toEqual([[1, 2, 3], 0])
})

it('leaves to the next frame what this one has no time for', async () => {
  const { inNextBatch } = await import('./batch')
  visible('visible')
  const done: number[] = []
  for (const one of [1, 2, 3, 4]) inNextBatch(() => ((clock += 5), done.push(one)))
  draw()
  expect(done).toEqual([1, 2])
  inNextBatch(() => done.push(5))
  draw()
  expect(done).toEqual([1, 2, 3, 4])
  draw()
  expect(done).toEqual([1, 2, 3, 4, 5])
})

it('piles nothing up in a hidden tab, not even what waited for a frame when it was hidden', async () => {
  const { inNextBatch } = await import('./batch')
  visible('visible')
  const done: number[] = []
  inNextBatch(() => done.push(1))
  visible('hidden')
  expect(done).toEqual([1])
  inNextBatch(() => done.push(2))
  expect([done, frames.length]).toEqual([[1, 2], 0])
  visible('visible')
  inNextBatch(() => done.push(3))
  draw()
  expect(done).toEqual([1, 2, 3])
})

it('goes on after something that went wrong', async () => {
  const { inNextBatch } = await import('./batch')
  visible('visible')
  const done: number[] = []
  inNextBatch(() => {
    throw new Error('once')
  })
  inNextBatch(() => done.push(2))
  expect(draw).toThrow('once')
  draw()
  expect(done).toEqual([2])
})
