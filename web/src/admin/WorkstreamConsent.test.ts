import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'

import { i18n } from '@/messages'

import type { Workstream } from './types'
import WorkstreamConsent from './WorkstreamConsent.vue'

function canAsk(channel: string, consent = 'none'): boolean {
  const workstream = { id: 'w', channel, consent } as unknown as Workstream
  const shown = mount(WorkstreamConsent, { props: { workstream }, global: { plugins: [i18n], stubs: { TextsEditor: true, VoiceHint: true } } })
  return shown.find('button[value="consent"]').attributes('disabled') === undefined
}

it('offers consent where customers can be asked before they write or speak', () => {
  for (const channel of ['live_chat', 'persistent_chat', 'voice', 'video']) expect(canAsk(channel)).toBe(true)
  for (const channel of ['sms', 'whatsapp', 'messenger', 'telegram', 'email', 'custom', 'record']) expect(canAsk(channel)).toBe(false)
})

it('shows what is chosen as it is', () => {
  expect(canAsk('sms', 'consent')).toBe(true)
})
