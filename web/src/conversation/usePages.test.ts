import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref, type EffectScope } from 'vue'

import { usePages, type Pages } from './usePages'

/** Answers are given by hand, in any order. */
let answers: { query: URLSearchParams; give: (body: unknown, status?: number) => Promise<unknown> }[]
let scope: EffectScope
const contact = ref('ada')

function open(): Pages {
  const pages = scope.run(() => usePages(() => ({ contact: contact.value, limit: 2 })))
  if (!pages) throw new Error('no scope')
  return pages
}
const page = (next: string | null, ...ids: string[]) => ({ items: ids.map((id) => ({ id })), next })
const shown = (pages: Pages) => pages.rows.value?.map((row) => row.id) ?? null

beforeEach(() => {
  answers = []
  scope = effectScope()
  contact.value = 'ada'
  vi.stubGlobal('fetch', (address: string) =>
    new Promise((resolve) => {
      answers.push({
        query: new URL(address, 'http://localhost').searchParams,
        give: (body, status = 200) => {
          resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))
          return flushPromises()
        },
      })
    }),
  )
})
afterEach(() => {
  scope.stop()
  vi.unstubAllGlobals()
})

describe('conversations page by page', () => {
  it('are put one page behind the other, until there is no more', async () => {
    const pages = open()
    expect([shown(pages), pages.busy.value]).toEqual([null, true])
    await answers[0]?.give(page('two', 'a', 'b'))
    expect([shown(pages), pages.more.value, pages.busy.value]).toEqual([['a', 'b'], true, false])
    void pages.load()
    expect(answers[1]?.query.get('cursor')).toBe('two')
    await answers[1]?.give(page(null, 'c'))
    expect([shown(pages), pages.more.value]).toEqual([['a', 'b', 'c'], false])
  })

  it('are not those of what was asked before', async () => {
    const pages = open()
    contact.value = 'bo'
    await flushPromises()
    await answers[1]?.give(page(null, 'of bo'))
    await answers[0]?.give(page('two', 'of ada'))
    expect([shown(pages), pages.more.value, pages.busy.value]).toEqual([['of bo'], false, false])
  })

  it('come once, however often one asks for more', async () => {
    const pages = open()
    await answers[0]?.give(page('two', 'a'))
    void pages.load()
    void pages.load()
    await answers[2]?.give(page(null, 'b'))
    await answers[1]?.give(page(null, 'b'))
    expect(shown(pages)).toEqual(['a', 'b'])
  })

  it('are tried again where they failed, and a late failure is none', async () => {
    const pages = open()
    contact.value = 'bo'
    await flushPromises()
    await answers[0]?.give({ type: 'x', title: 'late' }, 500)
    expect(pages.problem.value).toBeNull()
    for (let tries = 1; pages.busy.value; tries += 1) {
      await answers[tries]?.give({ type: 'x', title: 'No' }, 422)
    }
    expect(pages.problem.value?.title).toBe('No')
    void pages.load()
    await answers.at(-1)?.give(page(null, 'a'))
    expect([shown(pages), pages.problem.value]).toEqual([['a'], null])
  })
})
