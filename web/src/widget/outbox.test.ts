import { describe, expect, it, vi } from 'vitest'

import { Refused } from './api'
import { Outbox } from './outbox'
import type { Outgoing } from './types'

const words = (client_id: string): Outgoing => ({ client_id, text: client_id, at: '', failed: null })

/** A server that answers as told, one answer a post, and then well. */
function outbox(answers: (Error | null)[] = [], kept: Outgoing[] = []) {
  const posted: string[] = []
  const later: (() => void)[] = []
  let store = kept
  const box = new Outbox({
    post(message) {
      posted.push(message.client_id)
      const answer = answers.shift()
      return answer ? Promise.reject(answer) : Promise.resolve()
    },
    load: () => store,
    keep: (messages) => (store = [...messages]),
    changed: () => undefined,
    later: (act) => later.push(act),
  })
  return { box, posted, later, kept: () => store }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

describe('Outbox', () => {
  it('sends in order, one at a time', async () => {
    const { box, posted, kept } = outbox()
    box.add(words('a'))
    box.add(words('b'))
    await settled()
    expect(posted).toEqual(['a', 'b'])
    expect(kept()).toEqual([])
  })

  it('tries a lost one again under the same id before any later one', async () => {
    const { box, posted, later } = outbox([new TypeError('network'), new Refused(503, 'busy')])
    box.add(words('a'))
    box.add(words('b'))
    await settled()
    expect(posted).toEqual(['a'])
    later.shift()?.()
    await settled()
    later.shift()?.()
    await settled()
    expect(posted).toEqual(['a', 'a', 'a', 'b'])
  })

  it('keeps what is on its way over a page load', async () => {
    const { box, kept } = outbox([new TypeError('network')])
    box.add(words('a'))
    await settled()
    const next = outbox([], kept())
    await next.box.run()
    expect(next.posted).toEqual(['a'])
    expect(next.kept()).toEqual([])
  })

  it('says why a refused one failed, goes on with the next, and sends again on request', async () => {
    const { box, posted } = outbox([new Refused(409, 'The conversation has ended')])
    box.add(words('a'))
    box.add(words('b'))
    await settled()
    expect(box.all()).toEqual([{ ...words('a'), failed: 'The conversation has ended' }])
    box.again('a')
    await settled()
    expect(posted).toEqual(['a', 'b', 'a'])
    expect(box.all()).toEqual([])
  })

  it('drops what the transcript shows, whatever became of the answer', async () => {
    const { box } = outbox([new TypeError('network')])
    box.add(words('a'))
    await settled()
    box.arrived(new Set(['a']))
    expect(box.all()).toEqual([])
  })

  it('waits longer after each failure', async () => {
    const later = vi.fn()
    const box = new Outbox({
      post: () => Promise.reject(new TypeError('network')),
      load: () => [words('a')],
      keep: () => undefined,
      changed: () => undefined,
      later,
    })
    await box.run()
    await box.run()
    await box.run()
    const pauses = later.mock.calls.map((call) => call[1] as number)
    expect(pauses).toEqual([500, 1000, 2000])
  })
})
