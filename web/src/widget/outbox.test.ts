import { describe, expect, it, vi } from 'vitest'

import { Refused } from './api'
import { Outbox } from './outbox'
import type { Outgoing } from './types'

const words = (client_id: string): Outgoing => ({ client_id, text: client_id, at: '', failed: null })

/** A server that answers as told, one answer a post, and then well. */
function outbox(answers: (Error | null)[] = [], kept: Outgoing[] = []) {
  const posted: string[] = []
  const later: (() => void)[] = []
  const gone: number[] = []
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
    gone: () => gone.push(1),
    alone: (act) => act(),
  })
  return { box, posted, later, gone, kept: () => store }
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

  it('keeps everything for another conversation where the server knows nobody any more', async () => {
    const { box, posted, gone, later } = outbox([new Refused(401, 'Expired')])
    box.add(words('a'))
    box.add(words('b'))
    await settled()
    expect([gone, later, posted]).toEqual([[1], [], ['a']])
    expect(box.all()).toEqual([words('a'), words('b')])
    await box.run()
    expect(posted).toEqual(['a', 'a', 'b'])
  })
  it('goes on where only the files of a message may not be', async () => {
    const { box, posted, gone } = outbox([new Refused(403, 'No files here', 'attachment/off')])
    box.add(words('a'))
    box.add(words('b'))
    await settled()
    expect([gone, posted]).toEqual([[], ['a', 'b']])
    expect(box.all()).toEqual([{ ...words('a'), failed: 'No files here' }])
  })

  it('sends what another tab has put to it, and only in one tab at a time', async () => {
    const shelf: { kept: Outgoing[] } = { kept: [] }
    const posted: string[] = []
    let turn = Promise.resolve()
    const tab = (name: string) =>
      new Outbox({
        post: async (message) => {
          posted.push(`${name} ${message.client_id}`)
          await settled()
        },
        load: () => shelf.kept,
        keep: (messages) => (shelf.kept = [...messages]),
        changed: () => undefined,
        gone: () => undefined,
        later: () => undefined,
        alone: (act) => (turn = turn.then(act)),
      })
    const [one, other] = [tab('one'), tab('other')]
    one.add(words('a'))
    other.add(words('b'))
    await vi.waitFor(() => expect(shelf.kept).toEqual([]))
    expect(posted.map((line) => line.split(' ')[1])).toEqual(['a', 'b'])
  })

  it('goes to the next conversation with what the former one refused', async () => {
    const { box, posted } = outbox([new Refused(409, 'Ended')])
    box.add(words('a'))
    await settled()
    expect(box.all()[0]?.failed).toBe('Ended')
    box.hold()
    await box.run()
    expect(posted).toEqual(['a', 'a'])
  })

  it('waits longer after each failure', async () => {
    const later = vi.fn()
    const box = new Outbox({
      post: () => Promise.reject(new TypeError('network')),
      load: () => [words('a')],
      keep: () => undefined,
      changed: () => undefined,
      later,
      gone: () => undefined,
      alone: (act) => act(),
    })
    await box.run()
    await box.run()
    await box.run()
    const pauses = later.mock.calls.map((call) => call[1] as number)
    expect(pauses).toEqual([500, 1000, 2000])
  })
})
