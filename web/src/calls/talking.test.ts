import { describe, expect, it } from 'vitest'

import { Talking } from './talking'

function somebody(muted: boolean): { talking: Talking; said: boolean[]; muted: () => boolean } {
  const said: boolean[] = []
  let now = muted
  const talking = new Talking(
    () => now,
    (next) => {
      now = next
      said.push(next)
    },
  )
  return { talking, said, muted: () => now }
}

describe('push to talk', () => {
  it('is heard while it is held', () => {
    const { talking, said, muted } = somebody(true)
    talking.press()
    expect(muted()).toBe(false)
    // A key that is held repeats itself.
    talking.press()
    talking.release()
    talking.release()
    expect(said).toEqual([false, true])
    expect(talking.held).toBe(false)
  })

  it('changes nothing for whoever is heard anyway', () => {
    const { talking, said } = somebody(false)
    talking.press()
    talking.release()
    expect(said).toEqual([])
  })
})
