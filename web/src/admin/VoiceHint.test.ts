import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'

import { i18n } from '@/messages'

import VoiceHint from './VoiceHint.vue'

afterEach(() => vi.unstubAllGlobals())

async function shown(status: number, body: unknown): Promise<string> {
  const answer = new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } })
  vi.stubGlobal('fetch', () => Promise.resolve(answer))
  const hint = mount(VoiceHint, { global: { plugins: [i18n] } })
  await flushPromises()
  return hint.text()
}

it('says what callers miss where nobody can speak to them', async () => {
  const text = await shown(200, { voices: [] })
  expect(text).toContain('Callers on a telephone hear no notice and no question.')
  expect(text).toContain('espeak-ng')
})

it('says nothing where somebody can, or where that cannot be told', async () => {
  expect(await shown(200, { voices: ['espeak-ng'] })).toBe('')
  expect(await shown(503, { type: 'about:blank', title: 'Away', status: 503 })).toBe('')
})
